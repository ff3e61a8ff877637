"""Excel workbooks (XLSX): each sheet is a page with its name as heading.

The rows of a sheet become tables, where a formula shows its value. Comments and text boxes follow.
This reader parses the XML itself, because openpyxl gives no text boxes, gives no comments where it
reads as a stream, and takes three times as long.
"""

from __future__ import annotations

from ...documents import Document
from .. import xml_events
from ..archive import Archive
from ..flow import Flow
from ..title import stem
from ..xml_events import Attributes, Calls, value
from . import ooxml
from .cell_values import BUILT_IN, DAYS_TO_1904, Format, format_of, number_text
from .drawing import shapes
from .sheet import add_sheet

SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm")

ASIDES = ("comments", "threadedComment", "drawing")
"""Kinds of relation from a sheet to the text on it outside its cells."""

MAX_GAP = 64
"""Empty cells that are kept in a row before a cell with a value.

Beyond so many, the exact column does not matter.
"""

# Phonetic readings, extensions, and formats that are not those of cells.
SKIPPED = ("rPh", "phoneticPr", "extLst", "dxfs")

_LETTERS = {letter: number for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1)}


def read(data: bytes, path: str) -> Document:
    """The document in a workbook; its `pages` are the sheets.

    Raises Unreadable where the workbook is damaged, encrypted, too large or holds no text.
    """
    archive = Archive(data)
    book = _Book(archive)
    flow = Flow()
    for name, part in book.sheets:
        kinds = {
            relation.part: relation.kind
            for relation in ooxml.relations(archive, part)
            if relation.kind in ASIDES
        }
        # Threaded comments are stored twice. The older form begins with a notice to older
        # programs, so it is left out where the newer form is there.
        left_out = "comments" if "threadedComment" in kinds.values() else ""
        aside_shapes = [
            shape
            for aside, kind in kinds.items()
            if kind != left_out
            for shape in shapes(archive, aside)
        ]
        asides = [stretch for shape in aside_shapes for stretch in shape.stretches]
        add_sheet(flow, name, _Sheet(archive, part, book).rows, asides)
    return flow.document(path, "xlsx", ooxml.property_title(archive) or stem(path))


class _Book:
    """What the sheets of a workbook share: their names and parts, the strings, the cell formats.

    The workbook is parsed when this object is made. `strings` are the shared strings by number,
    `formats` the number formats by cell style, and `days` are added to each date.
    """

    def __init__(self, archive: Archive) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.strings: list[str] = []
        self.formats: list[Format] = []
        self.days = 0
        self.parts: dict[str, str] = {}
        self.format_codes: dict[str, str] = {}
        self.in_cell_styles = self.in_text = False
        self.words: list[str] = []
        # Find the parts that the workbook refers to.
        main = ooxml.main_part(archive, "xl/workbook.xml")
        parts_by_kind: dict[str, str] = {}
        for relation in ooxml.relations(archive, main):
            self.parts[relation.id] = relation.part
            parts_by_kind[relation.kind] = relation.part
        # Parse the list of sheets, then the cell formats and the shared strings.
        in_book: dict[str, Calls] = {
            "sheet": (self.sheet, None),
            "workbookPr": (self.properties, None),
        }
        in_styles: dict[str, Calls] = {
            "numFmt": (self.format_code, None),
            "cellXfs": (self.begin_styles, self.end_styles),
            "xf": (self.style, None),
        }
        in_strings: dict[str, Calls] = {
            "t": (self.begin_text, self.end_text),
            "si": (None, self.string),
        }
        xml_events.parse(archive.chunks(main), in_book, self.text)
        for kind, elements in (("styles", in_styles), ("sharedStrings", in_strings)):
            if kind in parts_by_kind:
                xml_events.parse(archive.chunks(parts_by_kind[kind]), elements, self.text, SKIPPED)

    def sheet(self, attributes: Attributes) -> None:
        relation_id = next((text for name, text in attributes.items() if name.endswith(":id")), "")
        if relation_id in self.parts:
            self.sheets.append((value(attributes, "name"), self.parts[relation_id]))

    def properties(self, attributes: Attributes) -> None:
        self.days = DAYS_TO_1904 if attributes.get("date1904") in ("1", "true") else 0

    def format_code(self, attributes: Attributes) -> None:
        self.format_codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")

    def begin_styles(self, _: Attributes) -> None:
        self.in_cell_styles = True

    def end_styles(self) -> None:
        self.in_cell_styles = False

    def style(self, attributes: Attributes) -> None:
        if self.in_cell_styles:
            number = attributes.get("numFmtId", "0")
            built_in = BUILT_IN.get(int(number), "") if number.isdecimal() else ""
            self.formats.append(format_of(self.format_codes.get(number, built_in)))

    def begin_text(self, _: Attributes) -> None:
        self.in_text = True

    def end_text(self) -> None:
        self.in_text = False

    def text(self, words: str) -> None:
        if self.in_text:
            self.words.append(words)

    def string(self) -> None:
        self.strings.append("".join(self.words))
        self.words = []


class _Sheet:
    """The rows of one sheet, parsed when this object is made.

    An empty row stands wherever the file leaves rows out.
    """

    def __init__(self, archive: Archive, part: str, book: _Book) -> None:
        self.book = book
        self.rows: list[list[str]] = []
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
        }
        xml_events.parse(archive.chunks(part), elements, self.text, SKIPPED)

    def begin_row(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        previous = self.number
        self.number = int(number) if number.isdecimal() else previous + 1
        if self.number > previous + 1:
            self.rows.append([])
        self.row = []

    def end_row(self) -> None:
        self.rows.append(self.row)

    def begin_cell(self, attributes: Attributes) -> None:
        self.cell_attributes = attributes
        self.words = []

    def begin_value(self, _: Attributes) -> None:
        self.in_value = True

    def end_value(self) -> None:
        self.in_value = False

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
        if cell_type == "s":
            return (
                self.book.strings[int(words)]
                if words.isdecimal() and int(words) < len(self.book.strings)
                else ""
            )
        if cell_type == "b":
            return "TRUE" if words == "1" else "FALSE"
        if cell_type != "n":
            return words
        style = self.cell_attributes.get("s", "")
        number_format = (
            self.book.formats[int(style)]
            if style.isdecimal() and int(style) < len(self.book.formats)
            else Format.NUMBER
        )
        try:
            number = float(words)
        except ValueError:
            return words
        days = self.book.days if number_format in (Format.DATE, Format.DATE_TIME) else 0
        return number_text(number + days, number_format)


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
