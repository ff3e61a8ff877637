"""A part of a Word file that holds paragraphs: the body, a header, or all footnotes."""

from __future__ import annotations

from .. import xml_events
from ..flow import Flow, Stretch, signed
from ..left_out import Part
from ..symbol_font import signs
from ..xml_events import Attributes, Begin, Calls, value
from . import ooxml
from .drawing import DRAWINGS, description, shapes
from .word_fields import Fields
from .word_numbering import Counters
from .word_parts import CHUNK, WordParts
from .word_styles import Style, outline_level, symbol_font_of

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
    "numberingChange",
    "tabs",
    "moveFrom",
    "Fallback",
)

Notes = dict[tuple[str, str], list[Stretch]]
"""Notes by their kind, such as "footnote", and their id."""

_PLAIN = Style()


def story(
    parts: WordParts, part: str, pending_notes: Notes | None = None
) -> tuple[list[Stretch], Notes]:
    """The text of a part, and the notes that it consists of.

    `pending_notes` are the notes that it may refer to; those that it does refer to are taken out.
    """
    read = _Story(parts, part, {} if pending_notes is None else pending_notes)
    return read.flow.stretches, read.notes


class _Story:
    """One part with paragraphs, which is parsed when this object is made.

    `flow` holds its text, `notes` the notes that it consists of; `pending_notes` are the notes
    that it may refer to.
    """

    def __init__(self, parts: WordParts, part: str, pending_notes: Notes) -> None:
        self.flow = Flow(parts.left_out)
        self.parts = parts
        self.left_out = parts.left_out
        self.counters = Counters(parts.numbering)
        self.pending_notes = pending_notes
        self.notes: Notes = {}
        self.in_text = False
        self.hidden_depth = 0
        self.in_row_properties = False
        self.in_paragraph_properties = False
        self.placeholder = False
        self.open_placeholders: list[bool] = []
        self.level = 0
        self.style_id = ""
        self.paragraph_style = _PLAIN
        self.list_id: str | None = None
        self.list_level: int | None = None
        self.in_index = self.was_index = False
        self.font = ""
        self.raised = False
        self.deleted_words = False
        self.fields = fields = Fields()
        self.in_code = False
        self.pictured = ""
        self.open_note = ("", "", "")
        relations = ooxml.relations(parts.archive, part)
        self.drawings = {
            relation.id: relation.part for relation in relations if relation.kind in DRAWINGS
        }
        self.chunks = {
            relation.id: relation.part for relation in relations if relation.kind == CHUNK
        }
        flow = self.flow
        elements: dict[str, Calls] = {
            "p": (self.begin_paragraph, flow.end_paragraph),
            "pPr": (self.begin_properties, self.end_properties),
            "pStyle": (self.style, None),
            "outlineLvl": (self.outline, None),
            "numId": (self.number, None),
            "ilvl": (self.number_level, None),
            "r": (self.begin_run, None),
            "rStyle": (self.run_style, None),
            "rFonts": (self.run_fonts, None),
            "vertAlign": (self.run_position, None),
            "t": (self.begin_text, self.end_text),
            "sym": (self.symbol, None),
            "tab": (self.insert("\t"), None),
            "ptab": (self.insert("\t"), None),
            "br": (self.insert("\n"), None),
            "cr": (self.insert("\n"), None),
            "noBreakHyphen": (self.insert("-"), None),
            "del": (self.begin_deleted, self.end_deleted),
            "delText": (self.deleted_text, None),
            "rt": (self.begin_reading, self.end_hidden),
            "fldChar": (self.field_mark, None),
            "instrText": (self.begin_code, self.end_code),
            "listEntry": (lambda entry: fields.add_choice(value(entry, "val")), None),
            "result": (lambda choice: fields.choose(value(choice, "val")), None),
            "ddList": (lambda _: fields.begin_choices(), self.end_choices),
            "txbxContent": (lambda _: flow.begin_aside(), self.end_box),
            "tbl": (lambda _: flow.begin_table(), flow.end_table),
            "tr": (lambda _: flow.begin_row(), None),
            "trPr": (self.row_properties, self.end_row_properties),
            "tc": (lambda _: flow.begin_cell(), flow.end_cell),
            "showingPlcHdr": (self.shows_placeholder, None),
            "sdtContent": (self.begin_control, self.end_control),
            "chart": (self.drawing, None),
            "relIds": (self.drawing, None),
            "docPr": (self.picture, None),
            "cNvPr": (self.picture, None),
            "shape": (self.old_picture, None),
            "textpath": (self.old_picture, None),
            "altChunk": (self.chunk, None),
            "subDoc": (self.outside_document, None),
        }
        for kind in NOTES.values():
            elements[kind] = (self.begin_note(kind), self.end_note)
            elements[f"{kind}Reference"] = (self.refer(kind), None)
        xml_events.parse(parts.archive.chunks(part), elements, self.text, SKIPPED)
        flow.end_paragraph()

    def text(self, words: str) -> None:
        if self.in_text:
            if self.font or not words.isascii():
                words, unnamed = signs(self.font, words)
                self.left_out.add(Part.CHARACTER, unnamed)
            if self.raised:
                self.flow.raised(words)
            else:
                self.flow.words(words)
        elif self.in_code:
            self.fields.add_code(words)

    def begin_text(self, _: Attributes) -> None:
        self.in_text = not self.hidden_depth

    def end_text(self) -> None:
        self.in_text = False

    def begin_paragraph(self, _: Attributes) -> None:
        self.level = 0
        self.style_id, self.paragraph_style = "", _PLAIN
        self.list_id = self.list_level = None
        self.was_index, self.in_index = self.in_index, False
        self.flow.begin_paragraph()

    def begin_properties(self, _: Attributes) -> None:
        self.in_paragraph_properties = True

    def end_properties(self) -> None:
        """Number the paragraph, once all that decides on its number is known."""
        self.in_paragraph_properties = False
        style = self.paragraph_style
        list_id = style.list_id if self.list_id is None else self.list_id
        if list_id and list_id != "0" and not self.in_index:
            level = self.list_level
            if level is None:
                level = style.list_level
            if level is None:
                level = self.counters.level_of(list_id, self.style_id)
            if label := self.counters.label(list_id, level):
                self.flow.label(label)

    def style(self, attributes: Attributes) -> None:
        self.style_id = value(attributes, "val")
        style = self.parts.styles.get(self.style_id)
        if style is not None:
            self.paragraph_style = style
            self.level = style.level
            self.flow.mark(style.kind, style.level)
            if not style.kind:
                self.in_index = True
                self.left_out.add(Part.INDEX, not self.was_index)

    def outline(self, attributes: Attributes) -> None:
        self.level = outline_level(value(attributes, "val"))
        self.flow.mark("paragraph", self.level)

    def number(self, attributes: Attributes) -> None:
        self.list_id = value(attributes, "val")
        if not self.level and not self.in_index:
            # List number 0 takes a paragraph out of the list that its style puts it in.
            self.flow.mark("paragraph" if self.list_id == "0" else "list")

    def number_level(self, attributes: Attributes) -> None:
        level = value(attributes, "val")
        self.list_level = int(level) if level in set("012345678") else None

    def begin_run(self, _: Attributes) -> None:
        style = self.paragraph_style
        self.font, self.raised = style.font, style.raised

    def run_style(self, attributes: Attributes) -> None:
        style = self.parts.styles.get(value(attributes, "val"))
        if style is not None and not self.in_paragraph_properties:
            self.font, self.raised = style.font or self.font, style.raised or self.raised

    def run_fonts(self, attributes: Attributes) -> None:
        if not self.in_paragraph_properties:
            self.font = symbol_font_of(attributes)

    def run_position(self, attributes: Attributes) -> None:
        if not self.in_paragraph_properties:
            self.raised = value(attributes, "val") == "superscript"

    def symbol(self, attributes: Attributes) -> None:
        """Add a sign that is stored as a font and a character's number."""
        if self.hidden_depth:
            return
        code = value(attributes, "char")
        try:
            character = chr(int(code, 16))
        except (ValueError, OverflowError):
            self.left_out.add(Part.CHARACTER)
            return
        words, unnamed = signs(value(attributes, "font"), character)
        self.left_out.add(Part.CHARACTER, unnamed)
        self.flow.words(words)

    def insert(self, mark: str) -> Begin:
        """A call that puts this mark between the words."""

        def insert(_: Attributes) -> None:
            if not self.hidden_depth:
                self.flow.words(mark)

        return insert

    def begin_deleted(self, _: Attributes) -> None:
        if self.in_row_properties:
            self.flow.drop_row()
            self.left_out.add(Part.DELETED)
        self.hidden_depth += 1
        self.deleted_words = False

    def end_deleted(self) -> None:
        self.end_hidden()
        self.left_out.add(Part.DELETED, self.deleted_words)
        self.deleted_words = False

    def deleted_text(self, _: Attributes) -> None:
        self.deleted_words = True

    def end_hidden(self) -> None:
        self.hidden_depth -= 1

    def begin_reading(self, _: Attributes) -> None:
        """Begin a reading in small type above its characters, which would part the words."""
        self.left_out.add(Part.READING)
        self.hidden_depth += 1

    def field_mark(self, attributes: Attributes) -> None:
        """Take a field's beginning, middle or end, and add words that stand in its code alone."""
        shown = self.fields.mark(value(attributes, "fldCharType"))
        if shown is not None and not self.hidden_depth:
            self.left_out.add(Part.CHARACTER, shown[1])
            self.flow.words(shown[0])

    def begin_code(self, _: Attributes) -> None:
        self.in_code = True

    def end_code(self) -> None:
        self.in_code = False

    def end_choices(self) -> None:
        """Add the chosen entry of a form's list, which no run repeats."""
        if not self.hidden_depth:
            self.flow.words(self.fields.chosen())

    def row_properties(self, _: Attributes) -> None:
        self.in_row_properties = True

    def end_row_properties(self) -> None:
        self.in_row_properties = False

    def end_box(self) -> None:
        self.flow.hang(self.flow.end_aside())

    def drawing(self, attributes: Attributes) -> None:
        """Add the words of a chart or diagram, which stand in a part of their own."""
        drawings = self.drawings
        for part in {drawings[text] for text in attributes.values() if text in drawings}:
            for shape in shapes(self.parts.archive, part, self.left_out):
                self.flow.hang(list(shape.stretches))

    def picture(self, attributes: Attributes) -> None:
        """Add what a picture is said to show."""
        self.hang_description(description(attributes))

    def old_picture(self, attributes: Attributes) -> None:
        """Add the words of an older drawing: its description, or letters that are drawn."""
        self.hang_description(
            description({"descr": value(attributes, "alt") or value(attributes, "string")})
        )

    def hang_description(self, words: str) -> None:
        # The frame and the picture in it mostly have the same description.
        if words and words != self.pictured and not self.hidden_depth:
            self.flow.hang([Stretch("paragraph", words)])
        self.pictured = words or self.pictured

    def chunk(self, attributes: Attributes) -> None:
        """Add text that is stored in another format, as HTML for example."""
        part = self.chunks.get(value(attributes, "id"))
        if part is None:
            self.left_out.add(Part.FILE)
        else:
            name = self.parts.chunk_name(part)
            self.flow.end_paragraph()
            self.flow.hang(self.parts.embedded.part(self.parts.archive, part, name))

    def outside_document(self, _: Attributes) -> None:
        self.left_out.add(Part.FILE)

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
            # A note is added once: a small file may refer to it any number of times.
            note = self.pending_notes.pop((kind, value(attributes, "id")), [])
            if not self.hidden_depth:
                self.flow.hang(note)
            elif note:
                self.left_out.add(Part.DELETED)

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
