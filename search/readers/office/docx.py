"""Word documents (DOCX): the body with its headings, lists, tables, text boxes, notes and comments.

A note or comment stands where the body refers to it. Inserted text is kept and deleted text is
left out. Headers and footers are kept once, tables of contents not at all. Embedded files follow
at the end. This reader parses the XML itself, because python-docx passes over notes, text boxes,
tracked changes, content controls and nested tables.
"""

from __future__ import annotations

from ...documents import Document
from ..archive import Archive
from ..flow import Flow, Stretch
from ..title import stem
from . import ooxml
from .embedded import RELATIONS, Embedded, Enclosed
from .word_parts import word_parts
from .word_story import NOTES, Notes, story

SUFFIXES = (".docx", ".docm", ".dotx", ".dotm")


def read(data: bytes, path: str, enclosed: Enclosed | None = None) -> Document:
    """The document in a Word file. `enclosed` reads the files that lie inside it.

    Raises Unreadable where the file is damaged, encrypted, too large or holds no text.
    """
    archive = Archive(data)
    main = ooxml.main_part(archive, "word/document.xml")
    relations = ooxml.relations(archive, main)
    flow = Flow()
    parts = word_parts(archive, relations, flow.left_out, Embedded(flow, enclosed))
    # Read the parts around the body: the notes, and each header and footer once.
    notes: Notes = {}
    margins: dict[str, dict[tuple[str, ...], list[Stretch]]] = {"header": {}, "footer": {}}
    for relation in relations:
        if relation.kind in NOTES:
            notes |= story(parts, relation.part)[1]
        elif relation.kind in margins:
            stretches = [
                Stretch("paragraph", stretch.text) for stretch in story(parts, relation.part)[0]
            ]
            words = tuple(stretch.text for stretch in stretches)
            margins[relation.kind].setdefault(words, stretches)
    # Read the body, which takes the notes and drawings that it refers to. A note that nothing
    # refers to comes after the body.
    body, _ = story(parts, main, notes)
    flow.stretches += body
    flow.stretches += [stretch for note in notes.values() for stretch in note]
    # Choose the title before the headers are added in front of the text.
    title = next(
        (stretch.text for stretch in body if stretch.kind == "title"), ""
    ) or ooxml.property_title(archive)
    heading = next((stretch.text for stretch in body if stretch.level), "")
    flow.stretches[:0] = [
        stretch for stretches in margins["header"].values() for stretch in stretches
    ]
    flow.stretches += [stretch for stretches in margins["footer"].values() for stretch in stretches]
    beside = [part.part for part in relations if part.kind in NOTES or part.kind in margins]
    for name in dict.fromkeys((main, *beside)):
        for relation in ooxml.relations(archive, name):
            if relation.kind in RELATIONS:
                flow.stretches += parts.embedded.part(archive, relation.part)
    return flow.document(path, "docx", title or heading or stem(path))
