"""The readers of notebooks, tables, structured data, subtitles and compressed files."""

from __future__ import annotations

import gzip
import io
import json
import tarfile

import pytest

from search import readers
from search.documents import Block, Document, Reason, Skip
from search.errors import Unreadable
from search.text.passages import PassageRules, embedded_text, split

from .toys import ToyTokenizer


def read(data, name):
    return readers.read(data if isinstance(data, bytes) else data.encode(), f"/data/{name}")


def blocks(document):
    """Each block as its line, its kind (for a heading its level and words) and its text."""
    return [
        (
            document.text.count("\n", 0, block.start) + 1,
            f"h{block.level} {block.heading}" if block.level else block.kind,
            document.text[block.start : block.end],
        )
        for block in document.blocks
    ]


def refusal(data, name):
    with pytest.raises(Unreadable) as caught:
        read(data, name)
    return caught.value.reason, caught.value.message


def notebook(*cells, **more):
    return json.dumps({"nbformat": 4, "cells": cells, **more})


def test_a_notebook_is_read_whole():
    source = notebook(
        {"cell_type": "markdown", "source": ["# Tides\n", "\n", "Every *six* hours.\n", "- one"]},
        {
            "cell_type": "code",
            "source": "plot(x)\n",
            "outputs": [
                {"output_type": "stream", "text": ["\x1b[31m12\x1b[0m metres\n", "done\n"]},
                {
                    "output_type": "display_data",
                    "data": {"image/png": "iVBORw0KGgo" * 999, "text/plain": "<Figure>"},
                },
                {
                    "output_type": "error",
                    "ename": "ValueError",
                    "evalue": "too deep",
                    "traceback": ["..."],
                },
            ],
        },
        {"cell_type": "raw", "source": "as it is"},
    )
    text = (
        "# Tides\n\nEvery *six* hours.\n- one\n\nplot(x)\n\n12 metres\ndone\n\n"
        "ValueError: too deep\n\nas it is"
    )
    assert read(source, "sea.ipynb") == Document(
        "/data/sea.ipynb",
        "notebook",
        "Tides",
        text,
        (
            Block(0, 7, "heading", 1, "Tides"),
            Block(9, 27, "paragraph"),
            Block(28, 33, "list"),
            Block(35, 42, "code"),
            Block(44, 58, "code"),
            Block(60, 80, "code"),
            Block(82, 90, "paragraph"),
        ),
        warnings=("left out: 1 output that is no text",),
    )


def test_a_notebook_of_format_3_is_read():
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Old"},
        {
            "cell_type": "code",
            "input": ["print(1)"],
            "outputs": [{"output_type": "pyout", "text": ["1"]}],
        },
    ]
    document = read(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}), "old.ipynb")
    assert (document.title, blocks(document)) == (
        "old",
        [(1, "h2 Old", "Old"), (3, "code", "print(1)"), (5, "code", "1")],
    )


def test_only_the_beginning_of_long_output_is_kept():
    cell = {
        "cell_type": "code",
        "source": "",
        "outputs": [{"output_type": "stream", "text": "x" * 5_000}],
    }
    document = read(notebook(cell), "a.ipynb")
    assert blocks(document) == [(1, "code", "x" * 2_000)]
    assert document.warnings == ("left out: 1 part of a long output",)


OBJECT = "<IPython.core.display.Markdown object>"


@pytest.mark.parametrize(
    ("data", "expected", "warnings"),
    [
        (
            {"text/plain": OBJECT, "text/markdown": ["# Tide\n", "**High** &amp; low"]},
            [("h1 Tide", "# Tide"), ("paragraph", "**High** & low")],
            "",
        ),
        ({"text/plain": [OBJECT], "text/html": "<p>Neap<td>r"}, [("paragraph", "Neapr")], ""),
        ({"text/html": "<ul><li>Näher</ul>"}, [("list", "Näher")], ""),
        ({"text/plain": "   a\n0  1", "text/html": "<b>a</b>"}, [("code", "   a\n0  1")], ""),
        ({"text/plain": OBJECT, "text/latex": "$x_1$"}, [("code", "$x_1$")], ""),
        ({"text/plain": "<Figure size 640x480 with 1 Axes>"}, [], "1 output that is no text"),
        ({"text/plain": "[<matplotlib.lines.Line2D at 0x7f>]", "image/png": "iVBO"}, [], 1),
        ({"text/plain": "Text(0.5, 1, 'Rain')", "image/svg+xml": "<svg/>"}, None, 1),
        ({"text/html": "<script>x</script>", "application/vnd.plotly.v1+json": {}}, [], 1),
        ({"application/javascript": "x()"}, [], ""),
        ({"text/html": "<p hidden>a</p>b"}, [("paragraph", "b")], "1 hidden part"),
        (
            {"text/html": f"<p>{'x' * 1_999} y</p>"},
            [("code", "x" * 1_999)],
            "1 part of a long output",
        ),
    ],
)
def test_an_output_is_read_in_the_form_that_says_most(data, expected, warnings):
    cell = {
        "cell_type": "code",
        "source": "x",
        "outputs": [{"output_type": "display_data", "data": data}],
    }
    document = read(notebook(cell), "a.ipynb")
    found = [(kind, words) for _, kind, words in blocks(document)[1:]]
    assert found == ([("code", "Text(0.5, 1, 'Rain')")] if expected is None else expected)
    told = "1 output that is no text" if warnings == 1 else warnings
    assert document.warnings == ((f"left out: {told}",) if told else ())


def test_an_error_has_its_message_and_a_comment_in_a_cell_is_counted():
    source = notebook(
        {"cell_type": "markdown", "source": "a <!-- b -->"},
        {
            "cell_type": "code",
            "outputs": [{"ename": "KeyError", "evalue": "'x'", "traceback": ["\x1b[0;31mTop"]}],
        },
    )
    document = read(source, "a.ipynb")
    assert [words for _, _, words in blocks(document)] == ["a ", "KeyError: 'x'"]
    assert document.warnings == ("left out: 1 comment, 1 part of a long output",)


def test_odd_cells_are_left_out_and_odd_notebooks_refused():
    odd = notebook(
        "no cell",
        {"cell_type": "markdown", "source": None},
        {"cell_type": "raw"},
        {"source": 5, "outputs": ["x", {"data": []}]},
        {"cell_type": "heading", "level": 99, "source": "Top"},
        {"source": ["no type", 7]},
    )
    assert blocks(read(odd, "a.ipynb")) == [(1, "h1 Top", "Top"), (3, "paragraph", "no type")]
    nothing = (Reason.NO_TEXT, "the notebook has no cells with text")
    assert [
        refusal(source, "a.ipynb") for source in ("{}", "[1, 2]", '{"cells": {}}', notebook())
    ] == [nothing] * 4
    assert refusal('{"cells": [', "a.ipynb")[0] is Reason.CORRUPT
    assert refusal("[" * 100_000, "a.ipynb")[0] is Reason.CORRUPT


def test_a_table_is_read_whole():
    source = 'id;note; "amount"\n1;"line one\nline two; with ""quotes""";3\n\n2;=SUM(A1);4'
    assert read(source, "sums.csv") == Document(
        "/data/sums.csv",
        "table",
        "sums",
        source,
        (
            Block(0, 17, "heading", 1, 'id, note, "amount"'),
            Block(18, 58, "table"),
            Block(60, 72, "table"),
        ),
    )


def test_a_row_far_down_is_in_a_passage_with_its_columns_and_line():
    source = (
        "name\tcity\n"
        + "".join(f"person{number}\ttown{number}\n" for number in range(5_000))
        + "Quincy Adderley\tPortmeirion\n"
    )
    *_, last = split(read(source, "people.tsv"), ToyTokenizer(), PassageRules())
    assert last.headings == ("name, city",)
    assert last.line_end == 5_002
    assert source.split("\n")[last.line_start - 1 : last.line_end] == last.text.split("\n")
    assert embedded_text(last).startswith("name, city\nperson")


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("2024,5\n2025,6\n", ["table", "table"]),
        ("a,a\n1,2\n", ["table", "table"]),
        ("a|b c\n1|2\n", ["h1 a, b c", "table"]),
        ("one column\nof words\n", ["h1 one column", "table"]),
        ('a,b\n"never closed,2\n3,4\n', ["h1 a, b", "table"]),
        (" , \na,b\n", ["h1 a, b"]),
    ],
)
def test_delimiters_and_names_of_columns_are_recognised(source, rows):
    assert [kind for _, kind, _ in blocks(read(source, "a.csv"))] == rows


LONG = "The radiators stay cold when the boiler loses pressure. " * 4


def test_the_larger_parts_of_json_are_headed_by_their_names():
    value = {
        "name": "house",
        "rooms": {"kitchen": {"note": LONG}, "hall": {"size": 4}},
        "owner": "Ida",
        "items": [{"text": LONG, "id": 1}, {"text": LONG, "id": 2}],
        "small": {"a": 1},
    }
    source = json.dumps(value, indent=1)
    assert blocks(read(source, "house.json")) == [
        (1, "code", '{\n "name": "house",'),
        (3, "h1 rooms", '"rooms": {'),
        (4, "h2 kitchen", '"kitchen": {'),
        (5, "code", f'   "note": "{LONG}"\n  }},'),
        (7, "h2 ", '"hall": {'),
        (8, "code", '   "size": 4\n  }\n },'),
        (11, "h1 ", '"owner":'),
        (11, "code", ' "Ida",'),
        (12, "h1 items", '"items": ['),
        (13, "code", f'{{\n   "text": "{LONG}",\n   "id": 1\n  }},'),
        (17, "code", f'{{\n   "text": "{LONG}",\n   "id": 2\n  }}\n ],'),
        (22, "h1 ", '"small": {'),
        (23, "code", '  "a": 1\n }\n}'),
    ]
    minified = read(json.dumps(value), "house.min.json")
    assert [block.heading for block in minified.blocks if block.level] == [
        "rooms",
        "kitchen",
        "",
        "",
        "items",
        "",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 50_000,
        '{"never closed: [1, 2',
        '"' * 9,
        "}]" * 1_000 + '{"a": 1}',
        '// {"no": [\n{"a": "}", /* ] */ "b": 1}',
        "only words",
        "\\" * 5_000 + '"',
    ],
)
def test_broken_json_loses_no_character(source):
    document = read(source, "a.json")
    assert document.text == source
    covered = "".join(document.text[block.start : block.end] for block in document.blocks)
    assert "".join(covered.split()) == "".join(source.split())


def test_each_json_line_is_a_block():
    assert blocks(read('{"a": 1}\n\n{"b": 2}\n', "a.jsonl")) == [
        (1, "code", '{"a": 1}'),
        (3, "code", '{"b": 2}'),
    ]


def test_the_larger_parts_of_yaml_are_headed_by_their_keys():
    source = (
        "# Pipeline\nname: build\nenv:\n  A: b\n"
        f"# what is done\njobs:\n  build:\n    note: {LONG}\n    steps:\n"
        f"      - name: Check\n        with: {LONG}\n"
        "      - run: |\n          key: no\n\n          - no\n"
        "  test:\n    x: 1\n"
        f"---\nkind: Map\ndata:\n- id: one\n  v: {LONG}\n- v: {LONG}\n"
    )
    assert [(line, kind) for line, kind, _ in blocks(read(source, "ci.yaml"))] == [
        (1, "code"),
        (5, "h1 jobs"),
        (7, "h2 build"),
        (8, "code"),
        (9, "h3 steps"),
        (10, "code"),
        (16, "h2 "),
        (17, "code"),
        (19, "h1 "),
        (20, "h1 data"),
        (21, "h2 one"),
        (22, "code"),
        (23, "h2 "),
    ]


def test_broken_yaml_is_read_as_text():
    source = "a: [1, 2\n\t- }{\n: :\n{{ template }}\n&x *y\n" + " ".join("b:" for _ in range(500))
    assert "\n".join(text for _, _, text in blocks(read(source, "a.yml"))) == source
    deep = "\n".join(" " * level + "a:" for level in range(2_000))
    assert len(read(deep, "deep.yaml").text) == len(deep)


def test_the_larger_elements_of_xml_are_headed_by_their_titles():
    source = (
        '<?xml version="1.0"?>\n<rss xmlns:a="b"><channel><title>Café &amp; bar</title>\n'
        f'<item id="7"><a:title>Boiler</a:title><text>{LONG}</text></item>\n'
        f"<item><p>{LONG}<b>bold</b></p></item>\n<ttl>60</ttl></channel></rss>\n"
    )
    assert blocks(read(source, "feed.xml")) == [
        (1, "code", '<?xml version="1.0"?>\n<rss xmlns:a="b">'),
        (2, "h1 channel Café & bar", "<channel>"),
        (2, "code", "<title>Café & bar</title>"),
        (3, "h2 item 7", '<item id="7">'),
        (3, "code", "<a:title>Boiler</a:title>"),
        (3, "code", f"<text>{LONG}</text></item>"),
        (4, "h2 item", "<item>"),
        (4, "code", f"<p>{LONG}<b>bold</b></p></item>"),
        (5, "h2 ", "<ttl>"),
        (5, "code", "60</ttl></channel></rss>"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        (
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "&x;&x;">]>'
            "<a><b>&x;</b>&y;</a>"
        ),
        "<a><b>not closed",
        "<a>" * 50_000 + "</a>" * 50_000,
        "no element",
        "<!DOCTYPE a [<!ENTITY copy 'all rights'>]><a><b>&copy;</b></a>",
    ],
)
def test_what_xml_declares_is_not_expanded_and_broken_xml_is_read(source):
    document = read(source, "a.xml")
    assert document.text == source
    assert "".join(text for _, _, text in blocks(document)).replace("\n", "") == source.replace(
        "\n", ""
    )


def test_entities_of_xml_are_the_characters_that_they_stand_for():
    source = (
        "<!DOCTYPE a [<!ENTITY x '&amp;'>]>\n"
        "<a b='AT&amp;T'>caf&eacute; &#x2014;&#10;&lt;b&gt; &x; &unknown; &notit;\n"
        "<!-- &amp; --><![CDATA[&amp;]]> r&ouml;sti &amp;amp;</a>"
    )
    assert read(source, "a.xml").text == (
        "<!DOCTYPE a [<!ENTITY x '&amp;'>]>\n<a b='AT&T'>café — <b> &x; "
        "&unknown; &notit;\n<!-- &amp; --><![CDATA[&amp;]]> rösti &amp;</a>"
    )
    feed = "<rss><item>&lt;p&gt;caf&amp;eacute;</item><item><![CDATA[r&ouml;sti]]></item></rss>"
    assert read(feed, "a.rss").text == (
        "<rss><item><p>café</item><item><![CDATA[rösti]]></item></rss>"
    )


def test_subtitles_keep_their_lines_and_are_joined_to_paragraphs():
    source = (
        "1\n00:00:01,000 --> 00:00:04,000\n<i>The tide</i>\nturns every\n\n"
        "2\n00:00:04,500 --> 00:00:06,000\n{\\an8}six hours.\n\n"
        "3\n00:02:04,500 --> 00:02:06,000\nSay 100.\n"
    )
    assert read(source, "film.srt") == Document(
        "/data/film.srt",
        "subtitles",
        "film",
        "\n00:00:01\nThe tide\nturns every\n\n\n\nsix hours.\n\n\n00:02:04\nSay 100.",
        (
            Block(1, 9, "heading", 1, "00:00:01"),
            Block(10, 44, "paragraph"),
            Block(47, 55, "heading", 1, "00:02:04"),
            Block(56, 64, "paragraph"),
        ),
    )


def test_web_subtitles_are_read_without_notes_and_styles():
    source = (
        "WEBVTT - x\n\nNOTE not said\n\nSTYLE\n::cue {}\n\nintro\n"
        "00:01.000 --> 00:04.000 align:start\n<v Ida>The <00:02.000><c>tide</c>\n"
        "\n01:00:05.000 --> 01:00:06.000\nturns.\n"
    )
    assert blocks(read(source, "film.vtt")) == [
        (9, "h1 00:00:01", "00:00:01"),
        (10, "paragraph", "Ida: The tide"),
        (12, "h1 01:00:05", "01:00:05"),
        (13, "paragraph", "turns."),
    ]
    assert refusal("WEBVTT\n\nNOTE nothing\n", "a.vtt") == (
        Reason.NO_TEXT,
        "the file has no subtitles in it",
    )


def spoken(source, name="a.vtt"):
    """What is said, line by line, and the warnings."""
    document = read(source, name)
    return [
        line
        for kind, words in ((kind, words) for _, kind, words in blocks(document))
        if kind == "paragraph"
        for line in words.split("\n")
        if line
    ], document.warnings


def test_subtitles_name_who_speaks_and_count_notes():
    source = (
        "WEBVTT\r\n\r\nNOTE by Ada\r\n\r\n1\r\n00:01.000 --> 00:02.000\r\n"
        "<v.loud Petra Lindqvist>We &amp; they</v> <v Oskar &amp; Co>go.\r\n\r\n"
        "00:02.500 --> 00:03.000\r\n<v Oskar &amp; Co><ruby>漢<rt>kan</rt></ruby>字\r\n"
        "<v Petra Lindqvist>NOTE it\r\n\r\nNOTE\r\ntwo\r\n"
    )
    assert spoken(source) == (
        ["Petra Lindqvist: We & they Oskar & Co: go.", "漢字", "Petra Lindqvist: NOTE it"],
        ("left out: 2 comments, 1 reading beside characters",),
    )


def test_captions_that_roll_are_read_once():
    source = "".join(
        f"00:{start:06.3f} --> 00:{end:06.3f}\n{words}\n\n"
        for start, end, words in [
            (0, 2, " \n\na<00:00.300><c> scythe</c>"),
            (2, 2.01, "a scythe"),
            (2.01, 4, "a scythe\nwith<00:02.300><c> a</c> stone"),
            (4, 4.01, "with a stone"),
            (4.01, 6, "with a stone and\nshort strokes"),
            (6.1, 7, "and\nshort strokes help"),
            (9, 10, "short strokes help"),
            (10, 11, "help us"),
        ]
    )
    expected = [
        *("a scythe", "with a stone", "and", "short strokes", "and", "short strokes help"),
        *("short strokes help", "help us"),
    ]
    assert spoken(f"WEBVTT\n\n{source}")[0] == expected
    assert spoken(source, "a.srt")[0] == expected


def test_captions_lose_no_line_that_stands_apart():
    source = (
        "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\nTwo after a gap.\n2\n"
        "00:00:03,000 --> 00:00:04,000\nThree\n00:00:05,000 --> 00:00:06,000\nAT&amp;T\n"
    )
    assert spoken(source, "a.srt")[0] == ["One.", "Two after a gap.", "Three", "AT&T"]


def test_a_compressed_file_is_read_by_its_name_without_gz():
    assert read(gzip.compress(b"# One\n"), "a.md.gz") == Document(
        "/data/a.md.gz", "markdown", "One", "# One\n", (Block(0, 5, "heading", 1, "One"),)
    )
    both = gzip.compress(b"one\n\n") + gzip.compress(b"two") + bytes(10)
    assert read(both, "a.LOG.GZ").text == "one\n\ntwo"
    assert read(gzip.compress(b"Subject: s\n\nbody"), "a.eml.gz").kind == "mail"


def test_compressed_data_that_cannot_be_read_is_refused():
    assert refusal(gzip.compress(b"x" * 999)[:-9], "a.txt.gz")[0] is Reason.CORRUPT
    assert refusal(b"no gzip", "a.txt.gz")[0] is Reason.CORRUPT
    assert refusal(gzip.compress(gzip.compress(b"words")), "a.txt.gz.gz")[0] is Reason.BINARY
    assert refusal(gzip.compress(b""), "a.txt.gz") == (Reason.EMPTY, "the file is empty")
    assert refusal(gzip.compress(bytes(65 << 20)), "a.txt.gz") == (
        Reason.TOO_LARGE,
        "the file is larger than 64 MB when it is inflated",
    )


def test_archives_are_told_by_name():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz"):
        pass
    message = ".tar.gz files are archives, which are not read"
    assert readers.readable("/data/a.tar.gz") == Skip("/data/a.tar.gz", Reason.BINARY, message)
    assert refusal(packed.getvalue(), "a.tar.gz") == (Reason.BINARY, message)
    assert readers.readable("/data/a.txt.gz") is None
