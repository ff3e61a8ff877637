"""The layout of texts in rows."""

import pytest
from rich.cells import cell_len

from tui.app.rows import TAB, Rows


def rows_of(text: str, width: int) -> list[str]:
    rows = Rows.lay_out(text, width)
    return [text[slice(*rows.span(row))] for row in range(len(rows))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [""]),
        ("\n", ["", ""]),
        ("one\ntwo", ["one", "two"]),
        ("fill to one bar", ["fill to ", "one bar"]),
        ("exactly 10", ["exactly 10"]),
        ("exactly 10 more", ["exactly 10 ", "more"]),
        ("abcdefghijklm", ["abcdefghij", "klm"]),
        ("ab abcdefghijklm", ["ab ", "abcdefghij", "klm"]),
        ("日本語日本語日本", ["日本語日本", "語日本"]),
        ("Grüße aus Köln", ["Grüße aus ", "Köln"]),
        ("\tif x:\n\t\treturn", ["\tif x:", "\t\t", "return"]),
    ],
)
def test_a_text_is_laid_out_in_rows_of_ten_cells(text: str, expected: list[str]) -> None:
    assert rows_of(text, 10) == expected


def test_no_row_is_wider_than_asked_for_and_nothing_is_lost() -> None:
    text = (
        "A very-long_word\tand 日本語 mixed with e\u0301 accents, emoji 👍 and   blanks.\n" * 3
        + "end"
    )
    for width in range(2, 40):
        rows = Rows.lay_out(text, width)
        parts = [text[slice(*rows.span(row))] for row in range(len(rows))]
        assert "".join(parts) == text.replace("\n", "")
        assert max(cell_len(part.rstrip(" ").replace("\t", " " * TAB)) for part in parts) <= max(
            width, TAB
        )


def test_offsets_rows_and_lines_are_found_from_each_other() -> None:
    rows = Rows.lay_out("fill to one bar\ntwice\n", 10)
    assert [rows.span(row) for row in range(len(rows))] == [(0, 8), (8, 15), (16, 21), (22, 22)]
    assert [rows.at(offset) for offset in (0, 7, 8, 15, 16, 22, 99)] == [0, 0, 1, 1, 2, 3, 3]
    assert [rows.line_started(row) for row in range(4)] == [1, None, 2, 3]
    assert [rows.line_of(offset) for offset in (0, 14, 16, 22)] == [1, 1, 2, 3]
    assert rows.line_count == 3
