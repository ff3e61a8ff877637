"""The text of OpenDocument files: headings, paragraphs, lists and tables.

Notes and text boxes come behind the paragraph that they belong to.
"""

from __future__ import annotations

import re

from ..flow import Flow, Stretch, signed
from ..xml_events import Attributes, Calls, value

SKIPPED = (
    "tracked-changes",
    "note-citation",
    "ruby-text",
    "forms",
    "binary-data",
    "table-of-content",
    "table-index",
    "alphabetical-index",
    "illustration-index",
    "object-index",
    "user-index",
    "bibliography",
)
"""Elements that are left out with all that they hold."""

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

TITLE_STYLE = "Title"
MAX_SPACES = 100

_SPACE = re.compile(r"[ \t\r\n]+")


class Story:
    """Takes the elements of one part and puts their text into `flow`.

    `elements` and `text` are the calls that xml_events.parse makes, with SKIPPED as skipped.
    """

    def __init__(self) -> None:
        self.flow = flow = Flow()
        self.parent_styles: dict[str, str] = {}
        self.list_depth = 0
        self.description: list[str] | None = None
        self.author = ""
        item = (self._begin_item, self._end_item)
        description = (self._begin_description, self._end_description)
        cell = (self._begin_cell, self._end_cell)
        self.elements: dict[str, Calls] = {
            "style": (self._style, None),
            "p": (self._begin_paragraph, flow.end_paragraph),
            "h": (self._begin_heading, flow.end_paragraph),
            "s": (self._spaces, None),
            "tab": (lambda _: flow.words("\t"), None),
            "line-break": (lambda _: flow.words("\n"), None),
            "list-item": item,
            "list-header": item,
            **dict.fromkeys((*SHAPES, "note-body"), (self._begin_aside, self._end_aside)),
            "annotation": (self._begin_aside, self._end_annotation),
            **dict.fromkeys(("title", "desc", "date", "creator-initials"), description),
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
        else:
            self.flow.words(_SPACE.sub(" ", words))

    def _style(self, attributes: Attributes) -> None:
        self.parent_styles[value(attributes, "name")] = value(attributes, "parent-style-name")

    def _begin_paragraph(self, attributes: Attributes) -> None:
        style = value(attributes, "style-name")
        if style == TITLE_STYLE or self.parent_styles.get(style) == TITLE_STYLE:
            self.flow.begin_paragraph("title", 1)
        else:
            self.flow.begin_paragraph("list" if self.list_depth else "paragraph")

    def _begin_heading(self, attributes: Attributes) -> None:
        level = value(attributes, "outline-level")
        self.flow.begin_paragraph("heading", min(max(int(level), 1), 6) if level.isdecimal() else 1)

    def _spaces(self, attributes: Attributes) -> None:
        count = value(attributes, "c")
        self.flow.words(" " * (min(int(count), MAX_SPACES) if count.isdecimal() else 1))

    def _begin_item(self, _: Attributes) -> None:
        self.list_depth += 1

    def _end_item(self) -> None:
        self.list_depth -= 1

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
