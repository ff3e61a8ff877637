"""The text of OpenDocument files: headings, paragraphs, lists and tables, notes and text boxes behind what they hang on."""

from __future__ import annotations

import re

from ..flow import Flow, Stretch, signed
from ..xml_events import Attributes, Calls, value

SKIPPED = (
    *(
        "tracked-changes",
        "note-citation",
        "ruby-text",
        "forms",
        "binary-data",
        "table-of-content",
        "table-index",
    ),
    *("alphabetical-index", "illustration-index", "object-index", "user-index", "bibliography"),
)
SHAPES = (
    *(
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
    ),
    *("caption", "regular-polygon", "measure"),
)
TITLE_STYLE = "Title"
MAX_SPACES = 100

_SPACE = re.compile(r"[ \t\r\n]+")


class Story:
    """Takes the elements of one part: `elements` and `text` are for xml_events.parse, with SKIPPED."""

    def __init__(self) -> None:
        self.flow = flow = Flow()
        self.parents: dict[str, str] = {}
        self.lists = 0
        self.words: list[str] | None = None
        self.author = ""
        item = (self._begin_item, self._end_item)
        remark = (self._begin_remark, self._end_remark)
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
            **dict.fromkeys(("title", "desc", "date", "creator-initials"), remark),
            "creator": (self._begin_remark, self._end_creator),
            "table": (self._begin_table, self._end_table),
            "table-row": (self._begin_row, self._end_row),
            "table-cell": cell,
            "covered-table-cell": cell,
        }

    def text(self, words: str) -> None:
        """Take characters; a run of white space is one space, as in HTML."""
        if self.words is not None:
            self.words.append(words)
        else:
            self.flow.words(_SPACE.sub(" ", words))

    def _style(self, attributes: Attributes) -> None:
        self.parents[value(attributes, "name")] = value(attributes, "parent-style-name")

    def _begin_paragraph(self, attributes: Attributes) -> None:
        style = value(attributes, "style-name")
        if style == TITLE_STYLE or self.parents.get(style) == TITLE_STYLE:
            self.flow.begin_paragraph("title", 1)
        else:
            self.flow.begin_paragraph("list" if self.lists else "paragraph")

    def _begin_heading(self, attributes: Attributes) -> None:
        level = value(attributes, "outline-level")
        self.flow.begin_paragraph("heading", min(max(int(level), 1), 6) if level.isdecimal() else 1)

    def _spaces(self, attributes: Attributes) -> None:
        count = value(attributes, "c")
        self.flow.words(" " * (min(int(count), MAX_SPACES) if count.isdecimal() else 1))

    def _begin_item(self, _: Attributes) -> None:
        self.lists += 1

    def _end_item(self) -> None:
        self.lists -= 1

    def _begin_aside(self, _: Attributes) -> None:
        self.author = ""
        self.flow.begin_aside()

    def _end_aside(self) -> None:
        self.flow.hang(self.flow.end_aside())

    def _end_annotation(self) -> None:
        self.flow.hang(self._end_comment())

    def _end_comment(self) -> list[Stretch]:
        """What a comment holds that ends here, after the name of its author."""
        return signed(self.author, self.flow.end_aside())

    def _begin_remark(self, _: Attributes) -> None:
        """What describes a picture or a comment is no text of the paragraph that it stands in."""
        self.words = []

    def _end_remark(self) -> None:
        self.words = None

    def _end_creator(self) -> None:
        self.author = "".join(self.words or ()).strip()
        self.words = None

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
