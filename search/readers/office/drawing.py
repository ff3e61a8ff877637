"""The text of shapes, tables, charts and diagrams.

PowerPoint, Word and Excel share one kind of XML for these (DrawingML).
"""

from __future__ import annotations

from dataclasses import dataclass

from .. import xml_events
from ..archive import Archive
from ..flow import Flow, Stretch
from ..xml_events import Attributes, Calls, value
from . import ooxml

DRAWINGS = ("chart", "diagramData")
"""Kinds of relation to a part that holds the words of a chart or diagram."""

# Tab stops, the numbers of charts, and the copy of a shape that is meant for older programs.
SKIPPED = ("tabLst", "Fallback", "numCache", "numLit")


@dataclass(frozen=True, slots=True)
class Shape:
    """The text of one shape.

    `role` is the type of a slide's placeholder, such as "title" or "sldNum", else empty.
    """

    role: str
    stretches: tuple[Stretch, ...]

    @property
    def words(self) -> str:
        """The whole text on one line."""
        return " ".join(" ".join(stretch.text for stretch in self.stretches).split())


def shapes(archive: Archive, part: str) -> list[Shape]:
    """The shapes of a part that have words, in order.

    The last of them hold the text outside every shape, and the words of the part's charts and
    diagrams.
    """
    drawing = _Drawing(archive, part)
    chart_parts = [
        relation.part for relation in ooxml.relations(archive, part) if relation.kind in DRAWINGS
    ]
    # A chart repeats the names of its categories for each of its series: each is kept once.
    outside_shapes = [
        dict.fromkeys(source.flow.stretches)
        for source in (drawing, *(_Drawing(archive, name) for name in chart_parts))
    ]
    all_shapes = [*drawing.shapes, *(Shape("", tuple(stretches)) for stretches in outside_shapes)]
    return [shape for shape in all_shapes if shape.stretches]


class _Drawing:
    """One part with shapes, parsed when this object is made.

    `shapes` hold the text inside shapes, `flow` the text outside them.
    """

    def __init__(self, archive: Archive, part: str) -> None:
        self.flow = flow = Flow()
        self.shapes: list[Shape] = []
        self.role = ""
        self.in_text = False
        self.in_names = False
        elements: dict[str, Calls] = {
            "sp": (self.begin_shape, self.end_shape),
            "graphicFrame": (self.begin_shape, self.end_shape),
            "ph": (self.placeholder, None),
            "p": (self.begin_paragraph, flow.end_paragraph),
            "t": (self.begin_text, self.end_text),
            "br": (self.line_break, None),
            "tbl": (lambda _: flow.begin_table(), flow.end_table),
            "tr": (lambda _: flow.begin_row(), None),
            "tc": (lambda _: flow.begin_cell(), flow.end_cell),
            "text": (self.begin_comment, self.end_comment),
            "strCache": (self.begin_names, self.end_names),
            "strLit": (self.begin_names, self.end_names),
            "v": (self.begin_name, self.end_text),
        }
        xml_events.parse(archive.chunks(part), elements, self.text, SKIPPED)
        flow.end_paragraph()

    def text(self, words: str) -> None:
        if self.in_text:
            self.flow.words(words)

    def begin_shape(self, _: Attributes) -> None:
        self.role = ""
        self.flow.begin_aside()

    def end_shape(self) -> None:
        self.shapes.append(Shape(self.role, tuple(self.flow.end_aside())))

    def placeholder(self, attributes: Attributes) -> None:
        # A placeholder without a type is the body of the slide.
        self.role = value(attributes, "type") or "body"

    def begin_paragraph(self, _: Attributes) -> None:
        self.flow.begin_paragraph("list" if self.role == "body" else "paragraph")

    def begin_text(self, _: Attributes) -> None:
        self.in_text = True

    def end_text(self) -> None:
        self.in_text = False

    def line_break(self, _: Attributes) -> None:
        self.flow.words("\n")

    def begin_comment(self, _: Attributes) -> None:
        """Begin a comment in its older form, whose words stand directly in this element."""
        self.flow.begin_paragraph()
        self.in_text = True

    def end_comment(self) -> None:
        self.in_text = False
        self.flow.end_paragraph()

    def begin_names(self, _: Attributes) -> None:
        """Begin the names of a chart's series or categories. The chart's numbers are left out."""
        self.in_names = True
        self.flow.begin_paragraph()

    def end_names(self) -> None:
        self.in_names = False
        self.flow.end_paragraph()

    def begin_name(self, _: Attributes) -> None:
        if self.in_names:
            self.flow.words("\n")
            self.in_text = True
