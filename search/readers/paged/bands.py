"""A picture looked through in bands that overlap, since what that takes of memory grows with the pixels, and their lines put together."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from .reading_order import Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

BAND = 640
OVERLAP = 120
"""Pixels, the latter of each of two neighbours beyond where they meet: no line of text is as high."""


def in_bands(rows: Pixels, lines_of: Callable[[Pixels], list[Line]]) -> list[Line]:
    """The lines in a picture of the shape (rows, columns, colours); `lines_of` finds those of a band, placed from its upper left corner."""
    count = max(1, round(len(rows) / BAND))
    edges = [len(rows) * number // count for number in range(count + 1)]
    lines: list[Line] = []
    for top, bottom in pairwise(edges):
        start = max(0, top - OVERLAP)
        found = lines_of(rows[start : bottom + OVERLAP])
        moved = [line._replace(top=line.top + start, bottom=line.bottom + start) for line in found]
        # What begins or ends half-way at a band's outer edge stands whole in the next one.
        whole = [
            line
            for line in moved
            if top - OVERLAP / 2 <= line.middle < bottom + OVERLAP / 2 or count == 1
        ]
        lines += [line for line in whole if not any(_is_same(line, known) for known in lines)]
    return lines


def _is_same(one: Line, other: Line) -> bool:
    shared = min(one.right, other.right) - max(one.left, other.left)
    near = abs(one.middle - other.middle) < min(one.height, other.height) / 2
    return near and shared > min(one.right - one.left, other.right - other.left) / 2
