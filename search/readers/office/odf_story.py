"""The text of OpenDocument files: headings, paragraphs, lists and tables.

Notes and text boxes come behind the paragraph that they belong to.
"""

from __future__ import annotations

import re

from ..flow import Flow, Stretch, signed
from ..left_out import Part
from ..symbol_font import signs
from ..xml_events import Attributes, Begin, Calls, value
from .drawing import description
from .odf_objects import Objects
from .odf_styles import PLAIN, Styles

COUNTED = {
    "deletion": Part.DELETED,
    "cell-content-change": Part.DELETED,
    "ruby-text": Part.READING,
    "form": Part.FORM,
    "table-of-content": Part.INDEX,
    "table-index": Part.INDEX,
    "alphabetical-index": Part.INDEX,
    "illustration-index": Part.INDEX,
    "object-index": Part.INDEX,
    "user-index": Part.INDEX,
}
"""Elements that are left out with all that they hold, and as what each of them is counted."""

SKIPPED = (*COUNTED, "change-info", "note-citation", "binary-data", "bibliography-source")
"""Elements that are left out, also those that hold no text of the document."""

SHAPES = (
    "text-box",
    "custom-shape",
    "rect",
    "ellipse",
    "circle",
    "line",
    "polyline",
    "polygon",
    "path",
    "connector",
    "caption",
    "regular-polygon",
    "measure",
)
"""Elements whose text comes behind the paragraph that they belong to."""

MAX_SPACES = 100

_SPACE = re.compile(r"[ \t\r\n]+")


class Story:
    """Takes the elements of one part and puts their text into `flow`.

    `elements` and `text` are the calls that xml_events.parse makes, with SKIPPED as skipped.
    """

    def __init__(self, styles: Styles, objects: Objects) -> None:
        self.flow = flow = Flow(objects.left_out)
        self.styles = styles
        self.lists = styles.new_lists()
        self.objects = objects
        self.looks = [PLAIN]
        self.is_shown = False
        self.description: list[str] | None = None
        self.author = ""
        unseen = (self._begin_description, self._end_description)
        cell = (self._begin_cell, self._end_cell)
        self.elements: dict[str, Calls] = {
            **styles.elements(),
            **self.lists.elements(),
            **{name: (self._counting(part), None) for name, part in COUNTED.items()},
            **dict.fromkeys(("body", "master-styles"), (self._begin_shown, None)),
            "p": (self._begin_paragraph, self._end_paragraph),
            "h": (self._begin_heading, self._end_paragraph),
            "s": (self._spaces, None),
            "tab": (lambda _: flow.words("\t"), None),
            "line-break": (lambda _: flow.words("\n"), None),
            "span": (self._begin_span, self._end_span),
            "number": (self._begin_description, self._end_number),
            "object": (self._object, None),
            "object-ole": (self._object, None),
            **dict.fromkeys((*SHAPES, "note-body"), (self._begin_aside, self._end_aside)),
            "annotation": (self._begin_aside, self._end_annotation),
            **dict.fromkeys(("title", "desc"), (self._begin_description, self._end_alternative)),
            **dict.fromkeys(("date", "creator-initials"), unseen),
            "creator": (self._begin_description, self._end_creator),
            "table": (self._begin_table, self._end_table),
            "table-row": (self._begin_row, self._end_row),
            "table-cell": cell,
            "covered-table-cell": cell,
        }

    def text(self, words: str) -> None:
        """Take characters. A run of white space counts as one space, as in HTML."""
        if self.description is not None:
            self.description.append(words)
            return
        words = _SPACE.sub(" ", words)
        look = self.looks[-1]
        if look.font or not words.isascii():
            words, unnamed = signs(look.font or "", words)
            self.flow.left_out.add(Part.CHARACTER, unnamed)
        if look.raised:
            self.flow.raised(words)
        else:
            self.flow.words(words)

    def _counting(self, part: Part) -> Begin:
        """A call that counts an element of this kind as left out."""
        return lambda _: self.flow.left_out.add(part)

    def _begin_paragraph(self, attributes: Attributes) -> None:
        style = value(attributes, "style-name")
        if self.styles.is_title(style):
            self.flow.begin_paragraph("title", 1)
        else:
            self.flow.begin_paragraph("list" if self.lists.items else "paragraph")
        self.looks.append(self.styles.look(style) if style else PLAIN)
        if self.lists.items and (label := self.lists.label(style)):
            self.flow.label(label)

    def _begin_heading(self, attributes: Attributes) -> None:
        outline = value(attributes, "outline-level")
        level = min(max(int(outline), 1), 10) if outline.isdecimal() and len(outline) < 3 else 1
        self.flow.begin_paragraph("heading", min(level, 6))
        style = value(attributes, "style-name")
        self.looks.append(self.styles.look(style))
        label = self.lists.label(style) if self.lists.items else ""
        if label := label or self.lists.heading_label(attributes, level):
            self.flow.label(label)

    def _end_paragraph(self) -> None:
        self.looks.pop()
        self.flow.end_paragraph()

    def _begin_shown(self, _: Attributes) -> None:
        """Begin what pages show; before it stand the properties of a flat file."""
        self.is_shown = True

    def _begin_span(self, attributes: Attributes) -> None:
        style = value(attributes, "style-name")
        self.looks.append(self.styles.look(style, self.looks[-1]))

    def _end_span(self) -> None:
        self.looks.pop()

    def _end_number(self) -> None:
        """Take the number of an item or heading where the file itself states it."""
        words = "".join(self.description or ()).strip()
        self.description = None
        if words:
            self.flow.label(words)

    def _object(self, attributes: Attributes) -> None:
        """Add the text of an object, such as a chart, which stands in a part of its own."""
        if link := value(attributes, "href"):
            self._place(self.objects.stretches(link))

    def _place(self, aside: list[Stretch]) -> None:
        """Put an aside where it belongs: behind the open paragraph."""
        self.flow.hang(aside)

    def _end_alternative(self) -> None:
        """Add what a picture or drawing is said to show."""
        words = description({"descr": "".join(self.description or ())})
        self.description = None
        if words and self.is_shown:
            self._place([Stretch("paragraph", words)])

    def _spaces(self, attributes: Attributes) -> None:
        count = value(attributes, "c")
        self.flow.words(" " * (min(int(count), MAX_SPACES) if count.isdecimal() else 1))

    def _begin_aside(self, _: Attributes) -> None:
        self.author = ""
        self.flow.begin_aside()

    def _end_aside(self) -> None:
        self.flow.hang(self.flow.end_aside())

    def _end_annotation(self) -> None:
        self.flow.hang(self._end_comment())

    def _end_comment(self) -> list[Stretch]:
        """End a comment, and give its text after the name of its author."""
        return signed(self.author, self.flow.end_aside())

    def _begin_description(self, _: Attributes) -> None:
        """Begin a description of a picture or comment, apart from the paragraph around it."""
        self.description = []

    def _end_description(self) -> None:
        self.description = None

    def _end_creator(self) -> None:
        self.author = "".join(self.description or ()).strip()
        self.description = None

    def _begin_table(self, _: Attributes) -> None:
        self.flow.begin_table()

    def _end_table(self) -> None:
        self.flow.end_table()

    def _begin_row(self, _: Attributes) -> None:
        self.flow.begin_row()

    def _end_row(self) -> None:
        pass

    def _begin_cell(self, _: Attributes) -> None:
        self.flow.begin_cell()

    def _end_cell(self) -> None:
        self.flow.end_cell()
