"""Word documents (DOCX): the body with its headings, lists, tables, text boxes, notes and comments.

A note or comment stands where the body refers to it. Inserted text is kept and deleted text is
left out. Headers and footers are kept once, tables of contents not at all. This reader parses the
XML itself, because python-docx passes over notes, text boxes, tracked changes, content controls
and nested tables.
"""

from __future__ import annotations

from ...documents import Document
from .. import xml_events
from ..archive import Archive
from ..flow import Flow, Stretch, signed
from ..title import stem
from ..xml_events import Attributes, Begin, Calls, value
from . import ooxml, word_styles
from .drawing import DRAWINGS, shapes
from .word_styles import Style, outline_level

SUFFIXES = (".docx", ".docm", ".dotx", ".dotm")

NOTES = {"footnotes": "footnote", "endnotes": "endnote", "comments": "comment"}
"""Kinds of relation to a part with notes, each with the element of one note in that part."""

# Formatting as it was before a tracked change, tab stops, text at the place it was moved from, and
# the copy of a text box that is meant for older programs.
SKIPPED = (
    "pPrChange",
    "rPrChange",
    "tblPrChange",
    "trPrChange",
    "tcPrChange",
    "sectPrChange",
    "tblGridChange",
    "tabs",
    "moveFrom",
    "Fallback",
)

Notes = dict[tuple[str, str], list[Stretch]]
"""Notes by their kind, such as "footnote", and their id."""


def read(data: bytes, path: str) -> Document:
    """The document in a Word file.

    Raises Unreadable where the file is damaged, encrypted, too large or holds no text.
    """
    archive = Archive(data)
    main = ooxml.main_part(archive, "word/document.xml")
    relations = ooxml.relations(archive, main)
    styles_part = next((relation.part for relation in relations if relation.kind == "styles"), "")
    styles = word_styles.read(archive, styles_part)
    # Read the parts around the body: the notes, and each header and footer once.
    notes: Notes = {}
    margins: dict[str, dict[tuple[str, ...], list[Stretch]]] = {"header": {}, "footer": {}}
    for relation in relations:
        if relation.kind in NOTES:
            notes |= _Story(archive, relation.part, styles, {}, {}).notes
        elif relation.kind in margins:
            stretches = [
                Stretch("paragraph", stretch.text)
                for stretch in _Story(archive, relation.part, styles, {}, {}).flow.stretches
            ]
            words = tuple(stretch.text for stretch in stretches)
            margins[relation.kind].setdefault(words, stretches)
    # Read the body, which takes the notes and drawings that it refers to.
    drawings = {relation.id: relation.part for relation in relations if relation.kind in DRAWINGS}
    flow = _Story(archive, main, styles, notes, drawings).flow
    # Choose the title before the headers are added in front of the text.
    title = next(
        (stretch.text for stretch in flow.stretches if stretch.kind == "title"), ""
    ) or ooxml.property_title(archive)
    heading = next((stretch.text for stretch in flow.stretches if stretch.level), "")
    flow.stretches[:0] = [
        stretch for stretches in margins["header"].values() for stretch in stretches
    ]
    flow.stretches += [stretch for stretches in margins["footer"].values() for stretch in stretches]
    return flow.document(path, "docx", title or heading or stem(path))


class _Story:
    """One part with paragraphs, such as the body, a header or all footnotes.

    The part is parsed when this object is made. `flow` holds its text, `notes` the notes that it
    consists of; `pending_notes` are the notes that it may refer to.
    """

    def __init__(
        self,
        archive: Archive,
        part: str,
        styles: dict[str, Style],
        pending_notes: Notes,
        drawings: dict[str, str],
    ) -> None:
        self.flow = Flow()
        self.archive = archive
        self.drawings = drawings
        self.styles = styles
        self.pending_notes = pending_notes
        self.notes: Notes = {}
        self.in_text = False
        self.hidden_depth = 0
        self.in_row_properties = False
        self.placeholder = False
        self.open_placeholders: list[bool] = []
        self.level = 0
        self.open_note = ("", "", "")
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
        for kind in NOTES.values():
            elements[kind] = (self.begin_note(kind), self.end_note)
            elements[f"{kind}Reference"] = (self.refer(kind), None)
        xml_events.parse(archive.chunks(part), elements, self.text, SKIPPED)
        flow.end_paragraph()

    def text(self, words: str) -> None:
        if self.in_text:
            self.flow.words(words)

    def begin_text(self, _: Attributes) -> None:
        self.in_text = not self.hidden_depth

    def end_text(self) -> None:
        self.in_text = False

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
            # List number 0 takes a paragraph out of the list that its style puts it in.
            self.flow.mark("paragraph" if value(attributes, "val") == "0" else "list")

    def insert(self, mark: str) -> Begin:
        """A call that puts this mark between the words."""

        def insert(_: Attributes) -> None:
            if not self.hidden_depth:
                self.flow.words(mark)

        return insert

    def begin_deleted(self, _: Attributes) -> None:
        if self.in_row_properties:
            self.flow.drop_row()
        self.hidden_depth += 1

    def end_deleted(self) -> None:
        self.hidden_depth -= 1

    def row_properties(self, _: Attributes) -> None:
        self.in_row_properties = True

    def end_row_properties(self) -> None:
        self.in_row_properties = False

    def end_box(self) -> None:
        self.flow.hang(self.flow.end_aside())

    def drawing(self, attributes: Attributes) -> None:
        """Add the words of a chart or diagram, which stand in a part of their own."""
        for part in {self.drawings[text] for text in attributes.values() if text in self.drawings}:
            self.flow.hang(
                [stretch for shape in shapes(self.archive, part) for stretch in shape.stretches]
            )

    def shows_placeholder(self, _: Attributes) -> None:
        self.placeholder = True

    def begin_control(self, _: Attributes) -> None:
        """Begin a content control; hide the prompt that it shows where nobody has filled it in."""
        self.open_placeholders.append(self.placeholder)
        self.hidden_depth += self.placeholder
        self.placeholder = False

    def end_control(self) -> None:
        self.hidden_depth -= self.open_placeholders.pop()

    def refer(self, kind: str) -> Begin:
        """A call that puts the note referred to behind the open paragraph."""

        def refer(attributes: Attributes) -> None:
            if not self.hidden_depth:
                # A note is added once: a small file may refer to it any number of times.
                self.flow.hang(self.pending_notes.pop((kind, value(attributes, "id")), []))

        return refer

    def begin_note(self, kind: str) -> Begin:
        """A call that begins a note of this kind."""

        def begin(attributes: Attributes) -> None:
            self.open_note = (kind, value(attributes, "id"), value(attributes, "author"))
            self.flow.begin_aside()

        return begin

    def end_note(self) -> None:
        kind, note_id, author = self.open_note
        self.notes[kind, note_id] = signed(author, self.flow.end_aside())
