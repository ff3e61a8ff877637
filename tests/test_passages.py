"""Documents are split into passages: whole expected splits, and properties of any document's."""

from __future__ import annotations

import random
import re
import tracemalloc
from itertools import islice, pairwise

import pytest

from search import readers
from search.documents import Block, Document, Passage
from search.text.passages import PassageRules, embedded_text, headed_text, split

TOKEN = re.compile(r"\w+|[^\w\s]")
SMALL = PassageRules(max_tokens=12, overlap=4, min_tokens=3)


class Words:
    """A tokenizer for which each word and each mark is a token."""

    def spans(self, texts):
        return [[match.span() for match in TOKEN.finditer(text)] for text in texts]


class Characters:
    """A tokenizer for which each character is two tokens, white space included.

    A text begins with one more token.
    """

    def spans(self, texts):
        return [
            [(0, 1)] * bool(text) + [(at, at + 1) for at in range(len(text)) for _ in range(2)]
            for text in texts
        ]


class Blind:
    """A tokenizer that finds no tokens."""

    def spans(self, texts):
        return [[] for _ in texts]


def passages(source, name="note.md", rules=SMALL, tokenizer=None):
    return list(split(readers.read(source.encode(), f"/docs/{name}"), tokenizer or Words(), rules))


def texts(source, name="note.md", rules=SMALL):
    return [passage.text for passage in passages(source, name, rules)]


def test_a_passage_has_its_headings_lines_and_characters():
    source = (
        "# House\n\nThe boiler is old and loud.\n\n## Repair\n\nTurn the red valve left\n"
        "and wait.\n"
    )
    assert passages(source) == [
        Passage(0, "# House\n\nThe boiler is old and loud.", ("House",), None, 1, 3, 0, 36, 0),
        Passage(
            1,
            "## Repair\n\nTurn the red valve left\nand wait.",
            ("House", "Repair"),
            None,
            5,
            8,
            38,
            82,
            1,
        ),
    ]


def test_a_later_passage_of_a_section_has_the_sections_opening():
    source = (
        "# House\n\nThe boiler is old. It was built in winter. Nobody has its manual.\n\n"
        "## Repair\n\nTurn the red valve left. Then call the plumber.\n"
    )
    got = [(passage.text, passage.section, passage.opening) for passage in passages(source)]
    assert got == [
        ("# House\n\nThe boiler is old.", 0, ""),
        ("It was built in winter. Nobody has its manual.", 0, "The boiler is old."),
        ("## Repair\n\nTurn the red valve left.", 2, ""),
        ("Then call the plumber.", 2, "Turn the red valve left."),
    ]


def test_the_rows_of_a_table_have_no_opening():
    got = passages(
        "name,city\n" + "".join(f"person {number},town\n" for number in range(9)), "a.csv"
    )
    assert [(passage.section, passage.opening) for passage in got] == [
        (at, "") for at in range(len(got))
    ]
    assert len(got) > 2


def test_a_table_has_the_opening_of_its_section():
    rows = "".join(f"| pear {number} | cheap |\n" for number in range(3))
    (first, middle, last) = passages(
        f"# Shop\n\nWhat fruit costs today.\n\n{rows}\nAll else is sold.\n"
    )
    assert (first.text, first.section, first.opening) == (
        "# Shop\n\nWhat fruit costs today.",
        0,
        "",
    )
    assert middle.text == "| pear 0 | cheap |\n| pear 1 | cheap |"
    assert last.text == "| pear 2 | cheap |\n\nAll else is sold."
    assert [(passage.section, passage.opening) for passage in (middle, last)] == [
        (0, "What fruit costs today.")
    ] * 2


def test_the_opening_is_short_is_no_heading_and_is_given_to_near_passages_only():
    words = " ".join(f"word{number}" for number in range(300))
    got = passages(
        f"Head\n====\n\n{words}\n", rules=PassageRules(max_tokens=12, overlap=0, min_tokens=3)
    )
    openings = [passage.opening for passage in got]
    assert got[0].text.startswith("Head")
    first = got[0].text.removeprefix("Head\n====\n\n")
    assert openings[1:17] == [first] * 16
    assert not any(openings[17:])
    assert {passage.section for passage in got} == {0}
    (_, second, *_) = passages(
        words, "a.txt", PassageRules(max_tokens=200, overlap=0, min_tokens=3)
    )
    assert second.opening == " ".join(words[:300].split())
    (_, small, *_) = passages(
        " ".join("ab" * 200), "a.txt", PassageRules(max_tokens=200, overlap=0, min_tokens=3)
    )
    assert small.opening == " ".join("ab" * 32)


def test_a_document_of_one_line_is_one_passage():
    assert passages("  one line  ", "a.txt") == [Passage(0, "one line", (), None, 1, 1, 2, 10, 0)]


def test_small_sections_are_joined_with_siblings_and_children_but_not_with_their_parent():
    source = (
        "# A\n\n## B\n\nb\n\n## C\n\nc\n\n### D\n\nd\n\n## E\n\ne\n\n# F\n\nf f f f f f f f f\n"
    )
    rules = PassageRules(max_tokens=16, overlap=4, min_tokens=6)
    assert [(passage.text, passage.headings) for passage in passages(source, rules=rules)] == [
        ("# A\n\n## B\n\nb", ("A",)),
        ("## C\n\nc\n\n### D\n\nd\n\n## E\n\ne", ("A", "C")),
        ("# F\n\nf f f f f f f f f", ("F",)),
    ]


def test_a_small_last_section_joins_the_one_before():
    source = "# A\n\na a a a a\n\n## End\n\ne\n\n# B\n\nb b b b b b\n"
    rules = PassageRules(max_tokens=16, overlap=4, min_tokens=5)
    assert texts(source, rules=rules) == ["# A\n\na a a a a\n\n## End\n\ne", "# B\n\nb b b b b b"]


def test_a_heading_is_never_parted_from_its_text():
    source = "# A\n\n" + "a a a a a.\n\n" * 2 + "## B\n\n" + "b b b b b.\n\n" * 3
    assert all(not text.rsplit("\n", 1)[-1].startswith("#") for text in texts(source))


def test_a_long_section_is_cut_between_blocks_then_sentences_and_overlaps_by_whole_ones():
    source = (
        "One two three four. Five six.\n\nSeven eight nine. Ten eleven.\n\n"
        "Twelve. Thirteen fourteen."
    )
    assert texts(source, "a.txt") == [
        "One two three four. Five six.",
        "Five six.\n\nSeven eight nine. Ten eleven.",
        "Ten eleven.\n\nTwelve. Thirteen fourteen.",
    ]


def test_nothing_is_repeated_across_headings():
    source = "# A\n\na. a. a. a. a.\n\n# B\n\nb. b. b. b. b.\n"
    assert texts(source) == ["# A\n\na. a. a. a. a.", "# B\n\nb. b. b. b. b."]


def test_sentences_end_at_marks_and_not_at_abbreviations():
    source = (
        "We met Dr. Adams at 3.15 on the bridge. “Is it safe?” He nodded! "
        "これは犬です。猫です。终。"
    )
    rules = PassageRules(max_tokens=14, overlap=0, min_tokens=1)
    assert texts(source, "a.txt", rules) == [
        "We met Dr. Adams at 3.15 on the bridge.",
        "“Is it safe?” He nodded! これは犬です。猫です。",
        "终。",
    ]


def test_a_section_without_a_heading_is_a_passage_under_the_heading_above_it():
    source = (
        "<h1>What we are asked</h1><section><h2>Tides</h2><section>"
        "<p>They turn every six hours. So they say.</section>"
        "<section><p>The moon does. It pulls.</section></section><p>Written by nobody at all.</p>"
    )
    assert [(passage.text, passage.headings) for passage in passages(source, "faq.html")] == [
        ("What we are asked", ("What we are asked",)),
        ("Tides\n\nThey turn every six hours. So they say.", ("What we are asked", "Tides")),
        ("The moon does. It pulls.", ("What we are asked", "Tides")),
        ("Written by nobody at all.", ("What we are asked",)),
    ]


def test_tables_and_code_are_cut_between_lines():
    rows = "".join(f"| r{number} | x y |\n" for number in range(6))
    found = texts(
        "| a | b |\n|---|---|\n" + rows, rules=PassageRules(max_tokens=24, overlap=6, min_tokens=3)
    )
    assert all(re.fullmatch(r"\|.*\|", line) for text in found for line in text.split("\n"))
    assert len(found) > 2


def test_text_without_borders_is_cut_between_words_then_characters():
    words = texts("word " * 100, "a.txt")
    assert {len(text.split()) for text in words} <= {10, 11, 12}
    blind = PassageRules(max_tokens=64, overlap=8, min_tokens=4)
    found = list(split(readers.read(b"x" * 10_000, "/docs/a.txt"), Blind(), blind))
    assert max(len(passage.text) for passage in found) <= 4 * 65


def test_a_character_of_several_code_points_is_not_parted():
    family = "👨\u200d👩\u200d👧👍🏽e\u0301"
    found = passages(family * 60, "a.txt")
    assert len(found) > 5
    assert not any(
        re.match("[\u200d\u0301🏽]", passage.text) or passage.text.endswith("\u200d")
        for passage in found
    )


def test_a_passage_stays_on_its_page():
    text = "First page here.\n\nSecond. More."
    document = Document("/a.pdf", "pdf", "", text, (Block(0, 31, "paragraph"),), (0, 18, 18, 31))
    assert [(passage.text, passage.page) for passage in split(document, Words(), SMALL)] == [
        ("First page here.", 1),
        ("Second. More.", 3),
    ]


def test_words_between_blocks_are_in_no_passage():
    assert texts("one <!-- hidden words --> two\n\n***\n\nthree\n") == [
        "one",
        "two\n\n***\n\nthree",
    ]


def test_ten_thousand_headings_make_no_tiny_passages():
    source = "".join(f"## Heading {number}\n\nbody {number}\n\n" for number in range(10_000))
    found = passages(source, rules=PassageRules())
    assert min(len(Words().spans([passage.text])[0]) for passage in found) >= 24
    assert found[0].headings == ("Heading 0",)


def test_passages_are_made_on_demand_in_little_memory():
    text = "valve pressure " * 400_000
    document = Document("/a.txt", "text", "", text, (Block(0, len(text), "paragraph"),))
    tracemalloc.start()
    try:
        first = list(islice(split(document, Words(), PassageRules()), 500))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert first[-1].char_end < len(text) / 5
    # A second copy of the text alone would take six million bytes.
    assert peak < 5_500_000 + sum(len(passage.text) for passage in first)


def test_the_embedded_text_begins_with_the_headings_once():
    def embedded(text, *headings):
        passage = Passage(0, text, headings, None, 1, 1, 0, len(text))
        assert headed_text(passage) == embedded_text(passage)
        return embedded_text(passage)

    assert embedded("Turn it.", "House", "Boiler") == "House > Boiler\nTurn it."
    assert embedded("Turn it.") == "Turn it."
    assert embedded("# **House**\n\nOld.", "House") == "# **House**\n\nOld."
    assert (
        embedded("House\n=====\n\nBoiler\n---\nOld.", "House", "Boiler")
        == "House\n=====\n\nBoiler\n---\nOld."
    )
    assert embedded("## Boiler\n\nOld.", "House", "Boiler") == "House > Boiler\n## Boiler\n\nOld."
    assert embedded("def fit(x):\n    return x", "def fit(x)") == "def fit(x):\n    return x"


WORDS = [
    "valve",
    "the",
    "Ωmega",
    "naïve",
    "犬が走る",
    "e\u0301",
    "x" * 70,
    "3.14",
    "a.b",
    "—",
    "👍🏽",
    "Dr.",
    "snake_case",
    "#",
    "|",
]


def random_document(rng):
    """A document of blocks of all kinds, on pages or not.

    White space, marks and words stand in the gaps between the blocks.
    """
    text = ""
    blocks = []
    pages = []
    paged = rng.random() < 0.3
    for _ in range(rng.randint(0, 25)):
        text += rng.choice(["\n", "\n\n", "  ", "\n---\n", "\n<!-- hidden -->\n", "\n\n\n"])
        if paged and rng.random() < 0.4:
            pages.append(len(text))
        start = len(text)
        kind = rng.choice(["heading", "paragraph", "paragraph", "list", "table", "code"])
        count = rng.randint(1, 5) if kind == "heading" else rng.choice([1, 3, 10, 40, 200])
        gaps = (
            ["  "]
            if kind == "heading"
            else [" ", " ", " ", ". ", "! ", ".\n", "\n", "", "。", "\n    "]
        )
        text += "".join(rng.choice(WORDS) + rng.choice(gaps) for _ in range(count))
        level = rng.randint(1, 6) if kind == "heading" else rng.choice([0] * 9 + [2])
        blocks.append(
            Block(
                start, len(text), kind, level, " ".join(text[start:].split()) * (kind == "heading")
            )
        )
    return Document("/docs/a.md", "markdown", "", text, tuple(blocks), tuple(pages))


@pytest.mark.parametrize("seed", range(60))
def test_the_passages_of_any_document_are_exact_complete_and_small(seed):
    rng = random.Random(seed)
    document = random_document(rng)
    limit = rng.choice([8, 16, 40, 256])
    rules = PassageRules(
        limit, rng.choice([0, limit // 8, limit // 2]), rng.choice([1, limit // 10 + 1, limit // 3])
    )
    tokenizer = rng.choice([Words(), Characters()])
    text = document.text
    found = list(split(document, tokenizer, rules))
    covered = bytearray(len(text))
    for ordinal, passage in enumerate(found):
        start, end = passage.char_start, passage.char_end
        assert passage.ordinal == ordinal
        assert passage.text == text[start:end] == text[start:end].strip() != ""
        assert passage.line_start == text.count("\n", 0, start) + 1
        assert passage.line_end == text.count("\n", 0, end) + 1
        assert len(tokenizer.spans([passage.text])[0]) <= rules.max_tokens
        begun = [page for page, offset in enumerate(document.pages, 1) if offset <= start]
        assert passage.page == (begun[-1] if begun else None)
        assert not any(start < offset < end for offset in document.pages)
        trail = []
        for block in document.blocks:
            if block.start <= start and block.level:
                trail = [(level, words) for level, words in trail if level < block.level] + [
                    (block.level, block.heading)
                ]
        assert passage.headings == tuple(words[:120] for _, words in trail if words)
        covered[start:end] = b"\1" * (end - start)
    assert all(
        earlier.char_start < later.char_start and earlier.char_end < later.char_end
        for earlier, later in pairwise(found)
    )
    for block in document.blocks:
        assert all(covered[at] or text[at].isspace() for at in range(block.start, block.end))
