"""Presentations (PPTX): each slide is a page with its title as heading.

The page holds the slide's text, tables, charts and diagrams, then its speaker notes and comments,
and the files that are embedded in it.
"""

from __future__ import annotations

from ...documents import Document
from .. import xml_events
from ..archive import Archive
from ..flow import Flow, Stretch
from ..title import stem
from ..xml_events import Attributes
from . import ooxml
from .drawing import shapes
from .embedded import RELATIONS, Embedded, Enclosed
from .slide import add_slide

SUFFIXES = (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm")

TITLES = ("title", "ctrTitle")

MARGINS = ("ftr", "hdr")
"""Roles of footers and headers: each text is kept on the first slide that shows it."""

LEFT_OUT = ("sldNum", "dt", "sldImg")
"""Roles of slide numbers, dates and pictures of slides."""

NOTES = ("notesSlide", "comments")
"""Kinds of relation from a slide to its speaker notes and comments."""


def read(data: bytes, path: str, enclosed: Enclosed | None = None) -> Document:
    """The document in a presentation; its `pages` are the slides.

    `enclosed` reads the files that lie inside it.

    Raises Unreadable where the presentation is damaged, encrypted, too large or holds no text.
    """
    archive = Archive(data)
    flow = Flow()
    embedded = Embedded(flow, enclosed)
    title = ""
    seen: set[str] = set()
    for part in _slides(archive):
        # Take the texts of the slide, without those that repeat a footer or header seen before.
        shown = [
            shape
            for shape in shapes(archive, part, flow.left_out)
            if shape.role not in LEFT_OUT and shape.words not in seen
        ]
        seen |= {shape.words for shape in shown if shape.role in MARGINS}
        heading = next((shape.words for shape in shown if shape.role in TITLES), "")
        title = title or heading
        # The notes and comments stand in parts of their own.
        relations = ooxml.relations(archive, part)
        note_parts = [relation.part for relation in relations if relation.kind in NOTES]
        notes = [
            shape
            for note_part in note_parts
            for shape in shapes(archive, note_part, flow.left_out)
            if shape.role not in (*LEFT_OUT, *MARGINS)
        ]
        body = [
            stretch for shape in shown if shape.role not in TITLES for stretch in shape.stretches
        ]
        note_texts = [stretch.text for shape in notes for stretch in shape.stretches]
        files = [relation.part for relation in relations if relation.kind in RELATIONS]
        add_slide(
            flow,
            heading,
            body,
            [
                *(Stretch("paragraph", text) for text in note_texts),
                *(stretch for file in files for stretch in embedded.part(archive, file)),
            ],
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
        # The relation's id has a prefix; the plain attribute `id` is the slide's own number.
        ids.extend(text for name, text in attributes.items() if name.endswith(":id"))

    xml_events.parse(archive.chunks(main), {"sldId": (take, None)}, lambda _: None)
    return [parts[relation_id] for relation_id in ids if relation_id in parts]
