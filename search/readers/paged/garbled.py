"""Tells gibberish from text: glyphs that come out as names and numbers instead of letters."""

from __future__ import annotations

import re

from .glyph_names import UNREADABLE

# Where a font does not map its glyphs to characters, the names of the glyphs come out as text.
_GLYPH_NAMES = re.compile(r"(?:/(?:g|gid|glyph|cid|index|c)\d{1,6}|\(cid:\d{1,6}\))", re.IGNORECASE)
MAX_GLYPH_NAMES = 0.5

# Or their numbers come out: control characters, characters of the private ranges, or U+FFFD.
MAX_GLYPH_NUMBERS = 0.3
"""The parts of a text that may be names or numbers of glyphs; a text with more is gibberish."""


def is_garbled(text: str) -> bool:
    """True where too much of the text are names or numbers of glyphs instead of letters."""
    if has_glyph_names(text):
        return True
    numbers = len(UNREADABLE.findall(text))
    return numbers > 0 and numbers > MAX_GLYPH_NUMBERS * len("".join(text.split()))


def unreadable(text: str) -> int:
    """The number of characters that stand for glyphs without a character."""
    return len(UNREADABLE.findall(text))


def has_glyph_names(text: str) -> bool:
    """True where most of the text are names of glyphs."""
    # A name begins with "/" or "(". Looking for these first is far cheaper than the pattern.
    if "/" not in text and "(" not in text:
        return False
    return sum(map(len, _GLYPH_NAMES.findall(text))) > MAX_GLYPH_NAMES * len(text)
