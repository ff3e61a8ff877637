"""Coloured stretches of documents, and the sheets and rows that show them."""

import pytest

from search import StoredPart
from tui.app.colours import REACH, colours
from tui.app.hit_labels import age, score_bar
from tui.app.sheet import Sheet, sheet_of, sheet_of_hit

from .app_driver import NOW, a_hit


def sheet(path: str, kind: str, text: str) -> Sheet:
    lines = text.count("\n") + 1
    return sheet_of(StoredPart(path, kind, "a", text, 0, 1, (), len(text), lines, 0), 40)


def named(path: str, kind: str, text: str) -> list[tuple[str, str]]:
    laid_out = sheet(path, kind, text)
    shown = laid_out.rows.text
    return [(shown[start:end], name) for start, end, name in colours(laid_out, 0)]


@pytest.mark.parametrize(
    ("path", "kind", "text", "expected"),
    [
        (
            "a.py",
            "code",
            "def f():  # say\n    return 'x'\n",
            [
                ("def", "keyword"),
                ("f", "name"),
                ("# say", "comment"),
                ("return", "keyword"),
                ("'", "string"),
                ("x", "string"),
                ("'", "string"),
            ],
        ),
        ("a.unknown", "code", "def f(): 1", []),
        (
            "a.md",
            "markdown",
            "# One\n\n```\ndef e(): 0\n```\n\n```python\ndef f(): 1\n```\n\n```nonsense\nif\n```",
            [
                ("def", "keyword"),
                ("f", "name"),
                ("1", "number"),
            ],
        ),
        ("a.rst", "rst", "Tides\n=====\n\nThe tide.", [("Tides\n=====", "heading")]),
        ("a.txt", "text", "# no", []),
    ],
)
def test_code_and_markup_are_coloured(
    path: str, kind: str, text: str, expected: list[tuple[str, str]]
) -> None:
    assert named(path, kind, text) == expected


def test_only_the_text_near_the_offset_is_coloured() -> None:
    text = "x = 1\n" * (REACH // 2)
    found = colours(sheet("a.py", "code", text), len(text) // 2)
    assert len(text) // 2 - REACH - 6 <= found[0][0] < found[-1][1] <= len(text) // 2 + REACH


def test_a_sheet_shows_pages_or_one_passage() -> None:
    pages = sheet_of(
        StoredPart("/a.pdf", "pdf", "a", "first\x1b page\nsecond page\n", 0, 1, (0, 12), 24, 2, 2),
        40,
    )
    assert pages.rows.text == "first␛ page\nsecond page\n"
    assert [pages.page_at(offset) for offset in (0, 11, 12, 20)] == [1, 1, 2, 2]
    part = sheet_of_hit(a_hit("b.md", "two\nlines", 5, 100), 40)
    assert (part.whole, part.first_line, part.first_char, len(part.rows)) == (False, 5, 100, 2)


@pytest.mark.parametrize(
    ("score", "bar"),
    [(-1, "     "), (0.0, "     "), (0.1, "▌    "), (1.0, "█████"), (2.0, "█████")],
)
def test_a_score_is_drawn_as_a_bar(score: float, bar: str) -> None:
    assert score_bar(score) == bar


@pytest.mark.parametrize(
    ("modified", "expected"),
    [
        ("2026-11-23T11:59:30Z", "now"),
        ("2026-11-24T00:00:00Z", "now"),
        ("2026-11-23T11:15:00Z", "45min"),
        ("2026-11-23T01:00:00Z", "11h"),
        ("2026-11-10T12:00:00Z", "1w"),
        ("2026-08-01T12:00:00Z", "3mo"),
        ("2020-08-01T12:00:00Z", "6y"),
    ],
)
def test_an_age_is_one_short_word(modified: str, expected: str) -> None:
    assert age(modified, NOW) == expected
