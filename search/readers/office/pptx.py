"""Presentations (PPTX): each slide a page with its title as heading, its text, tables, charts and diagrams, speaker notes and comments."""

from __future__ import annotations

from ...documents import Document
from .. import xml_events
from ..archive import Archive
from ..flow import Flow, Stretch
from ..title import stem
from ..xml_events import Attributes
from . import ooxml
from .drawing import shapes
from .slide import add_slide

SUFFIXES = (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm")

TITLES = ("title", "ctrTitle")
REPEATED = ("ftr", "hdr")
UNSEEN = ("sldNum", "dt", "sldImg")
BEHIND = ("notesSlide", "comments")
"""Kinds of relation from a slide to what is told with it."""


def read(data: bytes, path: str) -> Document:
    """The document in a presentation; `pages` are its slides. Raises Unreadable where it is damaged, encrypted, too large or holds no text."""
    archive = Archive(data)
    flow = Flow()
    title = ""
    seen: set[str] = set()
    for part in _slides(archive):
        shown = [
            shape
            for shape in shapes(archive, part)
            if shape.role not in UNSEEN and shape.words not in seen
        ]
        seen |= {shape.words for shape in shown if shape.role in REPEATED}
        heading = next((shape.words for shape in shown if shape.role in TITLES), "")
        title = title or heading
        behind = [
            relation.part for relation in ooxml.relations(archive, part) if relation.kind in BEHIND
        ]
        told = [
            shape
            for beside in behind
            for shape in shapes(archive, beside)
            if shape.role not in (*UNSEEN, *REPEATED)
        ]
        add_slide(
            flow,
            heading,
            [stretch for shape in shown if shape.role not in TITLES for stretch in shape.held],
            [Stretch("paragraph", stretch.text) for shape in told for stretch in shape.held],
        )
    return flow.document(path, "pptx", title or ooxml.property_title(archive) or stem(path))


def _slides(archive: Archive) -> list[str]:
    """The parts of the slides in the order of the show."""
    main = ooxml.main_part(archive, "ppt/presentation.xml")
    parts = {
        relation.id: relation.part
        for relation in ooxml.relations(archive, main)
        if relation.kind == "slide"
    }
    ids: list[str] = []

    def take(attributes: Attributes) -> None:
        # The slide's own number is its plain attribute `id`, which has no prefix.
        ids.extend(found for name, found in attributes.items() if name.endswith(":id"))

    xml_events.parse(archive.chunks(main), {"sldId": (take, None)}, lambda _: None)
    return [parts[name] for name in ids if name in parts]
