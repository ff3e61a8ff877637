"""Pictures as sixels: bands of six rows, drawn colour after colour where the cursor stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from search.results import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

BAND = 6
STEPS = 6
"""The shades of each of red, green and blue; pages are mostly grey, which has more."""
GREYS = 26
FIRST_GREY = STEPS**3
GREY_RANGE = 12
"""A pixel is grey where its red, green and blue differ by no more than this."""


def drawn(picture: Picture) -> str:
    """The message that draws the picture in its own pixels."""
    numbers = colours(picture)
    used = np.unique(numbers)
    palette = "".join(f"#{number};2;{_percents(int(number))}" for number in used)
    bands = "-".join(_band(numbers[top : top + BAND]) for top in range(0, picture.height, BAND))
    return f'\x1bP0;1q"1;1;{picture.width};{picture.height}{palette}{bands}\x1b\\'


def colours(picture: Picture) -> NDArray[np.int16]:
    """The number of the nearest colour of each pixel, in rows."""
    pixels = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)
    pixels = pixels.astype(np.int16)
    steps = (pixels * (STEPS - 1) + 127) // 255
    cube = steps[..., 0] * STEPS**2 + steps[..., 1] * STEPS + steps[..., 2]
    is_grey = pixels.max(axis=2) - pixels.min(axis=2) <= GREY_RANGE
    grey = FIRST_GREY + (pixels.mean(axis=2) * (GREYS - 1) / 255 + 0.5).astype(np.int16)
    return np.where(is_grey, grey, cube).astype(np.int16)


def _percents(number: int) -> str:
    """A colour's red, green and blue in percent."""
    if number >= FIRST_GREY:
        parts = [100 * (number - FIRST_GREY) // (GREYS - 1)] * 3
    else:
        shades = (number // STEPS**2, number // STEPS % STEPS, number % STEPS)
        parts = [100 * shade // (STEPS - 1) for shade in shades]
    return ";".join(map(str, parts))


def _band(numbers: NDArray[np.int16]) -> str:
    """Up to six rows: for each colour, which of the rows have it in each column."""
    weights = (1 << np.arange(len(numbers), dtype=np.int16))[:, None]
    return "$".join(
        f"#{number}{_packed(((numbers == number) * weights).sum(axis=0))}"
        for number in np.unique(numbers)
    )


def _packed(sixels: NDArray[np.int64]) -> str:
    """Sixels as letters, where equal ones that follow each other are counted.

    >>> _packed(np.array([1, 1, 1, 1, 0, 63]))
    '!4@?~'
    """
    starts = np.concatenate(([0], np.flatnonzero(np.diff(sixels)) + 1))
    counts = np.diff(np.concatenate((starts, [len(sixels)])))
    return "".join(
        f"!{count}{chr(63 + sixel)}" if count > 3 else chr(63 + sixel) * count
        for sixel, count in zip(sixels[starts].tolist(), counts.tolist(), strict=True)
    )
