"""Presentations of 1997 to 2003 (PPT): each slide a page with its title as heading and its text, then what stands in shapes and notes.

Follows Microsoft's description of the format, [MS-PPT]; olefile opens the container.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ..documents import Document
from .flow import Flow, Stretch
from .slide import add_slide
from .title import stem

# Types of records ([MS-PPT] 2.13.24).
LIST_OF_SLIDES, SLIDE, NEXT_SLIDE = 0x0FF0, 0x03EE, 0x03F3
NOTES, NOTES_OF = 0x03F0, 0x03F1
TEXT_ROLE, WIDE_TEXT, NARROW_TEXT = 0x0F9F, 0x0FA0, 0x0FA8
ROLES_OF_TITLES = (0, 6)
"""What a text of a slide is for: its title, or the title in its middle ([MS-PPT] 2.13.33)."""

_MARKS = {0x0B: "\n", 0x0D: "\n"}


@dataclass(frozen=True, slots=True)
class _Record:
    kind: int
    instance: int
    start: int
    end: int
    holds: bool


def read(stream: bytes, path: str) -> Document:
    """The document in a container's stream `PowerPoint Document`; `pages` are its slides. Raises Unreadable where it holds no text."""
    slides: list[list[tuple[int, str]]] = []
    drawn: dict[str, None] = {}
    for record in _inside(stream, 0, len(stream)):
        if not record.holds:
            continue
        if record.kind == SLIDE or (record.kind == NOTES and not _is_master(stream, record)):
            drawn |= dict.fromkeys(text for slide in _outline(stream, record) for _, text in slide)
        for inner in _inside(stream, record.start, record.end):
            # Instance 0 lists the slides, 1 their masters, 2 their notes.
            if inner.kind == LIST_OF_SLIDES and inner.instance == 0:
                slides = _outline(stream, inner)
    flow = Flow()
    for slide in slides:
        title = next((text for role, text in slide if role in ROLES_OF_TITLES), "")
        shown = [Stretch("paragraph", text) for role, text in slide if role not in ROLES_OF_TITLES]
        add_slide(flow, " ".join(title.split()), shown, ())
    listed = {text for slide in slides for _, text in slide}
    headed = next((part.text for part in flow.stretches if part.level), "")
    flow.hang([Stretch("paragraph", text) for text in drawn if text not in listed and text != "*"])
    return flow.document(path, "ppt", headed or stem(path))


def _inside(stream: bytes, start: int, end: int) -> Iterator[_Record]:
    """The records that follow each other from `start` to `end`."""
    while start + 8 <= end:
        head, kind, length = struct.unpack_from("<HHI", stream, start)
        stop = min(start + 8 + length, end)
        yield _Record(kind, head >> 4, start + 8, stop, head & 15 == 15)
        start = stop


def _outline(stream: bytes, record: _Record) -> list[list[tuple[int, str]]]:
    """The texts in a record, each with its role, for each slide that begins in it."""
    slides: list[list[tuple[int, str]]] = [[]]
    role = -1
    place = record.start
    while place + 8 <= record.end:
        inner = next(_inside(stream, place, record.end))
        contents = b"" if inner.holds else stream[inner.start : inner.end]
        if inner.kind == NEXT_SLIDE:
            slides.append([])
        elif inner.kind == TEXT_ROLE:
            role = int.from_bytes(contents[:4], "little")
        elif inner.kind in (WIDE_TEXT, NARROW_TEXT):
            text = contents.decode("utf-16-le" if inner.kind == WIDE_TEXT else "latin-1", "replace")
            if words := text.translate(_MARKS).strip():
                slides[-1].append((role, words))
        # What holds other records is entered, whatever it is: its contents follow its head.
        place = inner.start if inner.holds else inner.end
    return slides if slides[0] or len(slides) == 1 else slides[1:]


def _is_master(stream: bytes, notes: _Record) -> bool:
    """True for the notes that are of no slide, which hold the prompts of all others."""
    of = next((inner for inner in _inside(stream, notes.start, notes.end) if inner.kind == NOTES_OF), None)
    return of is None or stream[of.start : of.start + 4] == bytes(4)
