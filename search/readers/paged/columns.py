"""Puts two columns of prose one after the other where a PDF draws them line by line.

Such a PDF draws the first line of the left column, then that of the right column, and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

MIN_ROWS = 4
MIN_SHARE = 0.5
"""The part of a page's boxes that must stand side by side."""

GAP = 0.8
"""The least width of the gap between columns, in heights of a line."""

FILLED = 0.7
MIN_LETTERS = 12
"""What the average line of prose has: it fills this part of its column, with so many letters.

The cells of a table do not.
"""


class Box(NamedTuple):
    """The place of words in one line without a wide gap between them, in points.

    y grows upwards.
    """

    left: float
    bottom: float
    right: float
    top: float


def in_columns(boxes: Sequence[Box], text_of: Callable[[Box], str]) -> str:
    r"""The text of a page in two columns, in reading order; empty where it has no such columns.

    `boxes` are in the order in which the PDF draws them. `text_of` gives the text in a box; it is
    called only where the boxes look like columns.

    >>> left = ["The committee dis-", "cussed the flood"]
    >>> right = ["Elsewhere in town", "it went up again"]
    >>> lines = [line for row in zip(left, right) for line in row] * 2
    >>> corners = [(99 * (n % 2), -9 * (n // 2)) for n in range(8)]
    >>> boxes = [Box(x, y, x + 90, y + 8) for x, y in corners]
    >>> in_columns(boxes, lambda box: lines[boxes.index(box)]).split("\n")[3:5]
    ['cussed the flood', 'Elsewhere in town']
    """
    # Pair the boxes that stand side by side: there must be enough pairs, and never three in a row.
    rows = list(_rows(boxes))
    if (
        len(rows) < MIN_ROWS
        or 2 * len(rows) < MIN_SHARE * len(boxes)
        or any(len(row) != 2 for row in rows)
    ):
        return ""
    # One gutter must part all the pairs, and both sides must be lines of prose.
    gutter = max(row[0].right for row in rows)
    columns = list(zip(*rows, strict=True))
    if gutter > min(row[1].left for row in rows) or not all(
        _is_full(lines) and _is_prose(lines, text_of) for lines in columns
    ):
        return ""
    # Hold the right column back until the left one ends.
    parts: list[str] = []
    right: list[str] = []
    for box in boxes:
        if box.left >= gutter:
            right.append(text_of(box))
            continue
        if box.right > gutter:
            # A box across both columns, such as a heading, ends them.
            parts += right
            right = []
        parts.append(text_of(box))
    return "\n".join(line.strip() for line in parts + right)


def _rows(boxes: Sequence[Box]) -> Iterator[list[Box]]:
    """Runs of two or more boxes that are drawn one after the other in one line with wide gaps."""
    row: list[Box] = []
    for box in boxes:
        if row and not _is_beside(row[-1], box):
            if len(row) > 1:
                yield row
            row = []
        row.append(box)
    if len(row) > 1:
        yield row


def _is_beside(left: Box, right: Box) -> bool:
    """True where the second box stands in the line of the first, to its right, behind a gap."""
    height = min(left.top - left.bottom, right.top - right.bottom)
    shared = min(left.top, right.top) - max(left.bottom, right.bottom)
    return shared > height / 2 and right.left - left.right > GAP * height


def _is_full(lines: Sequence[Box]) -> bool:
    widths = [line.right - line.left for line in lines]
    return sum(widths) >= FILLED * max(widths) * len(widths)


def _is_prose(lines: Sequence[Box], text_of: Callable[[Box], str]) -> bool:
    return sum(map(str.isalpha, "".join(map(text_of, lines)))) >= MIN_LETTERS * len(lines)
