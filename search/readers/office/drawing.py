"""Text in shapes, tables, charts and diagrams, in the XML that PowerPoint, Word and Excel share for them."""

from __future__ import annotations

from dataclasses import dataclass

from .. import xml_events
from ..archive import Archive
from ..flow import Flow, Stretch
from ..xml_events import Attributes, Calls, value
from . import ooxml

DRAWN = ("chart", "diagramData")
"""Kinds of relation to a part that holds a drawing's words."""

SKIPPED = ("tabLst", "Fallback", "numCache", "numLit")


@dataclass(frozen=True, slots=True)
class Shape:
    """What one shape says. `role` is that of a slide's placeholder, such as "title" or "sldNum", empty where it is none."""

    role: str
    held: tuple[Stretch, ...]

    @property
    def words(self) -> str:
        """All of it on one line."""
        return " ".join(" ".join(part.text for part in self.held).split())


def shapes(archive: Archive, part: str) -> list[Shape]:
    """The shapes of a part that have words, in order; last what stands in no shape, and the charts and diagrams shown in it."""
    drawing = _Drawing(archive, part)
    beside = [
        relation.part for relation in ooxml.relations(archive, part) if relation.kind in DRAWN
    ]
    # A chart says the names of its categories once for each of its series.
    loose = [
        dict.fromkeys(one.flow.stretches)
        for one in (drawing, *(_Drawing(archive, name) for name in beside))
    ]
    found = [*drawing.shapes, *(Shape("", tuple(stretches)) for stretches in loose)]
    return [shape for shape in found if shape.held]


class _Drawing:
    """One part with shapes. Parsed when made."""

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
            "text": (self.begin_remark, self.end_remark),
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
        # The body of a slide is the placeholder that need not say what it is.
        self.role = value(attributes, "type") or "body"

    def begin_paragraph(self, _: Attributes) -> None:
        self.flow.begin_paragraph("list" if self.role == "body" else "paragraph")

    def begin_text(self, _: Attributes) -> None:
        self.in_text = True

    def end_text(self) -> None:
        self.in_text = False

    def line_break(self, _: Attributes) -> None:
        self.flow.words("\n")

    def begin_remark(self, attributes: Attributes) -> None:
        """A comment in its older form has its words directly in it."""
        self.flow.begin_paragraph()
        self.in_text = True

    def end_remark(self) -> None:
        self.in_text = False
        self.flow.end_paragraph()

    def begin_names(self, _: Attributes) -> None:
        """The names of a chart's series or categories; its numbers are left out."""
        self.in_names = True
        self.flow.begin_paragraph()

    def end_names(self) -> None:
        self.in_names = False
        self.flow.end_paragraph()

    def begin_name(self, _: Attributes) -> None:
        if self.in_names:
            self.flow.words("\n")
            self.in_text = True
