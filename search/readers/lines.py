"""The lines of a text, by their offsets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """text[start:end] without its line end; `words` is that without white space around it, empty for a blank line."""

    start: int
    end: int
    words: str
    indent: int


def lines(text: str, start: int = 0) -> Iterator[Line]:
    r"""The lines of `text` from the offset `start`, which begins a line. Only "\n" ends a line, as in editors.

    `indent` counts columns, a tab reaching to the next multiple of four.
    """
    length = len(text)
    while start < length:
        end = text.find("\n", start)
        if end < 0:
            end = length
        whole = text[start:end]
        words = whole.strip()
        margin = whole[: len(whole) - len(whole.lstrip())]
        yield Line(start, end, words, len(margin.expandtabs(4)) if "\t" in margin else len(margin))
        start = end + 1
