"""Documents as a reader sees them, and the places of their characters."""

import pytest

from search import StoredPart
from tui.app.rendering.rendered import Heading, Places
from tui.app.rendering.signs import BOXES, PLAIN, Signs
from tui.app.sheet import Sheet, sheet_of


def sheet(
    text: str,
    kind: str = "markdown",
    width: int = 40,
    signs: Signs = BOXES,
    pages: tuple[int, ...] = (),
) -> Sheet:
    lines = text.count("\n") + 1
    part = StoredPart("/a", kind, "a", text, 0, 1, pages, len(text), lines, len(pages))
    return sheet_of(part, width, signs)


def rows(laid_out: Sheet) -> list[str]:
    spans = [laid_out.rows.span(row) for row in range(len(laid_out.rows))]
    return [
        (laid_out.rows.hang(row) + laid_out.rows.text[slice(*span)]).rstrip()
        for row, span in enumerate(spans)
    ]


def coloured(laid_out: Sheet) -> list[tuple[str, str]]:
    text = laid_out.rows.text
    return [(text[start:end], name) for start, end, name in laid_out.coloured(0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected", "plain"),
    [
        ("# One #\n\n### Two", ["One", "", "Two"], ["One", "", "Two"]),
        ("One\n===\ntext", ["One", "───", "text"], ["One", "===", "text"]),
        (
            "- a **b** `*c*`\n  * d\n1. [x] e",
            ["• a b *c*", "  • d", "1. ☑ e"],
            ["- a b *c*", "  * d", "1. [x] e"],
        ),
        (
            "> a _b_\n>> c\n\n---",
            ["│ a b", "│ │ c", "", "─" * 40],
            ["> a b", ">> c", "", "---"],
        ),
        ("~~a~~ ![b](c.png) <http://d>", ["~~a~~ b http://d"], ["~~a~~ b http://d"]),
        ("a_b_c \\*d\\* 2 * 3 * 4", ["a_b_c *d* 2 * 3 * 4"], ["a_b_c *d* 2 * 3 * 4"]),
        ("**a\nb** [c\nd](e)", ["a", "b c", "d"], ["a", "b c", "d"]),
        (
            "```sh\n# *a*\n```\n\n    **b**",
            ["sh", "# *a*", "", "", "    **b**"],
            ["```sh", "# *a*", "```", "", "    **b**"],
        ),
        (
            "| a | b |\n|:--|--:|\n| **x** | 1 |\n| y \\| z | 200 |",
            ["a     │   b", "──────┼────", "x     │   1", "y | z │ 200"],
            ["a     |   b", "------+----", "x     |   1", "y | z | 200"],
        ),
    ],
)
def test_signs_of_markdown_are_left_out(text: str, expected: list[str], plain: list[str]) -> None:
    assert rows(sheet(text)) == expected
    assert rows(sheet(text, signs=PLAIN)) == plain


def test_words_are_styled() -> None:
    text = "# A\n## B\n### C\n**d** *e* ~~f~~ `g` [h](i)\n\n> j\n\n- k"
    assert coloured(sheet(text)) == [
        ("j", "quote"),
        ("A", "title"),
        ("B", "heading"),
        ("C", "subheading"),
        ("d", "strong"),
        ("e", "emphasis"),
        ("f", "deleted"),
        ("h", "link"),
        ("g", "code"),
        ("•", "comment"),
        ("│ ", "rule"),
    ]


def test_later_rows_hang_below_the_words_of_the_first() -> None:
    text = "- one two three four\n\n> one two three four\n\n|a|b|\n|-|-|\n|x|one two three four|"
    assert rows(sheet(text, width=14)) == [
        "• one two",
        "  three four",
        "",
        "│ one two",
        "│ three four",
        "",
        "a │ b",
        "──┼───────────",
        "x │ one two",
        "  │ three four",
    ]


def test_a_table_that_is_too_wide_keeps_its_cells_in_their_order() -> None:
    text = "|one two three|four|\n|-|-|\n|five six seven eight|nine|"
    assert rows(sheet(text, width=20)) == [
        "one two three │ four",
        "─" * 20,
        "five six seven eight",
        "  │ nine",
    ]


def test_each_line_keeps_its_number_and_each_character_its_place() -> None:
    text = "# One\n\n| a | **boiler** |\n|---|---|\n| wide cell | see [the plan](x) |\n\n- *end*"
    laid_out = sheet(text)
    assert laid_out.rows.line_count == text.count("\n") + 1
    for word in ("One", "boiler", "wide cell", "the plan", "end"):
        start = text.index(word)
        first, last = laid_out.places.span(start, start + len(word))
        assert laid_out.rows.text[first:last] == word
        assert laid_out.places.source(first) == start
        assert laid_out.line_at(start) == text.count("\n", 0, start) + 1


def test_what_is_put_in_at_an_edge_is_outside_a_range() -> None:
    shown, places = Places.edit("abc", [(1, 1, "--"), (2, 3, "")])
    assert shown == "a--b"
    assert [places.span(0, 1), places.span(1, 2), places.span(0, 3), places.span(2, 3)] == [
        (0, 1),
        (3, 4),
        (0, 4),
        (4, 4),
    ]


def test_headers_of_mail_form_a_block() -> None:
    text = "The boiler (2026-11-23)\n\nFrom: Ann\nTo: Bob and Eve\nDate: Monday\n\nIt is: cold."
    laid_out = sheet(text, "mail", 15)
    assert rows(laid_out) == [
        "The boiler",
        "(2026-11-23)",
        "",
        "From  Ann",
        "To    Bob and",
        "      Eve",
        "Date  Monday",
        "",
        "It is: cold.",
    ]
    assert coloured(laid_out) == [
        ("The boiler (2026-11-23)", "title"),
        ("From", "comment"),
        ("To", "comment"),
        ("Date", "comment"),
    ]


def test_a_rule_parts_pages() -> None:
    text, pages = "one\n\ntwo\n\nfour", (0, 5, 10, 10)
    laid_out = sheet(text, "pdf", 20, pages=pages)
    assert rows(laid_out) == ["one", "── page 2 ──────────", "two", "── page 4 ──────────", "four"]
    plain = sheet(text, "pdf", 20, PLAIN, pages)
    assert rows(plain)[1] == "-- page 2 ----------"
    assert laid_out.places.span(5, 8) == (25, 28)


def test_headings_have_their_places() -> None:
    text = "# One\n\nTwo *a*\n---\n\n```\n# no\n```\n"
    assert sheet(text).headings == (Heading(1, "One", 2), Heading(2, "Two *a*", 7))


def test_a_long_document_is_rendered_around_the_passage() -> None:
    text = "**a**\n\n" * 200 + "```\n**code**\n\n**code**\n```\n\n" + "**b**\n\n" * 200
    part = StoredPart("/a", "markdown", "a", text, 0, 1, (), len(text), text.count("\n") + 1, 0)
    middle = text.rindex("**code**")
    laid_out = sheet_of(part, 40, BOXES, middle, 40)
    shown = rows(laid_out)
    assert (shown[0], shown[-3], shown[400:406]) == (
        "**a**",
        "**b**",
        ["", "**code**", "", "**code**", "", ""],
    )
    assert shown[406] == "b"
    assert laid_out.rows.line_count == text.count("\n") + 1
