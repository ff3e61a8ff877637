"""Two columns of prose that a PDF draws line by line, left and right in turns, put one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MIN_ROWS = 4
MIN_SHARE = 0.5
"""The part of a page's stretches that must stand side by side."""

GAP = 0.8
"""The least width of the gap between columns, in heights of a line."""

FILLED = 0.7
MIN_LETTERS = 12
"""Lines of prose fill their column, on average, to this part and with so many characters; cells of a table do not."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words in one line without a wide gap, with their box in points; y grows upwards."""

    left: float
    bottom: float
    right: float
    top: float
    text: str


def in_columns(stretches: Sequence[Stretch]) -> str:
    r"""The text of a page in two columns in the order of reading, empty where the page is set in any other way.

    `stretches` are in the order in which they are drawn.

    >>> lines = ["The committee dis-", "Elsewhere in town", "cussed the flood", "it went up again"] * 2
    >>> boxes = [(99 * (n % 2), -9 * (n // 2), 99 * (n % 2) + 90, 8 - 9 * (n // 2)) for n in range(8)]
    >>> in_columns([Stretch(*box, words) for box, words in zip(boxes, lines)]).split("\n")[3:5]
    ['cussed the flood', 'Elsewhere in town']
    """
    rows = list(_rows(stretches))
    if len(rows) < MIN_ROWS or 2 * len(rows) < MIN_SHARE * len(stretches) or any(len(row) != 2 for row in rows):
        return ""
    gutter = max(row[0].right for row in rows)
    if gutter > min(row[1].left for row in rows) or not all(map(_is_prose, zip(*rows, strict=True))):
        return ""
    parts: list[str] = []
    right: list[str] = []
    for stretch in stretches:
        if stretch.left >= gutter:
            right.append(stretch.text)
            continue
        if stretch.right > gutter:
            # What spans both columns, a heading for one, ends them.
            parts += right
            right = []
        parts.append(stretch.text)
    return "\n".join(words.strip() for words in parts + right)


def _rows(stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    """Stretches drawn one after the other in one line, with wide gaps between, where there are at least two."""
    row: list[Stretch] = []
    for stretch in stretches:
        if row and not _beside(row[-1], stretch):
            if len(row) > 1:
                yield row
            row = []
        row.append(stretch)
    if len(row) > 1:
        yield row


def _beside(one: Stretch, other: Stretch) -> bool:
    height = min(one.top - one.bottom, other.top - other.bottom)
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared > height / 2 and other.left - one.right > GAP * height


def _is_prose(lines: Sequence[Stretch]) -> bool:
    widths = [line.right - line.left for line in lines]
    letters = sum(map(str.isalpha, "".join(line.text for line in lines)))
    return sum(widths) >= FILLED * max(widths) * len(widths) and letters >= MIN_LETTERS * len(lines)
