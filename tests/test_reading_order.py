"""Lines that an engine found in a picture are put in order: columns, paragraphs and bands."""

from __future__ import annotations

import numpy as np

from search.readers.paged.bands import BAND, in_bands
from search.readers.paged.reading_order import Line, in_order

LEFT = ["The committee dis-", "cussed the municipal", "reservoir project in", "the spring of 2024."]
RIGHT = ["Elsewhere in the", "town the library", "was closed because", "of the long flood."]


def column(left, lines, top=100.0, step=20.0):
    return [
        Line(left, top + step * row, left + 9 * len(words), top + step * row + 15, words)
        for row, words in enumerate(lines)
    ]


def test_columns_are_read_one_after_the_other_and_a_heading_across_them_first():
    heading = Line(0, 40, 390, 60, "Minutes of the council and of its neighbours")
    # A scan's columns do not stand at quite the same height, and an engine lists its lines from the
    # top.
    found = sorted(
        [*column(0, LEFT), *column(210, RIGHT, top=107), heading], key=lambda line: line.top
    )
    assert in_order(found) == "\n\n".join((heading.words, "\n".join(LEFT), "\n".join(RIGHT)))


def test_a_line_below_two_columns_comes_last():
    foot = Line(0, 200, 390, 215, "A line at the foot that reaches across them")
    assert in_order([foot, *column(0, LEFT), *column(210, RIGHT)]).endswith(
        "flood.\n\n" + foot.words
    )


def test_three_columns_are_read_one_after_the_other():
    found = [*column(420, LEFT), *column(210, RIGHT), *column(0, LEFT)]
    assert in_order(found) == "\n\n".join(map("\n".join, (LEFT, RIGHT, LEFT)))


def test_a_table_is_read_row_by_row():
    found = [
        *column(200, ["4.20", "5.10", "6.00", "7.50", "1.00"], top=103),
        *column(0, ["Coffee", "Tea", "Milk", "Cake", "Bread"]),
    ]
    assert in_order(found) == "Coffee 4.20\nTea 5.10\nMilk 6.00\nCake 7.50\nBread 1.00"


def test_a_wider_step_begins_a_paragraph():
    assert in_order([*column(0, LEFT), *column(0, RIGHT, top=195)]) == "\n".join(
        LEFT
    ) + "\n\n" + "\n".join(RIGHT)
    # Double spacing begins no paragraph.
    assert in_order(column(0, LEFT, step=45)) == "\n".join(LEFT)


def test_no_lines_give_no_text():
    assert in_order([]) == ""


def test_lines_where_bands_meet_come_once_and_whole():
    rows = np.repeat(np.arange(3 * BAND, dtype=np.int32)[:, None], 2, axis=1)
    heights = []

    def lines_of(band):
        """The lines in a band: one of 30 rows begins every 40 rows, and a band may cut it."""
        heights.append(len(band))
        first, last = int(band[0, 0]), int(band[-1, 0]) + 1
        starts = range(first // 40 * 40, last, 40)
        spans = ((max(start, first), min(start + 30, last), start) for start in starts)
        return [
            Line(0, top - first, 100, end - first, str(start))
            for top, end, start in spans
            if end > top
        ]

    assert [(line.top, line.bottom, line.words) for line in in_bands(rows, lines_of)] == [
        (start, start + 30, str(start)) for start in range(0, 3 * BAND, 40)
    ]
    assert heights == [BAND + 120, BAND + 240, BAND + 120]
