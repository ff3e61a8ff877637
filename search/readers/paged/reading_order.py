"""Puts the lines of words in a picture into reading order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from .columns import FILLED, GAP, MIN_LETTERS, MIN_ROWS

NEW_PARAGRAPH = 1.35
"""A paragraph begins where the distance from the line above exceeds the median by this factor."""

MAX_SPANNING = 1 / 3
"""The part of the lines that may reach across the gutter between two columns."""


class Line(NamedTuple):
    """Words in one line without a wide gap between them, and their place in any unit.

    y grows downwards.
    """

    left: float
    top: float
    right: float
    bottom: float
    words: str

    @property
    def height(self) -> float:
        """The distance from top to bottom."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """The y of the line's middle."""
        return (self.top + self.bottom) / 2


def in_order(lines: Iterable[Line]) -> str:
    r"""The text of a page: columns of prose one after the other, a blank line between paragraphs.

    >>> row = [Line(50, 0, 90, 9, "stock 7"), Line(0, 1, 40, 10, "Coffee")]
    >>> in_order([*row, Line(0, 11, 40, 20, "Tea"), Line(0, 41, 9, 50, "End")])
    'Coffee stock 7\nTea\n\nEnd'
    """
    return "\n\n".join(map(_column, _columns(sorted(lines, key=lambda line: line.middle))))


def _columns(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines in groups that are read one after the other.

    A line that reaches across two columns ends them.
    """
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
    """The x at which the right one of two columns of prose begins; None where there are none."""
    if len(lines) < 2 * MIN_ROWS:
        return None
    gap = GAP * median(line.height for line in lines)
    # The best gutter has the most lines in its shorter column; of equals, the leftmost is the best.
    best: tuple[int, float] | None = None
    for gutter in {line.left for line in lines}:
        right = [line for line in lines if line.left >= gutter]
        left = [line for line in lines if line.right <= gutter - gap]
        shorter = min(len(left), len(right))
        across = len(lines) - len(left) - len(right)
        if (
            shorter < MIN_ROWS
            or across > MAX_SPANNING * len(lines)
            or not _are_side_by_side(left, right)
        ):
            continue
        if (best is None or (shorter, -gutter) > best) and _is_prose(left) and _is_prose(right):
            best = (shorter, -gutter)
    return None if best is None else -best[1]


def _are_side_by_side(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """True where the columns share more than half the height of the shorter one."""
    tops, bottoms = zip(*((side[0].top, side[-1].bottom) for side in (left, right)), strict=True)
    shared = min(bottoms) - max(tops)
    return bool(shared > min(bottom - top for top, bottom in zip(tops, bottoms, strict=True)) / 2)


def _is_prose(lines: Sequence[Line]) -> bool:
    """True where the lines fill their column; the cells of a table do not."""
    widths = [line.right - line.left for line in lines]
    letters = sum(sum(map(str.isalpha, line.words)) for line in lines)
    return sum(widths) >= FILLED * max(widths) * len(widths) and letters >= MIN_LETTERS * len(lines)


def _column(lines: Sequence[Line]) -> str:
    """The text of one column; lines that stand side by side become one line."""
    # Group the lines of the same height.
    rows: list[list[Line]] = []
    for line in lines:
        if (
            rows
            and abs(line.middle - rows[-1][0].middle) < min(line.height, rows[-1][0].height) / 2
        ):
            rows[-1].append(line)
        else:
            rows.append([line])
    # Part the paragraphs where a line stands far below the one above.
    middles = [median(line.middle for line in row) for row in rows]
    steps = [below - above for above, below in pairwise(middles)]
    usual_step = median(steps) if steps else 0
    text = ""
    for step, row in zip([usual_step, *steps], rows, strict=True):
        separator = "\n\n" if step > NEW_PARAGRAPH * usual_step else "\n"
        text += separator * bool(text) + " ".join(line.words for line in sorted(row))
    return text
