"""Automatic numbers are part of the text: Word, OpenDocument and RTF."""

from __future__ import annotations

import pytest

from .office_files import W, blocks, paragraph, read, word
from .test_readers_odf import odf


def level(number: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(definitions: dict[str, str], lists: dict[str, str]) -> str:
    return (
        f"<w:numbering {W}>"
        + "".join(
            f'<w:abstractNum w:abstractNumId="{name}">{levels}</w:abstractNum>'
            for name, levels in definitions.items()
        )
        + "".join(f'<w:num w:numId="{name}">{contents}</w:num>' for name, contents in lists.items())
        + "</w:numbering>"
    )


def of(definition: str, overrides: str = "") -> str:
    return f'<w:abstractNumId w:val="{definition}"/>{overrides}'


def item(words: str, list_id: int, at: int = 0) -> str:
    return paragraph(
        words, f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{list_id}"/></w:numPr>'
    )


def texts(body: str, **beside: str) -> list[str]:
    return [text for _, text in blocks(read(word(body, **beside), "a.docx"))]


def test_levels_count_and_begin_anew_behind_a_higher_level():
    levels = level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2") + level(2, "bullet", "o")
    body = (
        "".join(item(f"step {number}", 4) for number in range(1, 3))
        + "".join(item(f"part {number}", 4, 1) for number in range(1, 12))
        + item("mark", 4, 2)
        + item("", 4)
        + item("step 4", 4)
        + item("part 1", 4, 1)
    )
    assert texts(body, numbering=numbering({"7": levels}, {"4": of("7")})) == [
        "1. step 1",
        "2. step 2",
        *(f"2.{number} part {number}" for number in range(1, 12)),
        "mark",
        "4. step 4",
        "4.1 part 1",
    ]


@pytest.mark.parametrize(
    ("form", "labels"),
    [
        ("lowerLetter", ["(a)", "(b)"]),
        ("upperLetter", ["(A)", "(B)"]),
        ("lowerRoman", ["(i)", "(ii)"]),
        ("upperRoman", ["(I)", "(II)"]),
        ("decimalZero", ["(01)", "(02)"]),
        ("ordinal", ["(1st)", "(2nd)"]),
        ("russianLower", ["(а)", "(б)"]),
        ("japaneseCounting", ["(一)", "(二)"]),
        ("unheardOf", ["(1)", "(2)"]),
    ],
)
def test_a_number_is_written_in_its_format(form, labels):
    definition = numbering({"0": level(0, form, "(%1)")}, {"1": of("0")})
    assert texts(item("x", 1) * 2, numbering=definition) == [f"{label} x" for label in labels]


def test_a_list_may_start_elsewhere_and_two_lists_may_share_their_count():
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    definition = numbering(
        {"0": level(0, "decimal", "Article %1")},
        {"1": of("0"), "2": of("0"), "3": of("0", override)},
    )
    body = item("a", 1) + item("b", 2) + item("c", 3) + item("d", 3) + item("e", 1) + item("f", 9)
    assert texts(body, numbering=definition) == [
        "Article 1 a",
        "Article 2 b",
        "Article 5 c",
        "Article 6 d",
        "Article 7 e",
        "f",
    ]


def test_a_level_that_never_restarts_goes_on_and_a_legal_level_is_in_digits():
    levels = (
        level(0, "upperRoman", "%1")
        + level(1, "decimal", "%1-%2", '<w:lvlRestart w:val="0"/><w:isLgl/>')
        + level(2, "none", "Note:")
    )
    body = item("a", 1) + item("b", 1, 1) + item("c", 1) + item("d", 1, 1) + item("e", 1, 2)
    assert texts(body, numbering=numbering({"0": levels}, {"1": of("0")})) == [
        "I a",
        "1-1 b",
        "II c",
        "2-2 d",
        "Note: e",
    ]


def test_a_style_numbers_its_paragraphs_and_headings():
    styles = (
        f'<w:styles {W}><w:style w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/><w:pPr><w:numPr>'
        '<w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="Clause"><w:name w:val="Clause"/><w:pPr><w:numPr>'
        '<w:numId w:val="2"/></w:numPr></w:pPr></w:style></w:styles>'
    )
    linked = level(0, "decimal", "%1") + level(1, "decimal", "%1.%2")
    clauses = level(0, "decimal", "%1)") + level(
        1, "lowerLetter", "%2)", '<w:pStyle w:val="Clause"/>'
    )
    definition = numbering(
        {
            "0": '<w:numStyleLink w:val="Outline"/>',
            "1": '<w:styleLink w:val="Outline"/>' + linked,
            "2": clauses,
        },
        {"1": of("0"), "2": of("2")},
    )

    def styled(words: str, style: str, more: str = "") -> str:
        return paragraph(words, f'<w:pStyle w:val="{style}"/>{more}')

    body = (
        styled("Scope", "H1")
        + styled("Drains", "H2")
        + styled("Pipes", "H2")
        + styled("Free", "H1", '<w:numPr><w:numId w:val="0"/></w:numPr>')
        + styled("Costs", "H1")
        + styled("pay", "Clause")
    )
    document = read(word(body, styles=styles, numbering=definition), "a.docx")
    assert blocks(document) == [
        ("h1", "1 Scope"),
        ("h2", "1.1 Drains"),
        ("h2", "1.2 Pipes"),
        ("h1", "Free"),
        ("h1", "2 Costs"),
        ("list", "a) pay"),
    ]
    assert document.blocks[1].heading == "1.1 Drains"


def test_lists_and_headings_of_opendocument_are_numbered():
    styles = (
        '<text:list-style style:name="L1">'
        '<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix=".">'
        '<style:text-properties style:font-name="Symbol"/></text:list-level-style-number>'
        '<text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")" '
        'text:display-levels="2"/><text:list-level-style-bullet text:level="3"/></text:list-style>'
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="I"/>'
        '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
        "</text:outline-style>"
    )

    def items(*contents: str, more: str = "") -> str:
        inner = "".join(f"<text:list-item>{content}</text:list-item>" for content in contents)
        return f"<text:list {more}>{inner}</text:list>"

    def p(words: str) -> str:
        return f"<text:p>{words}</text:p>"

    def h(words: str, depth: int) -> str:
        return f'<text:h text:outline-level="{depth}">{words}</text:h>'

    body = (
        h("Site", 1)
        + h("Soil", 2)
        + h("Water", 1)
        + h("Wells", 2)
        + items(
            p("one") + p("more") + items(p("deep") + items(p("mark")), p("deeper")),
            p("two"),
            more='text:style-name="L1"',
        )
        + items(p("three"), more='text:style-name="L1" text:continue-numbering="true"')
        + items(p("anew"), more='text:style-name="L1"')
        + items(items(p("below")), more='text:style-name="L1"')
    )
    assert [text for _, text in blocks(read(odf("text", body, styles), "a.odt"))] == [
        "I Site",
        "I.1 Soil",
        "II Water",
        "II.1 Wells",
        "1. one",
        "more",
        "1.a) deep",
        "mark",
        "1.b) deeper",
        "2. two",
        "3. three",
        "1. anew",
        "1.a) below",
    ]


def test_the_numbers_that_rtf_states_are_kept_and_its_bullets_are_not():
    body = (
        r"{\rtf1{\fonttbl{\f3\fcharset2 Symbol;}}{\listtext\pard 2.10\tab}\ls1 drains\par"
        r"{\listtext\f3\'b7\tab}\ls1 mark\par{\pntext o\tab}\ls1 ring\par"
        r"{\pntext (iv)\tab}\ls1 last\par{\listtext 5.}\par plain\par}"
    )
    assert [text for _, text in blocks(read(body.encode(), "a.rtf"))] == [
        "2.10 drains",
        "mark",
        "ring",
        "(iv) last",
        "plain",
    ]
