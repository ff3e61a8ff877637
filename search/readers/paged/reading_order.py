"""Lines of words as they stand in a picture, put into the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from .columns import FILLED, GAP, MIN_LETTERS, MIN_ROWS

NEW_PARAGRAPH = 1.35
"""How many times as far as usual a line stands from the one above where a paragraph begins."""

MAX_SPANNING = 1 / 3
"""The part of the lines that may reach across a gutter between columns."""


class Line(NamedTuple):
    """Words in one line without a wide gap, and where they stand, in any unit; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float
    words: str

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Where it stands."""
        return (self.top + self.bottom) / 2


def in_order(lines: Iterable[Line]) -> str:
    r"""The text of a page: columns of prose one after the other, a blank line between paragraphs.

    >>> in_order([Line(50, 0, 90, 9, "stock 7"), Line(0, 1, 40, 10, "Coffee"), Line(0, 11, 40, 20, "Tea"), Line(0, 41, 9, 50, "End")])
    'Coffee stock 7\nTea\n\nEnd'
    """
    return "\n\n".join(map(_column, _columns(sorted(lines, key=lambda line: line.middle))))


def _columns(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines in groups that are read one after the other. What reaches across two columns ends them."""
    gutter = _gutter(lines)
    if gutter is None:
        if lines:
            yield list(lines)
        return
    left: list[Line] = []
    right: list[Line] = []
    across: list[Line] = []
    for line in lines:
        if line.right > gutter > line.left:
            yield from (*_columns(left), *_columns(right))
            left, right = [], []
            across.append(line)
            continue
        if across:
            yield across
            across = []
        (left if line.left < gutter else right).append(line)
    yield from (*_columns(left), *_columns(right))
    if across:
        yield across


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where the space between two columns of prose ends, None where there are none."""
    if len(lines) < 2 * MIN_ROWS:
        return None
    gap = GAP * median(line.height for line in lines)
    best: tuple[int, float] | None = None
    for gutter in {line.left for line in lines}:
        right = [line for line in lines if line.left >= gutter]
        left = [line for line in lines if line.right <= gutter - gap]
        least = min(len(left), len(right))
        across = len(lines) - len(left) - len(right)
        if least < MIN_ROWS or across > MAX_SPANNING * len(lines) or not _side_by_side(left, right):
            continue
        if (best is None or (least, -gutter) > best) and _is_prose(left) and _is_prose(right):
            best = (least, -gutter)
    return None if best is None else -best[1]


def _side_by_side(left: Sequence[Line], right: Sequence[Line]) -> bool:
    tops, bottoms = zip(*((side[0].top, side[-1].bottom) for side in (left, right)), strict=True)
    shared = min(bottoms) - max(tops)
    return bool(shared > min(bottom - top for top, bottom in zip(tops, bottoms, strict=True)) / 2)


def _is_prose(lines: Sequence[Line]) -> bool:
    """True where lines fill their column, as the cells of a table do not."""
    widths = [line.right - line.left for line in lines]
    letters = sum(sum(map(str.isalpha, line.words)) for line in lines)
    return sum(widths) >= FILLED * max(widths) * len(widths) and letters >= MIN_LETTERS * len(lines)


def _column(lines: Sequence[Line]) -> str:
    """The text of lines below each other, what stands side by side in one line."""
    rows: list[list[Line]] = []
    for line in lines:
        if (
            rows
            and abs(line.middle - rows[-1][0].middle) < min(line.height, rows[-1][0].height) / 2
        ):
            rows[-1].append(line)
        else:
            rows.append([line])
    middles = [median(line.middle for line in row) for row in rows]
    steps = [below - above for above, below in pairwise(middles)]
    usual = median(steps) if steps else 0
    text = ""
    for step, row in zip([usual, *steps], rows, strict=True):
        parted = "\n\n" if step > NEW_PARAGRAPH * usual else "\n"
        text += parted * bool(text) + " ".join(line.words for line in sorted(row))
    return text
