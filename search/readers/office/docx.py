"""Word documents (DOCX): the body with its headings, lists, tables and text boxes, notes and comments where they are referred to.

Inserted text is kept and deleted text left out, headers and footers are kept once, tables of contents not at all.
Reads the XML itself: python-docx passes over notes, text boxes, tracked changes, content controls and nested tables.
"""

from __future__ import annotations

from ...documents import Document
from .. import xml_events
from ..archive import Archive
from ..flow import Flow, Stretch, signed
from ..title import stem
from ..xml_events import Attributes, Begin, Calls, value
from . import ooxml, word_styles
from .drawing import DRAWN, shapes
from .word_styles import Style, outline_level

SUFFIXES = (".docx", ".docm", ".dotx", ".dotm")

NOTES = {"footnotes": "footnote", "endnotes": "endnote", "comments": "comment"}

# Older copies of what stands beside them, tab stops, and the twin that a text box has for older programs.
SKIPPED = (
    *(
        "pPrChange",
        "rPrChange",
        "tblPrChange",
        "trPrChange",
        "tcPrChange",
        "sectPrChange",
        "tblGridChange",
    ),
    *("tabs", "moveFrom", "Fallback"),
)

Notes = dict[tuple[str, str], list[Stretch]]
"""Notes by what they are, such as "footnote", and their id."""


def read(data: bytes, path: str) -> Document:
    """The document in a Word file. Raises Unreadable where it is damaged, encrypted, too large or holds no text."""
    archive = Archive(data)
    main = ooxml.main_part(archive, "word/document.xml")
    related = ooxml.relations(archive, main)
    styles = word_styles.read(
        archive, next((relation.part for relation in related if relation.kind == "styles"), "")
    )
    notes: Notes = {}
    around: dict[str, dict[tuple[str, ...], list[Stretch]]] = {"header": {}, "footer": {}}
    for relation in related:
        if relation.kind in NOTES:
            notes |= _Story(archive, relation.part, styles, {}, {}).notes
        elif relation.kind in around:
            held = [
                Stretch("paragraph", part.text)
                for part in _Story(archive, relation.part, styles, {}, {}).flow.stretches
            ]
            around[relation.kind].setdefault(tuple(part.text for part in held), held)
    drawn = {relation.id: relation.part for relation in related if relation.kind in DRAWN}
    flow = _Story(archive, main, styles, notes, drawn).flow
    named = next(
        (part.text for part in flow.stretches if part.kind == "title"), ""
    ) or ooxml.property_title(archive)
    headed = next((part.text for part in flow.stretches if part.level), "")
    flow.stretches[:0] = [part for held in around["header"].values() for part in held]
    flow.stretches += [part for held in around["footer"].values() for part in held]
    return flow.document(path, "docx", named or headed or stem(path))


class _Story:
    """One part with paragraphs: the body, a header, all footnotes. Parsed when made."""

    def __init__(
        self,
        archive: Archive,
        part: str,
        styles: dict[str, Style],
        notes: Notes,
        drawn: dict[str, str],
    ) -> None:
        self.flow = Flow()
        self.archive = archive
        self.drawn = drawn
        self.styles = styles
        self.known = notes
        self.notes: Notes = {}
        self.taking = False
        self.gone = 0
        self.in_row_properties = False
        self.placeholder = False
        self.placeholders: list[bool] = []
        self.level = 0
        self.note = ("", "", "")
        flow = self.flow
        elements: dict[str, Calls] = {
            "p": (self.begin_paragraph, flow.end_paragraph),
            "pStyle": (self.style, None),
            "outlineLvl": (self.outline, None),
            "numId": (self.number, None),
            "t": (self.begin_text, self.end_text),
            "tab": (self.insert("\t"), None),
            "ptab": (self.insert("\t"), None),
            "br": (self.insert("\n"), None),
            "cr": (self.insert("\n"), None),
            "noBreakHyphen": (self.insert("-"), None),
            "del": (self.begin_deleted, self.end_deleted),
            "txbxContent": (lambda _: flow.begin_aside(), self.end_box),
            "tbl": (lambda _: flow.begin_table(), flow.end_table),
            "tr": (lambda _: flow.begin_row(), None),
            "trPr": (self.row_properties, self.end_row_properties),
            "tc": (lambda _: flow.begin_cell(), flow.end_cell),
            "showingPlcHdr": (self.shows_placeholder, None),
            "sdtContent": (self.begin_control, self.end_control),
            "chart": (self.drawing, None),
            "relIds": (self.drawing, None),
        }
        for note in NOTES.values():
            elements[note] = (self.begin_note(note), self.end_note)
            elements[f"{note}Reference"] = (self.refer(note), None)
        xml_events.parse(archive.chunks(part), elements, self.text, SKIPPED)
        flow.end_paragraph()

    def text(self, words: str) -> None:
        if self.taking:
            self.flow.words(words)

    def begin_text(self, _: Attributes) -> None:
        self.taking = not self.gone

    def end_text(self) -> None:
        self.taking = False

    def begin_paragraph(self, _: Attributes) -> None:
        self.level = 0
        self.flow.begin_paragraph()

    def style(self, attributes: Attributes) -> None:
        style = self.styles.get(value(attributes, "val"))
        if style is not None:
            self.level = style.level
            self.flow.mark(style.kind, style.level)

    def outline(self, attributes: Attributes) -> None:
        self.level = outline_level(value(attributes, "val"))
        self.flow.mark("paragraph", self.level)

    def number(self, attributes: Attributes) -> None:
        if not self.level:
            # Number 0 takes a paragraph out of the list that its style puts it in.
            self.flow.mark("paragraph" if value(attributes, "val") == "0" else "list")

    def insert(self, mark: str) -> Begin:
        """What puts this mark between the words."""

        def insert(_: Attributes) -> None:
            if not self.gone:
                self.flow.words(mark)

        return insert

    def begin_deleted(self, _: Attributes) -> None:
        if self.in_row_properties:
            self.flow.drop_row()
        self.gone += 1

    def end_deleted(self) -> None:
        self.gone -= 1

    def row_properties(self, _: Attributes) -> None:
        self.in_row_properties = True

    def end_row_properties(self) -> None:
        self.in_row_properties = False

    def end_box(self) -> None:
        self.flow.hang(self.flow.end_aside())

    def drawing(self, attributes: Attributes) -> None:
        """A chart or diagram, whose words stand in a part of their own."""
        for part in {self.drawn[name] for name in attributes.values() if name in self.drawn}:
            self.flow.hang(
                [stretch for shape in shapes(self.archive, part) for stretch in shape.held]
            )

    def shows_placeholder(self, _: Attributes) -> None:
        self.placeholder = True

    def begin_control(self, _: Attributes) -> None:
        """A content control nobody has filled in shows a prompt, which is not the document's text."""
        self.placeholders.append(self.placeholder)
        self.gone += self.placeholder
        self.placeholder = False

    def end_control(self) -> None:
        self.gone -= self.placeholders.pop()

    def refer(self, note: str) -> Begin:
        """What takes a reference to such a note: the note comes behind the paragraph."""

        def refer(attributes: Attributes) -> None:
            if not self.gone:
                # Each only once: a small file may refer to a note any number of times.
                self.flow.hang(self.known.pop((note, value(attributes, "id")), []))

        return refer

    def begin_note(self, note: str) -> Begin:
        """What takes the beginning of such a note itself."""

        def begin(attributes: Attributes) -> None:
            self.note = (note, value(attributes, "id"), value(attributes, "author"))
            self.flow.begin_aside()

        return begin

    def end_note(self) -> None:
        note, number, author = self.note
        self.notes[note, number] = signed(author, self.flow.end_aside())
