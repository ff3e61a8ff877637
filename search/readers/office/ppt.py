"""Presentations of 1997 to 2003 (PPT): each slide a page with its title as heading, its text, and its speaker notes.

Follows Microsoft's description of the format, [MS-PPT]; olefile opens the container.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...documents import Document
from ..flow import Flow, Stretch
from ..title import stem
from .slide import add_slide

# Types of records ([MS-PPT] 2.13.24).
DOCUMENT, SLIDE, NOTES, NOTES_OF = 0x03E8, 0x03EE, 0x03F0, 0x03F1
LIST_OF_SLIDES, LISTED_SLIDE = 0x0FF0, 0x03F3
PLACES = 0x1772
TEXT_ROLE, WIDE_TEXT, NARROW_TEXT = 0x0F9F, 0x0FA0, 0x0FA8
ROLES_OF_TITLES = (0, 6)
"""What a text of a slide is for: its title, or the title in its middle ([MS-PPT] 2.13.33)."""

_MARKS = {0x0B: "\n", 0x0D: "\n"}

Text = tuple[int, str]
"""A text's role and its words."""


@dataclass(frozen=True, slots=True)
class _Record:
    """What lies from `start` to `end` of the stream, without its head; `holds` is true where that is other records."""

    kind: int
    instance: int
    start: int
    end: int
    holds: bool


@dataclass(slots=True)
class _Slide:
    """A slide as the list of slides has it: its number among the places, its own number, and its texts so far."""

    place: int
    number: int
    texts: list[Text] = field(default_factory=list)


def read(stream: bytes, path: str) -> Document:
    """The document in a container's stream `PowerPoint Document`; `pages` are its slides. Raises Unreadable where it holds no text."""
    slides: list[_Slide] = []
    places: dict[int, int] = {}
    notes: dict[int, list[Text]] = {}
    # Saves append to the stream: of what stands there twice, the later one counts.
    for record in _inside(stream, 0, len(stream)):
        if record.kind == PLACES:
            places |= _places(stream, record)
        elif record.kind == NOTES:
            notes[_slide_of(stream, record)] = _texts(stream, record)
        elif record.kind == DOCUMENT:
            for inner in _inside(stream, record.start, record.end):
                # Instance 0 lists the slides, 1 their masters, 2 their notes.
                if inner.kind == LIST_OF_SLIDES and inner.instance == 0:
                    slides = _listed(stream, inner)
    flow = Flow()
    for slide in slides:
        drawn = next(_inside(stream, places.pop(slide.place, len(stream)), len(stream)), None)
        if drawn is not None and drawn.kind == SLIDE:
            slide.texts += _texts(stream, drawn)
        texts = list(dict.fromkeys(slide.texts))
        title = next((words for role, words in texts if role in ROLES_OF_TITLES), "")
        shown = [
            Stretch("paragraph", words) for role, words in texts if role not in ROLES_OF_TITLES
        ]
        # A lone star is the place of the slide's number.
        told = [
            Stretch("paragraph", words) for _, words in notes.pop(slide.number, ()) if words != "*"
        ]
        add_slide(flow, " ".join(title.split()), shown, told)
    headed = next((part.text for part in flow.stretches if part.level), "")
    return flow.document(path, "ppt", headed or stem(path))


def _inside(stream: bytes, start: int, end: int) -> Iterator[_Record]:
    """The records that follow each other from `start` to `end`."""
    while start + 8 <= end:
        head, kind, length = struct.unpack_from("<HHI", stream, start)
        stop = min(start + 8 + length, end)
        yield _Record(kind, head >> 4, start + 8, stop, head & 15 == 15)
        start = stop


def _places(stream: bytes, record: _Record) -> dict[int, int]:
    """Where in the stream each numbered record begins ([MS-PPT] 2.3.5)."""
    places: dict[int, int] = {}
    words = iter(struct.unpack_from(f"<{(record.end - record.start) // 4}I", stream, record.start))
    for run in words:
        first, count = run & 0xFFFFF, run >> 20
        places |= dict(zip(range(first, first + count), words, strict=False))
    return places


def _listed(stream: bytes, record: _Record) -> list[_Slide]:
    """The slides in a list of slides, each with the texts that the list itself holds."""
    slides: list[_Slide] = []
    role = -1
    for inner in _inside(stream, record.start, record.end):
        if inner.kind == LISTED_SLIDE:
            slides.append(_Slide(_number(stream, inner.start), _number(stream, inner.start + 12)))
        elif inner.kind == TEXT_ROLE:
            role = _number(stream, inner.start)
        elif slides and (words := _words(stream, inner)):
            slides[-1].texts.append((role, words))
    return slides


def _texts(stream: bytes, record: _Record) -> list[Text]:
    """The texts anywhere in a record."""
    texts: list[Text] = []
    role = -1
    place = record.start
    while (inner := next(_inside(stream, place, record.end), None)) is not None:
        if inner.kind == TEXT_ROLE:
            role = _number(stream, inner.start)
        elif words := _words(stream, inner):
            texts.append((role, words))
        # What holds other records is entered, whatever it is: its contents follow its head.
        place = inner.start if inner.holds else inner.end
    return texts


def _words(stream: bytes, record: _Record) -> str:
    """The words in a record of text, empty for any other."""
    if record.kind not in (WIDE_TEXT, NARROW_TEXT):
        return ""
    contents = stream[record.start : record.end]
    return (
        contents.decode("utf-16-le" if record.kind == WIDE_TEXT else "latin-1", "replace")
        .translate(_MARKS)
        .strip()
    )


def _slide_of(stream: bytes, notes: _Record) -> int:
    """The number of the slide that the notes belong to; 0 for the master of all notes."""
    return next(
        (
            _number(stream, inner.start)
            for inner in _inside(stream, notes.start, notes.end)
            if inner.kind == NOTES_OF
        ),
        0,
    )


def _number(stream: bytes, start: int) -> int:
    return int.from_bytes(stream[start : start + 4], "little")
