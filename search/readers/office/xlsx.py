"""Excel workbooks (XLSX): each sheet is a page with its name as heading.

The rows of a sheet become tables, where a formula shows its value. The words of a cell that fills
several rows stand in each of them. Comments, text boxes and embedded files follow.
This reader parses the XML itself, because openpyxl gives no text boxes, gives no comments where it
reads as a stream, and takes three times as long.
"""

from __future__ import annotations

from ...documents import Document
from .. import xml_events
from ..archive import Archive
from ..flow import Flow
from ..left_out import Part
from ..title import stem
from ..xml_events import Attributes, Calls
from . import ooxml
from .cell_values import unescaped
from .drawing import shapes
from .embedded import RELATIONS, Embedded, Enclosed
from .number_format import GENERAL
from .sheet import Merge, add_sheet, spread
from .xlsx_book import SKIPPED, Book, read_book

SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm")

ASIDES = ("comments", "threadedComment", "drawing")
"""Kinds of relation from a sheet to the text on it outside its cells."""

MAX_GAP = 64
"""Empty cells that are kept in a row before a cell with a value.

Beyond so many, the exact column does not matter.
"""

_LETTERS = {letter: number for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1)}


def read(data: bytes, path: str, enclosed: Enclosed | None = None) -> Document:
    """The document in a workbook; its `pages` are the sheets.

    `enclosed` reads the files that lie inside it.

    Raises Unreadable where the workbook is damaged, encrypted, too large or holds no text.
    """
    archive = Archive(data)
    flow = Flow()
    embedded = Embedded(flow, enclosed)
    book = read_book(archive, flow.left_out)
    for name, part in book.sheets:
        relations = ooxml.relations(archive, part)
        kinds = {relation.part: relation.kind for relation in relations if relation.kind in ASIDES}
        # Threaded comments are stored twice. The older form begins with a notice to older
        # programs, so it is left out where the newer form is there.
        left_out = "comments" if "threadedComment" in kinds.values() else ""
        aside_shapes = [
            shape
            for aside, kind in kinds.items()
            if kind != left_out
            for shape in shapes(archive, aside, flow.left_out)
        ]
        asides = [stretch for shape in aside_shapes for stretch in shape.stretches]
        for relation in relations:
            if relation.kind in RELATIONS:
                asides += embedded.part(archive, relation.part)
        add_sheet(flow, name, _Sheet(archive, part, book).rows, asides)
    return flow.document(path, "xlsx", ooxml.property_title(archive) or stem(path))


class _Sheet:
    """The rows of one sheet, parsed when this object is made.

    An empty row stands wherever the file leaves rows out.
    """

    def __init__(self, archive: Archive, part: str, book: Book) -> None:
        self.book = book
        self.numbered: list[tuple[int, list[str]]] = []
        self.merges: list[Merge] = []
        self.in_reading = False
        self.number = 0
        self.row: list[str] = []
        self.cell_attributes: Attributes = {}
        self.words: list[str] = []
        self.in_value = False
        elements: dict[str, Calls] = {
            "row": (self.begin_row, self.end_row),
            "c": (self.begin_cell, self.end_cell),
            "v": (self.begin_value, self.end_value),
            "t": (self.begin_value, self.end_value),
            "rPh": (self.begin_reading, self.end_reading),
            "mergeCell": (self.merge, None),
        }
        xml_events.parse(archive.chunks(part), elements, self.text, SKIPPED)
        if self.merges:
            spread(self.numbered, self.merges)
        self.rows = [row for _, row in self.numbered]

    def merge(self, attributes: Attributes) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        column, first_row, last_row = _column(first) - 1, _row(first), _row(last)
        if 0 <= column < MAX_GAP and 0 < first_row < last_row:
            self.merges.append(Merge(first_row, last_row, column))

    def begin_row(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        previous = self.number
        self.number = int(number) if number.isdecimal() else previous + 1
        if self.number > previous + 1:
            self.numbered.append((self.number - 1, []))
        self.row = []

    def end_row(self) -> None:
        self.numbered.append((self.number, self.row))

    def begin_cell(self, attributes: Attributes) -> None:
        self.cell_attributes = attributes
        self.words = []

    def begin_value(self, _: Attributes) -> None:
        self.in_value = not self.in_reading

    def end_value(self) -> None:
        self.in_value = False

    def begin_reading(self, _: Attributes) -> None:
        self.in_reading = True
        self.book.left_out.add(Part.READING)

    def end_reading(self) -> None:
        self.in_reading = False

    def text(self, words: str) -> None:
        if self.in_value:
            self.words.append(words)

    def end_cell(self) -> None:
        if self.words:
            gap = _column(self.cell_attributes.get("r", "")) - len(self.row) - 1
            self.row += [""] * min(max(gap, 0), MAX_GAP)
            cell_type = self.cell_attributes.get("t", "n")
            self.row.append(self.cell_text("".join(self.words), cell_type))

    def cell_text(self, words: str, cell_type: str) -> str:
        """The text that a cell shows: `words` is its value in the file, `cell_type` its type."""
        cell_format = self.book.formats.get(self.cell_attributes.get("s", ""), GENERAL)
        if cell_type == "n":
            try:
                number = float(words)
            except ValueError:
                return words
            return cell_format.text(number + self.book.days if cell_format.is_date else number)
        if cell_type == "s":
            if not words.isdecimal() or int(words) >= len(self.book.strings):
                return ""
            words = self.book.strings[int(words)]
            style = self.cell_attributes.get("s", "")
            if style in self.book.symbol_styles:
                words = self.book.shown(words, style)
            return cell_format.words(words)
        if cell_type == "b":
            return "TRUE" if words == "1" else "FALSE"
        words = unescaped(words) if "_x" in words else words
        return words if cell_type == "e" else cell_format.words(words)


def _row(reference: str) -> int:
    """The number of a cell's row, from 1; 0 where its reference names none.

    >>> _row("A1"), _row("AB12"), _row("")
    (1, 12, 0)
    """
    digits = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 0


def _column(reference: str) -> int:
    """The number of a cell's column, from 1; 0 where its reference names none.

    >>> _column("A1"), _column("AB12"), _column("")
    (1, 28, 0)
    """
    number = 0
    for letter in reference[:3]:
        if letter not in _LETTERS:
            break
        number = 26 * number + _LETTERS[letter]
    return number
