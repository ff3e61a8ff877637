"""Excel workbooks (XLSX): each sheet a page with its name as heading, its rows as tables with the values of formulas, then comments and text boxes.

Reads the XML itself: openpyxl gives no text boxes, and no comments where it reads as a stream; it takes three times as long.
"""

from __future__ import annotations

from ...documents import Document
from .. import xml_events
from ..archive import Archive
from ..flow import Flow
from ..title import stem
from ..xml_events import Attributes, Calls, value
from . import ooxml
from .cell_values import BUILT_IN, DAYS_TO_1904, Format, format_of, shown
from .drawing import shapes
from .sheet import add_sheet

SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm")

BEHIND = ("comments", "threadedComment", "drawing")
"""Kinds of relation from a sheet to what is written on it outside of its cells."""

MAX_GAP = 64
"""Empty cells that are kept in a row before one with a value; the column does not matter beyond."""

UNSPOKEN = ("rPh", "phoneticPr", "extLst", "dxfs")

_LETTERS = {letter: number for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1)}


def read(data: bytes, path: str) -> Document:
    """The document in a workbook; `pages` are its sheets. Raises Unreadable where it is damaged, encrypted, too large or holds no text."""
    archive = Archive(data)
    book = _Book(archive)
    flow = Flow()
    for name, part in book.sheets:
        kinds = {
            relation.part: relation.kind
            for relation in ooxml.relations(archive, part)
            if relation.kind in BEHIND
        }
        # Comments with answers stand in two forms, in the older one beneath a notice to older programs.
        older = "comments" if "threadedComment" in kinds.values() else ""
        beside = [
            shape
            for found, kind in kinds.items()
            if kind != older
            for shape in shapes(archive, found)
        ]
        rows = _Sheet(archive, part, book).rows
        add_sheet(flow, name, rows, [stretch for shape in beside for stretch in shape.held])
    return flow.document(path, "xlsx", ooxml.property_title(archive) or stem(path))


class _Book:
    """What the sheets of a workbook share: their names and parts, the strings, and the formats of cell styles."""

    def __init__(self, archive: Archive) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.strings: list[str] = []
        self.formats: list[Format] = []
        self.days = 0
        self.parts: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.in_cell_styles = self.in_text = False
        self.words: list[str] = []
        main = ooxml.main_part(archive, "xl/workbook.xml")
        kinds: dict[str, str] = {}
        for relation in ooxml.relations(archive, main):
            self.parts[relation.id] = relation.part
            kinds[relation.kind] = relation.part
        in_book: dict[str, Calls] = {
            "sheet": (self.sheet, None),
            "workbookPr": (self.properties, None),
        }
        in_styles: dict[str, Calls] = {
            "numFmt": (self.code, None),
            "cellXfs": (self.begin_styles, self.end_styles),
            "xf": (self.style, None),
        }
        in_strings: dict[str, Calls] = {
            "t": (self.begin_text, self.end_text),
            "si": (None, self.string),
        }
        xml_events.parse(archive.chunks(main), in_book, self.text)
        for kind, elements in (("styles", in_styles), ("sharedStrings", in_strings)):
            if kind in kinds:
                xml_events.parse(archive.chunks(kinds[kind]), elements, self.text, UNSPOKEN)

    def sheet(self, attributes: Attributes) -> None:
        number = next((found for name, found in attributes.items() if name.endswith(":id")), "")
        if number in self.parts:
            self.sheets.append((value(attributes, "name"), self.parts[number]))

    def properties(self, attributes: Attributes) -> None:
        self.days = DAYS_TO_1904 if attributes.get("date1904") in ("1", "true") else 0

    def code(self, attributes: Attributes) -> None:
        self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")

    def begin_styles(self, _: Attributes) -> None:
        self.in_cell_styles = True

    def end_styles(self) -> None:
        self.in_cell_styles = False

    def style(self, attributes: Attributes) -> None:
        if self.in_cell_styles:
            number = attributes.get("numFmtId", "0")
            built_in = BUILT_IN.get(int(number), "") if number.isdecimal() else ""
            self.formats.append(format_of(self.codes.get(number, built_in)))

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
    """The rows of one sheet, with an empty one wherever some are left out. Parsed when made."""

    def __init__(self, archive: Archive, part: str, book: _Book) -> None:
        self.book = book
        self.rows: list[list[str]] = []
        self.number = 0
        self.row: list[str] = []
        self.cell: Attributes = {}
        self.words: list[str] = []
        self.in_value = False
        elements: dict[str, Calls] = {
            "row": (self.begin_row, self.end_row),
            "c": (self.begin_cell, self.end_cell),
            "v": (self.begin_value, self.end_value),
            "t": (self.begin_value, self.end_value),
        }
        xml_events.parse(archive.chunks(part), elements, self.text, UNSPOKEN)

    def begin_row(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        before = self.number
        self.number = int(number) if number.isdecimal() else before + 1
        if self.number > before + 1:
            self.rows.append([])
        self.row = []

    def end_row(self) -> None:
        self.rows.append(self.row)

    def begin_cell(self, attributes: Attributes) -> None:
        self.cell = attributes
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
            gap = _column(self.cell.get("r", "")) - len(self.row) - 1
            self.row += [""] * min(max(gap, 0), MAX_GAP)
            self.row.append(self.value("".join(self.words), self.cell.get("t", "n")))

    def value(self, words: str, kind: str) -> str:
        """The words of a cell, by its type."""
        if kind == "s":
            return (
                self.book.strings[int(words)]
                if words.isdecimal() and int(words) < len(self.book.strings)
                else ""
            )
        if kind == "b":
            return "TRUE" if words == "1" else "FALSE"
        if kind != "n":
            return words
        style = self.cell.get("s", "")
        form = (
            self.book.formats[int(style)]
            if style.isdecimal() and int(style) < len(self.book.formats)
            else Format.NUMBER
        )
        try:
            number = float(words)
        except ValueError:
            return words
        return shown(
            number + (self.book.days if form in (Format.DATE, Format.DATE_TIME) else 0), form
        )


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
