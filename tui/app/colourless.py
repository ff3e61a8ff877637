"""A filter that leaves no colour in what the app draws: bold, underline and reverse alone."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class Colourless(LineFilter):
    """Takes the colours out of segments, greys too."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in the terminal's own colours."""
        return [Segment(text, _bare(style)) for text, style, _ in segments]


@lru_cache(maxsize=1024)
def _bare(style: Style | None) -> Style | None:
    if style is None:
        return None
    return Style(
        bold=style.bold, underline=style.underline, reverse=style.reverse, meta=style.meta or None
    )
