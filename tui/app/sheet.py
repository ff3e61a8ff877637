"""A document prepared for the view: made printable, laid out in rows, and coloured.

Workers build it, and the view draws it.
"""

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
    """A document, or the part of it that begins at `first_char` in `first_line`.

    `chars`, `lines` and `page_count` are those of the whole document. `pages` and `colours` are
    offsets in the text of the rows. `whole` is false for a passage that is shown until its document
    comes.
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
    def rows_per_char(self) -> float:
        """The rows of the part per character, by which the rows of the rest are estimated."""
        return len(self.rows) / max(len(self.rows.text), 1)

    @property
    def rows_above(self) -> int:
        """The estimated number of rows before the part."""
        return round(self.first_char * self.rows_per_char)

    @property
    def rows_below(self) -> int:
        """The estimated number of rows after the part."""
        chars_below = max(self.chars - self.first_char - len(self.rows.text), 0)
        return round(chars_below * self.rows_per_char)

    def holds(self, start: int, margin: int = 0) -> bool:
        """True if the part holds the document's character `start` and `margin` more on either side.

        Where the document itself begins or ends, fewer than `margin` characters suffice.
        """
        end = self.first_char + len(self.rows.text)
        enough_before = start - margin >= self.first_char or self.first_char == 0
        enough_after = start + margin < end or (end >= self.chars and start <= end)
        return start >= self.first_char and enough_before and enough_after

    def coloured(self, start: int, end: int) -> Iterator[Colour]:
        """The colours in rows.text[start:end], cut to that range."""
        number = max(bisect_right(self.colours, start, key=_start) - 1, 0)
        for begin, stop, name in self.colours[number:]:
            if begin >= end:
                return
            if stop > start:
                yield max(begin, start), min(stop, end), name

    def page_at(self, offset: int) -> int | None:
        """The 1-based page of a character of the rows; None if the format has no pages."""
        return max(bisect_right(self.pages, offset), 1) if self.pages else None

    def start_of(self, hit: Hit) -> int:
        """The offset in this sheet's text at which a hit begins."""
        return hit.char_start - self.first_char


def sheet_of_hit(hit: Hit, width: int) -> Sheet:
    """The passage alone, which is shown until its document comes."""
    rows = Rows.lay_out(printable(hit.text), width)
    return Sheet(
        hit.path, hit.kind, rows, first_line=hit.line_start, first_char=hit.char_start, whole=False
    )


def sheet_of(part: StoredPart, width: int) -> Sheet:
    """A document or a part of it, without colours."""
    return Sheet(
        part.path,
        part.kind,
        Rows.lay_out(printable(part.text), width),
        tuple(max(start - part.char_start, 0) for start in part.pages),
        first_line=part.line_start,
        first_char=part.char_start,
        chars=part.chars,
        lines=part.lines,
        page_count=part.page_count,
    )


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
