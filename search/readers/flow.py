"""Builds a Document from an office file's paragraphs, tables and asides, as they come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..documents import Block, Document, Reason
from ..errors import Unreadable
from .left_out import LeftOut
from .raised import Raised, joined
from .title import MAX_TITLE

MAX_CELL = 1_000
MAX_CELL_PARAGRAPHS = 8
"""A table only arranges the page where a cell has more characters or more paragraphs than this.

So does a table that holds headings or tables in its cells.
"""

MAX_HEADING = 300

MAX_CHARACTERS = 200_000_000
"""Characters of one document.

A cell may refer to its text, so that a small file can hold any number of characters.
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A block that has no place in the text yet.

    A stretch with a level is a heading, whose `kind` may say what it heads.
    """

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
    label: str = ""
    has_raised: bool = False


class Flow:
    """Takes a document's parts in their order.

    Asides are notes, comments and text boxes. They may be placed after the paragraph that they
    belong to. Calls come in pairs, begin and end, nested as in the file. Words outside any
    paragraph are dropped. `left_out` counts what the reader leaves out; `warnings` are further
    sentences about missing parts.
    """

    def __init__(self, left_out: LeftOut | None = None) -> None:
        self.stretches: list[Stretch] = []
        self.pages: list[int] = []
        self.size = 0
        self.left_out = left_out or LeftOut()
        self.warnings: list[str] = []
        self._sinks: list[list[Stretch]] = [self.stretches]
        self._open: list[_Paragraph | None] = [None]
        self._tables: list[list[_Row]] = []

    def words(self, text: str) -> None:
        """Add words to the open paragraph."""
        if (paragraph := self._open[-1]) is not None:
            paragraph.words.append(text)

    def put(self, text: str) -> None:
        """Add words that stand apart within the open paragraph, or as a paragraph of their own."""
        paragraph = self._open[-1]
        if paragraph is None:
            self.add("paragraph", text)
            return
        # A picture of one letter is the first letter of a word.
        is_apart = len(text) > 1
        begins = not paragraph.words or paragraph.words[-1][-1:].isspace()
        self.words(("" if begins or not is_apart else " ") + text + (" " if is_apart else ""))

    def raised(self, text: str) -> None:
        """Add words that are raised above the line, such as the mark of a note or an exponent."""
        if (paragraph := self._open[-1]) is not None:
            paragraph.words.append(Raised(text))
            paragraph.has_raised = True

    def label(self, text: str) -> None:
        """Put a number, such as "2.10", in front of the open paragraph if it has words."""
        if (paragraph := self._open[-1]) is not None:
            paragraph.label = text

    def begin_paragraph(self, kind: str = "paragraph", level: int = 0) -> None:
        """Begin a paragraph, and end the one that is still open."""
        self.end_paragraph()
        self._open[-1] = _Paragraph(kind, level)

    def mark(self, kind: str, level: int = 0) -> None:
        """Set the kind of the open paragraph and, for a heading, its level.

        Some formats state these only inside the paragraph. A paragraph with an empty kind is left
        out.
        """
        if (paragraph := self._open[-1]) is not None:
            paragraph.kind, paragraph.level = kind, level

    def end_paragraph(self) -> None:
        """End the open paragraph."""
        paragraph, self._open[-1] = self._open[-1], None
        if paragraph is not None:
            words = joined(paragraph.words) if paragraph.has_raised else "".join(paragraph.words)
            if paragraph.label and words.strip():
                words = f"{paragraph.label} {words.lstrip()}"
            self.add(paragraph.kind, words, paragraph.level)
            self._sinks[-1] += paragraph.after

    def add(self, kind: str, text: str, level: int = 0) -> None:
        """Add a whole block; one without words or without a kind is left out."""
        text = (
            " ".join(text.split()) if level else text.rstrip() if kind == "table" else text.strip()
        )
        if text and kind:
            self.size += len(text)
            self.check(0)
            if not text.isascii():
                self.left_out.add_undecoded(text)
            self._sinks[-1].append(Stretch(kind, text, level))

    def check(self, size: int) -> None:
        """Raise Unreadable(TOO_LARGE) where `size` more characters would be too many."""
        if self.size + size > MAX_CHARACTERS:
            raise Unreadable(
                Reason.TOO_LARGE,
                f"the document holds more than {MAX_CHARACTERS // 1_000_000} million characters",
            )

    def begin_aside(self) -> None:
        """Begin an aside: what follows, until its end, is kept apart from the open paragraph."""
        self._sinks.append([])
        self._open.append(None)

    def end_aside(self) -> list[Stretch]:
        """End the aside and return its stretches, for `hang` or for another place."""
        self.end_paragraph()
        self._open.pop()
        return self._sinks.pop()

    def hang(self, aside: list[Stretch]) -> None:
        """Put an aside's stretches after the open paragraph, or here where no paragraph is open."""
        paragraph = self._open[-1]
        (self._sinks[-1] if paragraph is None else paragraph.after).extend(aside)

    def begin_table(self) -> None:
        """Begin a table; a table inside a cell comes among that cell's paragraphs."""
        self.end_paragraph()
        self._tables.append([])

    def begin_row(self) -> None:
        """Begin a row of the table."""
        self._tables[-1].append(_Row())

    def drop_row(self) -> None:
        """Leave out the row that was begun last."""
        self._tables[-1][-1].dropped = True

    def begin_cell(self) -> None:
        """Begin a cell of the row."""
        self._sinks.append([])
        self._open.append(None)

    def end_cell(self) -> None:
        """End the cell."""
        self.end_paragraph()
        self._open.pop()
        self._tables[-1][-1].cells.append(self._sinks.pop())

    def end_table(self) -> None:
        """End the table: it becomes one block of rows.

        A table that only arranges the page becomes the blocks of its cells.
        """
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
        """Begin a page, slide or sheet."""
        self.end_paragraph()
        self.pages.append(len(self.stretches))

    def document(self, path: str, kind: str, title: str) -> Document:
        """The document of all stretches. Raises Unreadable(NO_TEXT) where none has words."""
        self.end_paragraph()
        warnings = (*self.left_out.warnings(), *self.warnings)
        if not self.stretches:
            missing = f" ({'; '.join(warnings)})" if warnings else ""
            raise Unreadable(Reason.NO_TEXT, f"the document holds no text{missing}")
        parts: list[str] = []
        blocks: list[Block] = []
        starts: list[int] = []
        # Lay the stretches out one after the other, and note where each begins.
        length, kind_above = 0, ""
        for stretch in self.stretches:
            if kind_above:
                gap = "\n" if kind_above == stretch.kind == "list" else "\n\n"
                parts.append(gap)
                length += len(gap)
            end = length + len(stretch.text)
            heading = stretch.text[:MAX_HEADING].rstrip() if stretch.level else ""
            kind_of_block = "heading" if stretch.level else stretch.kind
            blocks.append(Block(length, end, kind_of_block, stretch.level, heading))
            starts.append(length)
            parts.append(stretch.text)
            length, kind_above = end, stretch.kind
        # A page without stretches at the end begins at the end of the text.
        starts.append(length)
        return Document(
            path,
            kind,
            title[:MAX_TITLE],
            "".join(parts),
            tuple(blocks),
            tuple(starts[page] for page in self.pages),
            warnings,
        )


def table(rows: Iterable[list[str]]) -> str:
    r"""Rows of cells as lines: tabs separate the cells, and rows without words are left out.

    >>> table([["Day", "Rain"], ["", ""], ["Mon\nday", "3 mm"], ["Tue", ""]])
    'Day\tRain\nMon day\t3 mm\nTue'
    """
    lines = ("\t".join(" ".join(cell.split()) for cell in row).rstrip() for row in rows)
    return "\n".join(line for line in lines if line.strip())


def signed(author: str, comment: list[Stretch]) -> list[Stretch]:
    """A comment's stretches with the author's name in front, where the author is known."""
    return (
        [replace(comment[0], text=f"{author}: {comment[0].text}"), *comment[1:]]
        if author and comment
        else comment
    )


def _is_layout(cell: list[Stretch]) -> bool:
    """True for a cell that a table of data would not have."""
    return (
        len(cell) > MAX_CELL_PARAGRAPHS
        or any(part.level or part.kind == "table" for part in cell)
        or sum(len(part.text) for part in cell) > MAX_CELL
    )
