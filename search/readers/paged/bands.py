"""Text recognition in overlapping bands of a picture, because its memory grows with the pixels.

The lines that are found in the bands are put together as the lines of the whole picture.
"""

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
"""BAND is the height of a band in pixels, and OVERLAP how far it reaches into each neighbour.

No line of text is as high as OVERLAP.
"""


def in_bands(rows: Pixels, lines_of: Callable[[Pixels], list[Line]]) -> list[Line]:
    """The lines of text in a picture of the shape (rows, columns, colours).

    `lines_of` finds the lines of one band and places them from the band's upper left corner.
    """
    # Divide the picture into bands of about BAND rows.
    count = max(1, round(len(rows) / BAND))
    edges = [len(rows) * number // count for number in range(count + 1)]
    lines: list[Line] = []
    for top, bottom in pairwise(edges):
        # Find the lines of the band and its overlap, and move them to their place in the picture.
        start = max(0, top - OVERLAP)
        found = lines_of(rows[start : bottom + OVERLAP])
        moved = [line._replace(top=line.top + start, bottom=line.bottom + start) for line in found]
        # Drop what the outer edges of the overlap cut off: the next band holds all of it.
        whole = [
            line
            for line in moved
            if top - OVERLAP / 2 <= line.middle < bottom + OVERLAP / 2 or count == 1
        ]
        # Keep the lines that the band before has not found already.
        lines += [line for line in whole if not any(_is_same(line, known) for known in lines)]
    return lines


def _is_same(line: Line, other: Line) -> bool:
    """True where two lines overlap so far that they are one line of the picture."""
    shared = min(line.right, other.right) - max(line.left, other.left)
    is_near = abs(line.middle - other.middle) < min(line.height, other.height) / 2
    return is_near and shared > min(line.right - line.left, other.right - other.left) / 2
