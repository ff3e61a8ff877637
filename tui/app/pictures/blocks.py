"""Pictures of half blocks: each cell shows two colours, one above the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from search.results import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

UPPER_HALF = "▀"


def cells(picture: Picture, columns: int, rows: int) -> tuple[tuple[Segment, ...], ...]:
    """The picture in that many cells, row by row."""
    pixels = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)
    small = _shrunk(_shrunk(pixels, 2 * rows, 0), columns, 1).round().astype(int).tolist()
    return tuple(
        tuple(
            Segment(UPPER_HALF, Style(color=_colour(upper), bgcolor=_colour(lower)))
            for upper, lower in zip(small[2 * row], small[2 * row + 1], strict=True)
        )
        for row in range(rows)
    )


def _shrunk(pixels: NDArray[np.generic], count: int, axis: int) -> NDArray[np.float64]:
    """The pixels with `count` of them along an axis, each the mean of those that it stands for."""
    edges = np.arange(count + 1) * pixels.shape[axis] // count
    starts, sizes = edges[:-1], np.maximum(np.diff(edges), 1)
    sums = np.add.reduceat(pixels.astype(np.float64), starts, axis=axis)
    shape = [1, 1, 1]
    shape[axis] = count
    result: NDArray[np.float64] = sums / sizes.reshape(shape)
    return result


def _colour(rgb: list[int]) -> Color:
    return Color.from_rgb(*rgb)
