"""Where a sentence stands on a page of a PDF, letter by letter, and its tint in the pixels."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .columns import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TINT = (255, 226, 120)
"""The colour of white paper under a mark; what is darker becomes darker still."""
MOST_LETTERS = 50_000
"""A page with more of them is not searched."""


def mark_boxes(textpage: Any, words: str) -> list[Box]:
    """The boxes of the words, one a line, in points from the lower left; none where they are not.

    Only letters and digits are compared, since the text that was read has other spaces, hyphens and
    ligatures than the page.
    """
    import pypdfium2.raw

    raw: Any = pypdfium2.raw
    wanted = "".join(_letters(words))
    count = textpage.count_chars()
    if not wanted or count > MOST_LETTERS:
        return []
    letters: list[str] = []
    places: list[int] = []
    for place in range(count):
        for letter in _letters(chr(raw.FPDFText_GetUnicode(textpage.raw, place))):
            letters.append(letter)
            places.append(place)
    start = "".join(letters).find(wanted)
    if start < 0:
        return []
    first, last = places[start], places[start + len(wanted) - 1]
    return _lines(
        [Box(*textpage.get_charbox(place, loose=True)) for place in range(first, last + 1)]
    )


def tinted(rows: NDArray[np.uint8], areas: list[tuple[int, int, int, int]]) -> NDArray[np.uint8]:
    """The rows of pixels with areas multiplied by TINT.

    An area is the column and the row of one corner, and those of the corner across.
    """
    import numpy as np

    for column, row, other_column, other_row in areas:
        left, right = sorted((max(column, 0), max(other_column, 0)))
        top, bottom = sorted((max(row, 0), max(other_row, 0)))
        part = rows[top:bottom, left:right]
        part[:] = part.astype(np.uint16) * np.array(TINT, np.uint16) // 255
    return rows


def _letters(text: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return (letter for letter in folded if letter.isalnum())


def _lines(boxes: list[Box]) -> list[Box]:
    """The boxes of letters that follow each other on a line, joined."""
    lines: list[Box] = []
    for box in boxes:
        if box.right <= box.left or box.top <= box.bottom:
            continue
        last = lines[-1] if lines else None
        middle = (box.bottom + box.top) / 2
        if last is not None and last.bottom < middle < last.top and box.right >= last.left:
            lines[-1] = Box(
                min(last.left, box.left),
                min(last.bottom, box.bottom),
                max(last.right, box.right),
                max(last.top, box.top),
            )
        else:
            lines.append(box)
    return lines
