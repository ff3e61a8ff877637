"""What the sheets of an Excel workbook share: their names, the strings, the formats and fonts."""

from __future__ import annotations

from dataclasses import dataclass

from .. import xml_events
from ..archive import Archive
from ..left_out import LeftOut, Part
from ..raised import Raised, joined
from ..symbol_font import is_symbol_font, signs
from ..xml_events import Attributes, Calls, value
from . import ooxml
from .cell_values import BUILT_IN, DAYS_TO_1904, unescaped
from .number_format import CellFormat, cell_format

# Settings of readings, extensions, and formats that are not those of cells.
SKIPPED = ("phoneticPr", "extLst", "dxfs")


@dataclass(frozen=True, slots=True)
class Book:
    """What the sheets of a workbook share.

    `sheets` are their names and parts, `strings` the shared strings by number. `formats` are the
    formats and `symbol_styles` the fonts of symbols by the number of the cell style. `days` are
    added to each date. Readings above the text are counted in `left_out`.
    """

    sheets: list[tuple[str, str]]
    strings: list[str]
    formats: dict[str, CellFormat]
    symbol_styles: dict[str, str]
    days: int
    left_out: LeftOut

    def shown(self, words: str, style: str) -> str:
        """The words of a cell as the font of its style shows them."""
        return _shown(words, self.symbol_styles.get(style, ""), self.left_out)


def read_book(archive: Archive, left_out: LeftOut) -> Book:
    """Read what the sheets share. Raises Unreadable where a part is damaged."""
    read = _Parser(archive, left_out)
    return Book(read.sheets, read.strings, read.formats, read.symbol_styles, read.days, left_out)


def _shown(words: str, font: str, left_out: LeftOut) -> str:
    """The words as a font of symbols shows them."""
    words, unnamed = signs(font, words)
    left_out.add(Part.CHARACTER, unnamed)
    return words


class _Parser:
    """Parses the parts that the sheets share when this object is made."""

    def __init__(self, archive: Archive, left_out: LeftOut) -> None:
        self.left_out = left_out
        self.sheets: list[tuple[str, str]] = []
        self.strings: list[str] = []
        self.formats: dict[str, CellFormat] = {}
        self.days = 0
        self.parts: dict[str, str] = {}
        self.format_codes: dict[str, str] = {}
        self.in_cell_styles = self.in_text = self.in_reading = False
        self.raised = self.in_fonts = False
        self.font = ""
        self.fonts: list[str] = []
        self.symbol_styles: dict[str, str] = {}
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
            "fonts": (self.begin_fonts, self.end_fonts),
            "name": (self.font_name, None),
            "cellXfs": (self.begin_styles, self.end_styles),
            "xf": (self.style, None),
        }
        in_strings: dict[str, Calls] = {
            "t": (self.begin_text, self.end_text),
            "r": (self.begin_run, None),
            "rFont": (self.run_font, None),
            "vertAlign": (self.run_position, None),
            "rPh": (self.begin_reading, self.end_reading),
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

    def begin_fonts(self, _: Attributes) -> None:
        self.in_fonts = True

    def end_fonts(self) -> None:
        self.in_fonts = False

    def font_name(self, attributes: Attributes) -> None:
        if self.in_fonts:
            self.fonts.append(attributes.get("val", ""))

    def begin_styles(self, _: Attributes) -> None:
        self.in_cell_styles = True

    def end_styles(self) -> None:
        self.in_cell_styles = False

    def style(self, attributes: Attributes) -> None:
        if self.in_cell_styles:
            number = attributes.get("numFmtId", "0")
            built_in = BUILT_IN.get(int(number), "") if number.isdecimal() else ""
            code = self.format_codes.get(number, built_in)
            font = attributes.get("fontId", "")
            index = int(font) if font.isdecimal() and len(font) < 9 else len(self.fonts)
            if index < len(self.fonts) and is_symbol_font(self.fonts[index]):
                self.symbol_styles[str(len(self.formats))] = self.fonts[index]
            self.formats[str(len(self.formats))] = cell_format(code)

    def begin_text(self, _: Attributes) -> None:
        self.in_text = not self.in_reading

    def end_text(self) -> None:
        self.in_text = False

    def text(self, words: str) -> None:
        if self.in_text:
            words = _shown(words, self.font, self.left_out) if self.font else words
            self.words.append(Raised(words) if self.raised else words)

    def begin_run(self, _: Attributes) -> None:
        self.raised, self.font = False, ""

    def run_font(self, attributes: Attributes) -> None:
        font = attributes.get("val", "")
        self.font = font if is_symbol_font(font) else ""

    def run_position(self, attributes: Attributes) -> None:
        self.raised = attributes.get("val") == "superscript"

    def begin_reading(self, _: Attributes) -> None:
        self.in_reading = True
        self.left_out.add(Part.READING)

    def end_reading(self) -> None:
        self.in_reading = False

    def string(self) -> None:
        words = self.words[0] if len(self.words) == 1 else joined(self.words)
        self.strings.append(unescaped(words) if "_x" in words else words)
        self.words, self.raised, self.font = [], False, ""
