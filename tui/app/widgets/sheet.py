"""A document made ready for the view: safe to show, laid out, coloured. Built in workers, drawn by the view."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.results import Hit, StoredText

from ...terminal import printable
from .colours import Colour
from .rows import Rows


@dataclass(frozen=True, slots=True)
class Sheet:
    """`first_line` is the number of the first line shown and `first_char` the offset of its first character: not 1 and 0 for a part.

    `whole` is false for a passage that stands in for its document.
    """

    path: str
    kind: str
    rows: Rows
    pages: tuple[int, ...] = ()
    colours: tuple[Colour, ...] = ()
    first_line: int = 1
    first_char: int = 0
    whole: bool = True

    def coloured(self, start: int, end: int) -> Iterator[Colour]:
        """The colours of rows.text[start:end], cut to it."""
        number = max(bisect_right(self.colours, start, key=_start) - 1, 0)
        for begin, stop, name in self.colours[number:]:
            if begin >= end:
                return
            if stop > start:
                yield max(begin, start), min(stop, end), name

    def page_at(self, offset: int) -> int | None:
        """The 1-based page of a character; None where the format has none."""
        return max(bisect_right(self.pages, offset), 1) if self.pages else None

    def start_of(self, hit: Hit) -> int:
        """Where a hit begins in this sheet's text."""
        return hit.char_start - self.first_char


def sheet_of_hit(hit: Hit, width: int) -> Sheet:
    """The passage alone: shown until its document is there."""
    rows = Rows.lay_out(printable(hit.text), width)
    return Sheet(hit.path, hit.kind, rows, first_line=hit.line_start, first_char=hit.char_start, whole=False)


def sheet_of(document: StoredText, width: int) -> Sheet:
    """The whole document, not yet coloured."""
    return Sheet(document.path, document.kind, Rows.lay_out(printable(document.text), width), document.pages)


def overlapping(ranges: Iterable[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of the ranges that lie in [start, end).

    >>> list(overlapping([(0, 4), (6, 9)], 2, 8))
    [(2, 4), (6, 8)]
    """
    for begin, stop in ranges:
        if begin < end and stop > start:
            yield max(begin, start), min(stop, end)


def _start(colour: Colour) -> int:
    return colour[0]
