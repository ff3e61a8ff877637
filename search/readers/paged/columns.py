"""Two columns of prose that a PDF draws line by line, left and right in turns, put one after the other."""

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
"""Lines of prose fill their column, on average, to this part and with so many characters; cells of a table do not."""


class Box(NamedTuple):
    """Where words stand that are in one line without a wide gap, in points; y grows upwards."""

    left: float
    bottom: float
    right: float
    top: float


def in_columns(boxes: Sequence[Box], words: Callable[[Box], str]) -> str:
    r"""The text of a page in two columns in the order of reading, empty where the page is set in any other way.

    `boxes` are in the order in which they are drawn. `words` gives what stands in one and is asked only where the boxes look like columns.

    >>> lines = ["The committee dis-", "Elsewhere in town", "cussed the flood", "it went up again"] * 2
    >>> boxes = [Box(99 * (n % 2), -9 * (n // 2), 99 * (n % 2) + 90, 8 - 9 * (n // 2)) for n in range(8)]
    >>> in_columns(boxes, lambda box: lines[boxes.index(box)]).split("\n")[3:5]
    ['cussed the flood', 'Elsewhere in town']
    """
    rows = list(_rows(boxes))
    if (
        len(rows) < MIN_ROWS
        or 2 * len(rows) < MIN_SHARE * len(boxes)
        or any(len(row) != 2 for row in rows)
    ):
        return ""
    gutter = max(row[0].right for row in rows)
    columns = list(zip(*rows, strict=True))
    if gutter > min(row[1].left for row in rows) or not all(
        _is_full(lines) and _is_prose(lines, words) for lines in columns
    ):
        return ""
    parts: list[str] = []
    right: list[str] = []
    for box in boxes:
        if box.left >= gutter:
            right.append(words(box))
            continue
        if box.right > gutter:
            # What spans both columns, a heading for one, ends them.
            parts += right
            right = []
        parts.append(words(box))
    return "\n".join(line.strip() for line in parts + right)


def _rows(boxes: Sequence[Box]) -> Iterator[list[Box]]:
    """Boxes drawn one after the other in one line, with wide gaps between, where there are at least two."""
    row: list[Box] = []
    for box in boxes:
        if row and not _beside(row[-1], box):
            if len(row) > 1:
                yield row
            row = []
        row.append(box)
    if len(row) > 1:
        yield row


def _beside(one: Box, other: Box) -> bool:
    height = min(one.top - one.bottom, other.top - other.bottom)
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared > height / 2 and other.left - one.right > GAP * height


def _is_full(lines: Sequence[Box]) -> bool:
    widths = [line.right - line.left for line in lines]
    return sum(widths) >= FILLED * max(widths) * len(widths)


def _is_prose(lines: Sequence[Box], words: Callable[[Box], str]) -> bool:
    return sum(map(str.isalpha, "".join(map(words, lines)))) >= MIN_LETTERS * len(lines)
