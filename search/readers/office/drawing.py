"""The text of shapes, tables, charts and diagrams.

PowerPoint, Word and Excel share one kind of XML for these (DrawingML).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .. import xml_events
from ..archive import Archive
from ..flow import Flow, Stretch
from ..left_out import LeftOut, Part
from ..symbol_font import PRIVATE_SIGNS, is_symbol_font, signs
from ..xml_events import Attributes, Calls, value
from . import ooxml
from .cell_values import unescaped

_FILE_NAME = re.compile(
    r".*[^\s.]\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp|heic|pdf)", re.IGNORECASE
)

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


def shapes(archive: Archive, part: str, left_out: LeftOut) -> list[Shape]:
    """The shapes of a part that have words, in order.

    The last of them hold the text outside every shape, and the words of the part's charts and
    diagrams. What is left out is counted in `left_out`.
    """
    drawing = _Drawing(archive, part, left_out)
    chart_parts = [
        relation.part for relation in ooxml.relations(archive, part) if relation.kind in DRAWINGS
    ]
    # A chart repeats the names of its categories for each of its series: each is kept once.
    outside_shapes = [
        dict.fromkeys(source.flow.stretches)
        for source in (drawing, *(_Drawing(archive, name, left_out) for name in chart_parts))
    ]
    all_shapes = [*drawing.shapes, *(Shape("", tuple(stretches)) for stretches in outside_shapes)]
    return [shape for shape in all_shapes if shape.stretches]


def description(attributes: Attributes) -> str:
    """What a picture is said to show, by its properties; the name of a file says nothing.

    >>> description({"descr": "Map of  the sluices"}), description({"descr": "map 1.png"})
    ('Map of the sluices', '')
    """
    words = " ".join((attributes.get("descr") or attributes.get("title") or "").split())
    return "" if _FILE_NAME.fullmatch(words) else words


class _Drawing:
    """One part with shapes, parsed when this object is made.

    `shapes` hold the text inside shapes, `flow` the text outside them.
    """

    def __init__(self, archive: Archive, part: str, left_out: LeftOut) -> None:
        self.flow = flow = Flow(left_out)
        self.left_out = left_out
        self.shapes: list[Shape] = []
        self.role = ""
        self.in_text = False
        self.in_names = False
        self.font = self.font_of_signs = ""
        self.raised = False
        self.has_series = False
        elements: dict[str, Calls] = {
            "sp": (self.begin_shape, self.end_shape),
            "graphicFrame": (self.begin_shape, self.end_shape),
            "ph": (self.placeholder, None),
            "p": (self.begin_paragraph, flow.end_paragraph),
            "r": (self.begin_run, None),
            "fld": (self.begin_run, None),
            "rPr": (self.run_properties, None),
            "latin": (self.run_font, None),
            "sym": (self.run_signs, None),
            "cNvPr": (self.picture, None),
            "ser": (self.series, None),
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
        left_out.add(Part.CHART, self.has_series)

    def text(self, words: str) -> None:
        if not self.in_text:
            return
        if self.font or not words.isascii():
            words = self.shown(words)
        if "_x" in words:
            words = unescaped(words)
        if self.raised:
            self.flow.raised(words)
        else:
            self.flow.words(words)

    def shown(self, words: str) -> str:
        """The words as the fonts of their run show them."""
        if self.font_of_signs and not self.font:
            words = PRIVATE_SIGNS.sub(
                lambda match: signs(self.font_of_signs, match[0])[0] or match[0], words
            )
        words, unnamed = signs(self.font, words)
        self.left_out.add(Part.CHARACTER, unnamed)
        return words

    def begin_run(self, _: Attributes) -> None:
        self.font, self.font_of_signs, self.raised = "", "", False

    def run_properties(self, attributes: Attributes) -> None:
        baseline = attributes.get("baseline", "")
        # The distance is in thousandths of a per cent, or written with a percent sign.
        self.raised = baseline[:1].isdigit() and baseline.strip("0%") != ""

    def run_font(self, attributes: Attributes) -> None:
        font = attributes.get("typeface", "")
        self.font = font if is_symbol_font(font) else ""

    def run_signs(self, attributes: Attributes) -> None:
        font = attributes.get("typeface", "")
        self.font_of_signs = font if is_symbol_font(font) else ""

    def picture(self, attributes: Attributes) -> None:
        """Add what a picture is said to show."""
        if words := description(attributes):
            self.flow.hang([Stretch("paragraph", words)])

    def series(self, _: Attributes) -> None:
        self.has_series = True

    def begin_shape(self, _: Attributes) -> None:
        self.role = ""
        self.flow.begin_aside()

    def end_shape(self) -> None:
        self.shapes.append(Shape(self.role, tuple(self.flow.end_aside())))

    def placeholder(self, attributes: Attributes) -> None:
        # A placeholder without a type is the body of the slide.
        self.role = value(attributes, "type") or "body"

    def begin_paragraph(self, _: Attributes) -> None:
        self.begin_run(_)
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
