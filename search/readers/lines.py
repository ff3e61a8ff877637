"""Splits a text into lines with their offsets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """A line, text[start:end], without its line end.

    `words` is the line without the white space around it, empty for a blank line. `indent` counts
    columns; a tab reaches to the next multiple of four.
    """

    start: int
    end: int
    words: str
    indent: int


def line_at(text: str, start: int) -> Line:
    r"""The line that begins at the offset `start`. Only "\n" ends a line, as in editors."""
    end = text.find("\n", start)
    line_text = text[start:end] if end >= 0 else text[start:]
    words = line_text.strip()
    stop = end if end >= 0 else len(text)
    if not words or line_text[0] == words[0]:
        return Line(start, stop, words, 0 if words else len(line_text.expandtabs(4)))
    margin = line_text[: len(line_text) - len(line_text.lstrip())]
    return Line(start, stop, words, len(margin.expandtabs(4)) if "\t" in margin else len(margin))


def lines(text: str, start: int = 0) -> Iterator[Line]:
    """The lines of `text` from the offset `start`, which must be the beginning of a line."""
    length = len(text)
    while start < length:
        line = line_at(text, start)
        yield line
        start = line.end + 1
