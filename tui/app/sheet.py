"""A document made ready for the view: safe to show, laid out, coloured. Built in workers, drawn by the view."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.results import Hit, StoredPart

from ..terminal import printable
from .colours import Colour
from .rows import Rows


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document, or the part of it that begins at `first_char` in `first_line`; `chars`, `lines` and `page_count` are the document's own.

    `pages` and `colours` are offsets in the text of the rows. `whole` is false for a passage that stands in for its document.
    """

    path: str
    kind: str
    rows: Rows
    pages: tuple[int, ...] = ()
    colours: tuple[Colour, ...] = ()
    first_line: int = 1
    first_char: int = 0
    whole: bool = True
    chars: int = 0
    lines: int = 0
    page_count: int = 0

    @property
    def rows_a_char(self) -> float:
        """How many rows a character takes here, by which those of the rest are estimated."""
        return len(self.rows) / max(len(self.rows.text), 1)

    @property
    def rows_above(self) -> int:
        """The estimated number of rows of what precedes the part."""
        return round(self.first_char * self.rows_a_char)

    @property
    def rows_below(self) -> int:
        """The estimated number of rows of what follows the part."""
        return round(max(self.chars - self.first_char - len(self.rows.text), 0) * self.rows_a_char)

    def holds(self, start: int, margin: int = 0) -> bool:
        """True where the document's character `start` is in the part, and also `margin` characters on either side that the document has."""
        end = self.first_char + len(self.rows.text)
        before = start - margin >= self.first_char or self.first_char == 0
        return (
            before
            and start >= self.first_char
            and (start + margin < end or (end >= self.chars and start <= end))
        )

    def coloured(self, start: int, end: int) -> Iterator[Colour]:
        """The colours of rows.text[start:end], cut to it."""
        number = max(bisect_right(self.colours, start, key=_start) - 1, 0)
        for begin, stop, name in self.colours[number:]:
            if begin >= end:
                return
            if stop > start:
                yield max(begin, start), min(stop, end), name

    def page_at(self, offset: int) -> int | None:
        """The 1-based page of a character of the rows; None where the format has none."""
        return max(bisect_right(self.pages, offset), 1) if self.pages else None

    def start_of(self, hit: Hit) -> int:
        """Where a hit begins in this sheet's text."""
        return hit.char_start - self.first_char


def sheet_of_hit(hit: Hit, width: int) -> Sheet:
    """The passage alone: shown until its document is there."""
    rows = Rows.lay_out(printable(hit.text), width)
    return Sheet(
        hit.path, hit.kind, rows, first_line=hit.line_start, first_char=hit.char_start, whole=False
    )


def sheet_of(part: StoredPart, width: int) -> Sheet:
    """A document or a part of it, not yet coloured."""
    return Sheet(
        part.path, part.kind, Rows.lay_out(printable(part.text), width), tuple(max(start - part.char_start, 0) for start in part.pages),
        first_line=part.line_start, first_char=part.char_start, chars=part.chars, lines=part.lines, page_count=part.page_count,
    )  # fmt: skip


def overlapping(
    ranges: Iterable[tuple[int, int]], start: int, end: int
) -> Iterator[tuple[int, int]]:
    """The parts of the ranges that lie in [start, end).

    >>> list(overlapping([(0, 4), (6, 9)], 2, 8))
    [(2, 4), (6, 8)]
    """
    for begin, stop in ranges:
        if begin < end and stop > start:
            yield max(begin, start), min(stop, end)


def _start(colour: Colour) -> int:
    return colour[0]
