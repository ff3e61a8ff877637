"""What an office file holds, as it comes: paragraphs, tables, and asides such as notes, put together into a Document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..documents import Block, Document, Reason
from ..errors import Unreadable
from .title import MAX_TITLE

MAX_CELL = 1_000
MAX_CELL_PARAGRAPHS = 8
"""A table with a larger cell, by characters or paragraphs, only arranges the page, as do those that hold headings or tables."""

MAX_HEADING = 300

MAX_CHARACTERS = 200_000_000
"""Characters of one document. A cell may refer to its text, so that a small file can hold any number of them."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A block before it has its place in the text. Where it has a level it is a heading, and `kind` may say of what."""

    kind: str
    text: str
    level: int = 0


@dataclass(slots=True)
class _Row:
    cells: list[list[Stretch]] = field(default_factory=list)
    dropped: bool = False


@dataclass(slots=True)
class _Paragraph:
    kind: str
    level: int
    words: list[str] = field(default_factory=list)
    after: list[Stretch] = field(default_factory=list)


class Flow:
    """Takes a document's parts in their order. Asides (notes, comments, text boxes) may stand behind the paragraph that they hang on.

    Calls come in pairs, begin and end, nested as in the file; words outside of a paragraph are dropped.
    """

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []
        self.pages: list[int] = []
        self.size = 0
        self._sinks: list[list[Stretch]] = [self.stretches]
        self._open: list[_Paragraph | None] = [None]
        self._tables: list[list[_Row]] = []

    def words(self, text: str) -> None:
        """Take words of the open paragraph."""
        if (paragraph := self._open[-1]) is not None:
            paragraph.words.append(text)

    def begin_paragraph(self, kind: str = "paragraph", level: int = 0) -> None:
        """A paragraph begins, and one that is still open ends."""
        self.end_paragraph()
        self._open[-1] = _Paragraph(kind, level)

    def mark(self, kind: str, level: int = 0) -> None:
        """The open paragraph is of this kind and, as a heading, level: some formats say so only inside it. Without a kind it is left out."""
        if (paragraph := self._open[-1]) is not None:
            paragraph.kind, paragraph.level = kind, level

    def end_paragraph(self) -> None:
        """The open paragraph ends."""
        paragraph, self._open[-1] = self._open[-1], None
        if paragraph is not None:
            self.add(paragraph.kind, "".join(paragraph.words), paragraph.level)
            self._sinks[-1] += paragraph.after

    def add(self, kind: str, text: str, level: int = 0) -> None:
        """A whole block, left out where it has no words or no kind."""
        text = (
            " ".join(text.split()) if level else text.rstrip() if kind == "table" else text.strip()
        )
        if text and kind:
            self.size += len(text)
            self.check(0)
            self._sinks[-1].append(Stretch(kind, text, level))

    def check(self, size: int) -> None:
        """Raises Unreadable(TOO_LARGE) where so many characters more are too many."""
        if self.size + size > MAX_CHARACTERS:
            raise Unreadable(
                Reason.TOO_LARGE,
                f"the document holds more than {MAX_CHARACTERS // 1_000_000} million characters",
            )

    def begin_aside(self) -> None:
        """What follows, until the aside's end, is kept apart from the open paragraph."""
        self._sinks.append([])
        self._open.append(None)

    def end_aside(self) -> list[Stretch]:
        """The aside ends; gives what it held, for `hang` or for elsewhere."""
        self.end_paragraph()
        self._open.pop()
        return self._sinks.pop()

    def hang(self, held: list[Stretch]) -> None:
        """Put these behind the open paragraph, or here where none is open."""
        paragraph = self._open[-1]
        (self._sinks[-1] if paragraph is None else paragraph.after).extend(held)

    def begin_table(self) -> None:
        """A table begins; one inside of a cell stands among that cell's paragraphs."""
        self.end_paragraph()
        self._tables.append([])

    def begin_row(self) -> None:
        """A row of the table begins."""
        self._tables[-1].append(_Row())

    def drop_row(self) -> None:
        """The row that was begun last is left out."""
        self._tables[-1][-1].dropped = True

    def begin_cell(self) -> None:
        """A cell of the row begins."""
        self._sinks.append([])
        self._open.append(None)

    def end_cell(self) -> None:
        """The cell ends."""
        self.end_paragraph()
        self._open.pop()
        self._tables[-1][-1].cells.append(self._sinks.pop())

    def end_table(self) -> None:
        """The table ends: it becomes one block of rows, or its cells' blocks where it only arranges the page."""
        rows = [row.cells for row in self._tables.pop() if not row.dropped]
        cells = [cell for row in rows for cell in row]
        if len(cells) == 1 or any(map(_is_layout, cells)):
            self._sinks[-1] += [stretch for cell in cells for stretch in cell]
        else:
            self.add(
                "table",
                table([" ".join(part.text for part in cell) for cell in row] for row in rows),
            )

    def page(self) -> None:
        """A page, slide or sheet begins here."""
        self.end_paragraph()
        self.pages.append(len(self.stretches))

    def document(self, path: str, kind: str, title: str) -> Document:
        """All of it. Raises Unreadable(NO_TEXT) where nothing has words."""
        self.end_paragraph()
        if not self.stretches:
            raise Unreadable(Reason.NO_TEXT, "the document holds no text")
        parts: list[str] = []
        blocks: list[Block] = []
        starts: list[int] = []
        length, before = 0, ""
        for stretch in self.stretches:
            if before:
                gap = "\n" if before == stretch.kind == "list" else "\n\n"
                parts.append(gap)
                length += len(gap)
            end = length + len(stretch.text)
            heading = stretch.text[:MAX_HEADING].rstrip() if stretch.level else ""
            kind_of_block = "heading" if stretch.level else stretch.kind
            blocks.append(Block(length, end, kind_of_block, stretch.level, heading))
            starts.append(length)
            parts.append(stretch.text)
            length, before = end, stretch.kind
        starts.append(length)
        return Document(
            path,
            kind,
            title[:MAX_TITLE],
            "".join(parts),
            tuple(blocks),
            tuple(starts[page] for page in self.pages),
        )


def table(rows: Iterable[list[str]]) -> str:
    r"""Rows of cells as lines: cells parted by tabs, rows without words left out.

    >>> table([["Day", "Rain"], ["", ""], ["Mon\nday", "3 mm"], ["Tue", ""]])
    'Day\tRain\nMon day\t3 mm\nTue'
    """
    lines = ("\t".join(" ".join(cell.split()) for cell in row).rstrip() for row in rows)
    return "\n".join(line for line in lines if line.strip())


def signed(author: str, held: list[Stretch]) -> list[Stretch]:
    """A comment with the name of its author in front, where that is known."""
    return (
        [replace(held[0], text=f"{author}: {held[0].text}"), *held[1:]] if author and held else held
    )


def _is_layout(cell: list[Stretch]) -> bool:
    """True for a cell such as tables of data do not have."""
    return (
        len(cell) > MAX_CELL_PARAGRAPHS
        or any(part.level or part.kind == "table" for part in cell)
        or sum(len(part.text) for part in cell) > MAX_CELL
    )
