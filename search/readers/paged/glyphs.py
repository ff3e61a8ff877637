"""The letters that a PDF page shows, each with its place, its width and its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import hypot
from typing import TYPE_CHECKING, Any, NamedTuple

from .shows import Show

if TYPE_CHECKING:
    from pypdf.generic._font import Font

_STEP = 40.0
"""Thousandths of the font's size that pypdf never takes for a space between words."""


class Glyph(NamedTuple):
    """A letter whose baseline runs from (x, y) to (end_x, end_y), in points.

    `height` is the size of its font, in points. `text` may be several characters.
    """

    text: str
    x: float
    y: float
    end_x: float
    end_y: float
    height: float

    @property
    def width(self) -> float:
        """The length of its baseline."""
        return hypot(self.end_x - self.x, self.end_y - self.y)


class Letters:
    """Reads shows with the fonts of one page or form."""

    def __init__(self, resources: Any) -> None:
        self._resources = resources
        self._fonts: dict[str, Font | None] = {}

    def text(self, show: Show) -> str:
        """The text that is shown, without spaces for gaps."""
        font = self._font(show.style.font)
        return "".join(
            text
            for part in show.parts
            if isinstance(part, bytes)
            for text, _, _ in _decoded(font, part)
        )

    def place(self, found: Sequence[Show]) -> list[list[Glyph]]:
        """The letters of each show, in the order in which it shows them."""
        placed: list[list[Glyph]] = []
        pen = 0.0
        for show in found:
            pen = 0.0 if show.is_placed else pen
            glyphs, pen = self._placed(show, pen)
            placed.append(glyphs)
        return placed

    def shown(self, show: Show, text: str) -> Any:
        """The operand for TJ that shows `text` in the width of what `show` shows.

        The width matters because pypdf finds gaps between words by it.
        """
        from pypdf.generic import ArrayObject, FloatObject, TextStringObject

        font = self._font(show.style.font)
        operand = ArrayObject([TextStringObject(text)])
        if font is None:
            return operand
        missing = sum(
            sum(width for _, width, _ in _decoded(font, part))
            if isinstance(part, bytes)
            else -float(part)
            for part in show.parts
            if isinstance(part, bytes | int | float)
        ) - sum(_width(font, letter) for letter in text)
        # pypdf takes a wide move ahead for a space, so the width is given in small steps.
        step = min(_STEP, 0.4 * font.space_width)
        if missing < 0:
            operand.append(FloatObject(-missing))
        elif step > 0:
            operand.extend(FloatObject(-step) for _ in range(min(round(missing / step), 5_000)))
        return operand

    def _font(self, name: str) -> Font | None:
        from pypdf.generic._font import Font

        if name not in self._fonts:
            try:
                resource = self._resources["/Font"][name].get_object()
                self._fonts[name] = Font.from_font_resource(resource)
            except (AttributeError, KeyError, TypeError):
                # The page names a font that it does not have.
                self._fonts[name] = None
        return self._fonts[name]

    def _placed(self, show: Show, pen: float) -> tuple[list[Glyph], float]:
        style = show.style
        font = self._font(style.font)
        glyphs: list[Glyph] = []
        rise_x, rise_y = show.x + style.rise * style.c, show.y + style.rise * style.d
        for part in show.parts:
            if isinstance(part, int | float):
                pen -= float(part) / 1000 * style.size * style.stretch
            if not isinstance(part, bytes):
                continue
            for text, width, is_space in _decoded(font, part):
                end = pen + width / 1000 * style.size * style.stretch
                glyphs.append(
                    Glyph(
                        text,
                        rise_x + pen * style.a,
                        rise_y + pen * style.b,
                        rise_x + end * style.a,
                        rise_y + end * style.b,
                        style.height,
                    )
                )
                spacing = style.letter_spacing + (style.word_spacing if is_space else 0)
                pen = end + spacing * style.stretch
        return glyphs, pen


def _decoded(font: Font | None, codes: bytes) -> Iterator[tuple[str, float, bool]]:
    """The text and the width of each code, and whether it is a space of one byte."""
    if font is None:
        yield from (("\ufffd", 500.0, False) for _ in codes)
    elif isinstance(font.encoding, str):
        for letter in codes.decode(font.encoding, "replace"):
            yield font.character_map.get(letter, letter), _width(font, letter), False
    else:
        for code in codes:
            text = font.encoding.get(code, chr(code))
            yield font.character_map.get(text, text), _width(font, chr(code)), code == 32


def _width(font: Font, code: str) -> float:
    return float(font.space_width if code == font.space_char else font.get_text_width(code))
