"""Chinese, Japanese and Korean text in columns, read from the top and from the right.

Some programs place each letter by itself and draw such a page row by row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from .glyphs import Glyph
from .shows import Show

MIN_LETTERS = 6
MIN_SHARE = 0.6
"""The least number of letters that stand by themselves, and the part of all letters that must."""

CLOSER = 0.85
"""In a column, letters are closer to those below them than to those beside them, by this."""

SPACED = 0.2
"""Letter spacing, as a part of the font's size, that may set the letters of a row apart."""

TIER = 1.5
"""A gap across all columns that is wider than this many letters parts two tiers of columns."""


_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"
)


def may_be_vertical(text: str, found: Sequence[Show]) -> bool:
    """True where most letters of a page may stand by themselves, not in lines."""
    if text.isascii():
        return False
    letters = len(_CJK.findall(text))
    if letters < MIN_LETTERS:
        return False
    words = text.split()
    single = sum(len(word) <= 2 and _is_cjk(word) for word in words)
    return (
        single >= MIN_SHARE * len(words)
        or len(found) >= MIN_SHARE * letters
        or any(show.style.letter_spacing > SPACED * abs(show.style.size) for show in found)
    )


def _is_cjk(text: str) -> bool:
    return _CJK.match(text) is not None


def in_columns(found: Sequence[Show], placed: Sequence[Sequence[Glyph]]) -> dict[int, str]:
    """The columns of a page, as the text of its first showing operator; the others show nothing.

    Empty where the letters do not stand in columns.
    """
    # A show whose letters stand close side by side is a line, such as a title above the columns.
    alone = [
        (show, [glyph for glyph in glyphs if glyph.text.strip() and glyph.height])
        for show, glyphs in zip(found, placed, strict=True)
        if not _is_line(glyphs)
    ]
    letters = [glyph for _, glyphs in alone for glyph in glyphs]
    cjk = [letter for letter in letters if _is_cjk(letter.text)]
    if len(cjk) < MIN_LETTERS or len(cjk) < MIN_SHARE * len(letters) or not _go_down(cjk):
        return {}
    indexes = [show.at for show, glyphs in alone if glyphs]
    replaced = dict.fromkeys(indexes, "")
    replaced[indexes[0]] = "\n".join(_tier(tier) for tier in _tiers(letters))
    return replaced


def _is_line(glyphs: Sequence[Glyph]) -> bool:
    """True for two letters or more that stand close side by side."""
    gaps = [
        after.x - before.end_x
        for before, after in pairwise(glyphs)
        if abs(after.y - before.y) < before.height / 4
    ]
    return bool(gaps) and median(gaps) < SPACED * glyphs[0].height


def _go_down(letters: Sequence[Glyph]) -> bool:
    """True where the letters are closer to those below them than to those beside them."""
    height = median(letter.height for letter in letters)
    down = _pitch([(letter.x, letter.y) for letter in letters], height)
    across = _pitch([(letter.y, letter.x) for letter in letters], height)
    return down is not None and (across is None or down < CLOSER * across)


def _pitch(places: Sequence[tuple[float, float]], height: float) -> float | None:
    """The median distance along the second coordinate between neighbours of the same first one."""
    lines: dict[int, list[float]] = {}
    for first, second in places:
        lines.setdefault(round(first / (height / 2)), []).append(second)
    steps = [
        after - before
        for line in lines.values()
        for before, after in pairwise(sorted(line))
        if after - before > height / 4
    ]
    return median(steps) if steps else None


def _tiers(letters: Sequence[Glyph]) -> list[list[Glyph]]:
    """The letters in groups that lie one above the other, with a gap between them."""
    height = median(letter.height for letter in letters)
    tiers: list[list[Glyph]] = []
    lowest = 0.0
    for letter in sorted(letters, key=lambda letter: -letter.y):
        if not tiers or lowest - letter.y > (1 + TIER) * height:
            tiers.append([])
        tiers[-1].append(letter)
        lowest = letter.y
    return tiers


def _tier(letters: Sequence[Glyph]) -> str:
    """The text of the columns of one tier.

    A column that ends early ends a paragraph, so a new line begins behind it.
    """
    height = median(letter.height for letter in letters)
    # Letters belong to a column where their middle lies near its own.
    columns: list[tuple[float, list[Glyph]]] = []
    for letter in sorted(letters, key=lambda letter: -(letter.x + letter.end_x)):
        middle = (letter.x + letter.end_x) / 2
        if columns and columns[-1][0] - middle < height / 2:
            columns[-1][1].append(letter)
        else:
            columns.append((middle, [letter]))
    bottom = min(letter.y for letter in letters)
    text = ""
    for _, column in columns:
        ordered = sorted(column, key=lambda letter: (-round(letter.y / (height / 4)), letter.x))
        text += "".join(letter.text.strip() for letter in ordered)
        text += "\n" if min(letter.y for letter in column) > bottom + 1.5 * height else ""
    return text.strip()
