"""A document prepared for the view: made printable, laid out in rows, and coloured.

Workers build it, and the view draws it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from search.results import Hit, StoredPart

from ..terminal import printable
from .rendering import Signs, render
from .rendering.rendered import Colour, Heading, Places
from .rendering.signs import BOXES
from .rows import Rows

ORDER = (
    *("quote", "title", "heading", "subheading", "strong", "emphasis", "deleted"),
    *("link", "code", "comment", "rule"),
)
"""The styles of markup; a later one covers an earlier one."""
RENDERED = 160_000
"""How many characters of Markdown before and after the passage are rendered.

Before the reader has scrolled that far, another part of the document comes.
"""
RENDERED_FIRST = 12_000
"""How many of them are rendered before the document is shown, which takes some 10 ms."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document, or the part of it that begins at `first_char` in `first_line`.

    `text` is the document's own, and the rows hold it as a reader sees it: without signs of markup,
    with its tables aligned. `places` leads from one to the other. `pages` and `headings` are
    offsets in `text`, `layers` and `fences` are ranges of the text of the rows. `chars`, `lines`
    and `page_count` are those of the whole document. `whole` is false for a passage that is shown
    until its document comes.
    """

    path: str
    kind: str
    text: str
    rows: Rows
    places: Places
    pages: tuple[int, ...] = ()
    layers: tuple[tuple[Colour, ...], ...] = ()
    fences: tuple[tuple[int, int, str], ...] = ()
    headings: tuple[Heading, ...] = ()
    first_line: int = 1
    first_char: int = 0
    whole: bool = True
    chars: int = 0
    lines: int = 0
    page_count: int = 0

    @property
    def rows_per_char(self) -> float:
        """The rows of the part per character, by which the rows of the rest are estimated."""
        return len(self.rows) / max(len(self.text), 1)

    @property
    def rows_above(self) -> int:
        """The estimated number of rows before the part."""
        return round(self.first_char * self.rows_per_char)

    @property
    def rows_below(self) -> int:
        """The estimated number of rows after the part."""
        chars_below = max(self.chars - self.first_char - len(self.text), 0)
        return round(chars_below * self.rows_per_char)

    def holds(self, start: int, margin: int = 0) -> bool:
        """True if the part holds the document's character `start` and `margin` more on either side.

        Where the document itself begins or ends, fewer than `margin` characters suffice.
        """
        end = self.first_char + len(self.text)
        enough_before = start - margin >= self.first_char or self.first_char == 0
        enough_after = start + margin < end or (end >= self.chars and start <= end)
        return start >= self.first_char and enough_before and enough_after

    def coloured(self, start: int, end: int) -> Iterator[Colour]:
        """The colours in rows.text[start:end], cut to that range; later ones cover earlier ones."""
        for layer in self.layers:
            number = max(bisect_right(layer, start, key=_start) - 1, 0)
            for begin, stop, name in layer[number:]:
                if begin >= end:
                    break
                if stop > start:
                    yield max(begin, start), min(stop, end), name

    def with_layer(self, colours: Iterable[Colour]) -> Sheet:
        """The sheet with more colours, which are ranges of the text of the rows."""
        return replace(self, layers=(*self.layers, tuple(colours)))

    def page_at(self, offset: int) -> int | None:
        """The 1-based page of a character of the text; None if the format has no pages."""
        return max(bisect_right(self.pages, offset), 1) if self.pages else None

    def line_at(self, offset: int) -> int:
        """The 1-based line of the document that holds a character of the text."""
        return self.rows.line_of(self.places.first(offset)) + self.first_line - 1

    def start_of(self, hit: Hit) -> int:
        """The offset in this sheet's text at which a hit begins."""
        return hit.char_start - self.first_char

    def row_at(self, offset: int) -> int:
        """The row that shows a character of the text."""
        return self.rows.at(self.places.first(offset))

    def row_start(self, row: int) -> int:
        """The offset in the text of the first character of a row."""
        return self.places.source(self.rows.span(row)[0])


def sheet_of_hit(hit: Hit, width: int, signs: Signs = BOXES) -> Sheet:
    """The passage alone, which is shown until its document comes."""
    return _sheet(
        Sheet(
            hit.path,
            hit.kind,
            printable(hit.text),
            Rows.lay_out("", width),
            Places(),
            first_line=hit.line_start,
            first_char=hit.char_start,
            whole=False,
        ),
        width,
        signs,
        (0, len(hit.text)),
    )


def sheet_of(
    part: StoredPart, width: int, signs: Signs = BOXES, around: int = 0, reach: int = RENDERED
) -> Sheet:
    """A document or a part of it, without the colours of code.

    Markdown is rendered `reach` characters before and after the document's offset `around`.
    """
    middle = around - part.char_start
    return _sheet(
        Sheet(
            part.path,
            part.kind,
            printable(part.text),
            Rows.lay_out("", width),
            Places(),
            tuple(max(start - part.char_start, 0) for start in part.pages),
            first_line=part.line_start,
            first_char=part.char_start,
            chars=part.chars,
            lines=part.lines,
            page_count=part.page_count,
        ),
        width,
        signs,
        (max(middle - reach, 0), min(middle + reach, len(part.text))),
    )


def _sheet(bare: Sheet, width: int, signs: Signs, near: tuple[int, int]) -> Sheet:
    """The sheet with the rows that a reader sees."""
    shown = render(bare.kind, bare.text, bare.pages, width, signs, near)
    text, places = Places.edit(bare.text, shown.edits)
    layers: dict[str, list[Colour]] = {}
    # Within a layer the ranges of one style are in order and do not overlap.
    for start, end, name in sorted(shown.colours):
        layers.setdefault(name, []).append((*places.span(start, end), name))
    return replace(
        bare,
        rows=Rows.lay_out(text, width, shown.hangs),
        places=places,
        layers=tuple(tuple(layers[name]) for name in ORDER if name in layers),
        fences=tuple((*places.span(start, end), name) for start, end, name in shown.fences),
        headings=tuple(shown.headings),
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
