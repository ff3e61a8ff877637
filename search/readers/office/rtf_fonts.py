"""The fonts of an RTF file: their character sets, and which of them show signs for letters."""

from __future__ import annotations

from ..symbol_font import is_symbol_font, signs
from .rtf_words import CHARSETS, SYMBOL_CHARSET

MAX_NAME = 500


class Fonts:
    """The fonts by number, as the table of fonts states them."""

    def __init__(self) -> None:
        self._charsets: dict[int, int] = {}
        self._names: dict[int, str] = {}
        self._symbols: dict[int, str] = {}

    def add_name(self, font: int, words: str) -> None:
        """Add a piece of the name of a font."""
        self._names[font] = (self._names.get(font, "") + words)[:MAX_NAME]
        self._know(font)

    def set_charset(self, font: int, charset: int) -> None:
        """Set the number of the character set of a font."""
        self._charsets[font] = charset
        self._know(font)

    def encoding(self, font: int, default: str) -> str:
        """The encoding of a font's bytes; `default` is that of the document."""
        if font in self._symbols:
            return "latin-1"
        return CHARSETS.get(self._charsets.get(font, 0), default)

    def shows_signs(self, font: int) -> bool:
        """True for a font that shows signs in place of letters."""
        return font in self._symbols

    def shown(self, words: str, font: int) -> tuple[str, int]:
        """Words as their font shows them, and the number of characters that nothing names."""
        name = self._symbols.get(font, "")
        if name and not is_symbol_font(name):
            # Nothing says what the bytes of another font of symbols stand for.
            return "", sum(not character.isspace() for character in words)
        return signs(name, words)

    def _know(self, font: int) -> None:
        """Note whether a font shows signs, by its name or its character set."""
        name = self._names.get(font, "").partition(";")[0].strip()
        if is_symbol_font(name) or self._charsets.get(font) == SYMBOL_CHARSET:
            self._symbols[font] = name or "other"
        else:
            self._symbols.pop(font, None)
