"""Text that a PDF page draws twice at nearly one place, which looks bold or casts a shadow."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from .glyphs import Glyph, Letters
from .shows import Show

NEAR = 0.25
"""The part of a letter's height within which its second drawing lies."""

_EVEN = 0.06
"""The part of a letter's height by which the letters of a second drawing may move unevenly."""

_CELL = 8.0
_MAX_SAME = 64
"""Shows or letters of one place that are compared."""


def may_be_overprinted(found: Sequence[Show]) -> bool:
    """False where no show begins at nearly the place and with the code of one before it."""
    begun: dict[tuple[int, bytes], list[Show]] = {}
    for show in found:
        if not show.is_placed:
            continue
        operand = show.operand
        if isinstance(operand, list):
            operand = next((part for part in operand if isinstance(part, bytes)), b"")
        start = bytes(operand[:1]) if isinstance(operand, bytes) else b""
        column = int(show.x // _CELL)
        for cell in (column - 1, column, column + 1):
            near = begun.get((cell, start))
            if near and any(
                abs(other.x - show.x) + abs(other.y - show.y) < 2 * NEAR * show.style.height
                for other in near[-_MAX_SAME:]
            ):
                return True
        begun.setdefault((column, start), []).append(show)
    return False


def second_drawings(found: Sequence[Show], letters: Letters) -> set[int]:
    """The shows whose letters are all drawn before, at nearly the same place."""
    known: dict[tuple[int, int, str], list[Glyph]] = {}
    seconds: set[int] = set()
    for show, glyphs in zip(found, letters.place(found), strict=True):
        drawn = [glyph for glyph in glyphs if glyph.text.strip()]
        if drawn and _is_known(drawn, known):
            seconds.add(show.at)
            continue
        for glyph in drawn:
            key = (int(glyph.x // _CELL), int(glyph.y // _CELL), glyph.text)
            known.setdefault(key, []).append(glyph)
    return seconds


def _is_known(drawn: Sequence[Glyph], known: dict[tuple[int, int, str], list[Glyph]]) -> bool:
    """True where all letters are known at places that differ from theirs by one and the same."""
    # Letters in the middle of a word are wide or narrow by chance: their sum counts.
    width = hypot(drawn[-1].end_x - drawn[0].x, drawn[-1].end_y - drawn[0].y)
    height = drawn[0].height
    for first in _near(drawn[0], known):
        right, up = drawn[0].x - first.x, drawn[0].y - first.y
        if hypot(right, up) > min(NEAR * height, width / 2):
            continue
        if all(
            any(
                hypot(glyph.x - other.x - right, glyph.y - other.y - up) <= _EVEN * height
                for other in _near(glyph, known)
            )
            for glyph in drawn
        ):
            return True
    return False


def _near(glyph: Glyph, known: dict[tuple[int, int, str], list[Glyph]]) -> list[Glyph]:
    """The known letters of the same text and about the same size around a letter."""
    across, up = int(glyph.x // _CELL), int(glyph.y // _CELL)
    return [
        other
        for column in (across - 1, across, across + 1)
        for row in (up - 1, up, up + 1)
        for other in known.get((column, row, glyph.text), ())[-_MAX_SAME:]
        if abs(other.height - glyph.height) <= 0.1 * glyph.height
    ]
