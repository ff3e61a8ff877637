"""Text in a font of symbols, such as Symbol and Wingdings, as the signs that the font shows.

Such a font shows a Greek letter, an arrow or a tick where other fonts show a Latin letter. Files
store the letter, its byte, or that byte in Unicode's private use area, from U+F000 on.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .symbol_tables import FIRST, TABLES, UNKNOWN

PRIVATE = 0xF000
"""Where the bytes of fonts of symbols lie in Unicode's private use area."""

_OTHER_NAMES = {
    "symbolmt": "symbol",
    "standardsymbolsl": "symbol",
    "standardsymbolsps": "symbol",
    "symbolneu": "symbol",
    "wingdingsregular": "wingdings",
    "wingdings-regular": "wingdings",
    "itczapfdingbats": "zapfdingbats",
    "dingbats": "zapfdingbats",
    "monotypesorts": "zapfdingbats",
}
PRIVATE_SIGNS = re.compile("[\uf020-\uf0ff]")
"""Characters that only a font of symbols shows."""


@lru_cache(maxsize=1024)
def is_symbol_font(font: str) -> bool:
    """True where the font shows signs in place of letters.

    >>> is_symbol_font("Wingdings 2"), is_symbol_font("Arial")
    (True, False)
    """
    return _table(font) is not None


def signs(font: str, words: str) -> tuple[str, int]:
    """The words as the font shows them, and the number of characters that nothing names.

    A character that the table of the font does not name is left out. Another font leaves the words
    as they are; of these, characters in the private use area for symbols are counted.

    >>> signs("Symbol", "m\uf057"), signs("Arial", "m\uf057"), signs("Symbol", "\uf0f0")
    (('μΩ', 0), ('m\uf057', 1), ('', 1))
    """
    table = _table(font) if font else None
    if table is None:
        unnamed = 0 if words.isascii() else len(PRIVATE_SIGNS.findall(words))
        return words, unnamed
    shown = "".join(_shown(table, character) for character in words)
    unnamed = shown.count(UNKNOWN)
    return (shown.replace(UNKNOWN, "") if unnamed else shown), unnamed


@lru_cache(maxsize=1024)
def _table(font: str) -> str | None:
    """The signs of the font by byte, from FIRST on; None for a font of letters."""
    name = font.replace(" ", "").strip("\"';").lower()
    return TABLES.get(_OTHER_NAMES.get(name, name))


def _shown(table: str, character: str) -> str:
    """The sign that the font has for a stored character."""
    code = ord(character)
    if PRIVATE <= code < PRIVATE + 0x100:
        code -= PRIVATE
    elif code >= 0x100:
        # A program may have taken the byte for one of Windows' Latin letters.
        latin = character.encode("cp1252", "ignore")
        if not latin:
            return character
        code = latin[0]
    return table[code - FIRST] if code >= FIRST else character
