"""Presentations of 1997 to 2003 (PPT): each slide is a page with its title as heading.

The page holds the slide's text and its speaker notes. The reader follows Microsoft's description
of the format, [MS-PPT]; olefile opens the container.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...documents import Document
from ..flow import Flow, Stretch
from ..left_out import Part
from ..title import stem
from .embedded import MAX_EMBEDDED, Embedded, Enclosed
from .slide import add_slide

# Types of records ([MS-PPT] 2.13.24).
DOCUMENT, SLIDE, NOTES, NOTES_SLIDE = 0x03E8, 0x03EE, 0x03F0, 0x03F1
SLIDE_LIST, LISTED_SLIDE = 0x0FF0, 0x03F3
OFFSETS = 0x1772
OBJECT = 0x1011
TEXT_ROLE, WIDE_TEXT, NARROW_TEXT = 0x0F9F, 0x0FA0, 0x0FA8
MAX_OBJECT = 50_000_000
"""Bytes to which an embedded object is inflated."""

TITLE_ROLES = (0, 6)
"""Roles of a text: the title of a slide, and its centred title ([MS-PPT] 2.13.33)."""

_MARKS = {0x0B: "\n", 0x0D: "\n"}

Text = tuple[int, str]
"""The role of a text, and its words."""


@dataclass(frozen=True, slots=True)
class _Record:
    """A record's contents, from `start` to `end` of the stream, without its header.

    `is_container` is true where the contents are other records.
    """

    kind: int
    instance: int
    start: int
    end: int
    is_container: bool


@dataclass(slots=True)
class _Slide:
    """A slide as the list of slides has it, with the texts found so far.

    `record_number` is the key to the record's offset; notes name their slide by `slide_id`.
    """

    record_number: int
    slide_id: int
    texts: list[Text] = field(default_factory=list)


def read(stream: bytes, path: str, enclosed: Enclosed | None = None) -> Document:
    """The document in a container's stream `PowerPoint Document`; its `pages` are the slides.

    `enclosed` reads the files that lie inside it, which follow on the last page.

    Raises Unreadable where the presentation holds no text.
    """
    slides: list[_Slide] = []
    offsets: dict[int, int] = {}
    notes: dict[int, list[Text]] = {}
    objects: list[_Record] = []
    # Find the list of slides, the offsets of their records, and the notes. A save appends to the
    # stream: where two records describe the same thing, the later one counts.
    for record in _records(stream, 0, len(stream)):
        if record.kind == OFFSETS:
            offsets |= _offsets(stream, record)
        elif record.kind == NOTES:
            notes[_slide_id(stream, record)] = _texts(stream, record)
        elif record.kind == DOCUMENT:
            for inner in _records(stream, record.start, record.end):
                # Instance 0 lists the slides, 1 their masters, 2 their notes.
                if inner.kind == SLIDE_LIST and inner.instance == 0:
                    slides = _listed_slides(stream, inner)
        elif record.kind == OBJECT:
            objects.append(record)
    flow = Flow()
    embedded = Embedded(flow, enclosed)
    for slide in slides:
        # Join the texts of the list with the texts of the slide's own record.
        offset = offsets.pop(slide.record_number, len(stream))
        slide_record = next(_records(stream, offset, len(stream)), None)
        if slide_record is not None and slide_record.kind == SLIDE:
            slide.texts += _texts(stream, slide_record)
        texts = list(dict.fromkeys(slide.texts))
        # Tell the title, the body and the notes apart.
        title = next((words for role, words in texts if role in TITLE_ROLES), "")
        body = [Stretch("paragraph", words) for role, words in texts if role not in TITLE_ROLES]
        # A text that is only "*" is the placeholder of the slide's number.
        slide_notes = [
            Stretch("paragraph", words)
            for _, words in notes.pop(slide.slide_id, ())
            if words != "*"
        ]
        add_slide(flow, " ".join(title.split()), body, slide_notes)
    flow.left_out.add(Part.FILE, len(objects[MAX_EMBEDDED:]))
    for number, record in enumerate(objects[:MAX_EMBEDDED], 1):
        flow.hang(embedded.headed(_object(stream, record), f"object {number}.bin", 1))
    heading = next((stretch.text for stretch in flow.stretches if stretch.level), "")
    return flow.document(path, "ppt", heading or stem(path))


def _records(stream: bytes, start: int, end: int) -> Iterator[_Record]:
    """The records that follow each other from `start` to `end`."""
    while start + 8 <= end:
        flags, kind, length = struct.unpack_from("<HHI", stream, start)
        stop = min(start + 8 + length, end)
        yield _Record(kind, flags >> 4, start + 8, stop, flags & 15 == 15)
        start = stop


def _object(stream: bytes, record: _Record) -> bytes:
    """The container in an embedded object ([MS-PPT] 2.10.34), empty where it is damaged."""
    contents = stream[record.start : record.end]
    if record.instance != 1:
        return contents
    # The size of the container stands before its compressed bytes.
    try:
        return zlib.decompressobj().decompress(contents[4:], MAX_OBJECT)
    except zlib.error:
        return b""


def _offsets(stream: bytes, record: _Record) -> dict[int, int]:
    """The offset in the stream of each numbered record ([MS-PPT] 2.3.5)."""
    offsets: dict[int, int] = {}
    values = iter(struct.unpack_from(f"<{(record.end - record.start) // 4}I", stream, record.start))
    for run in values:
        first, count = run & 0xFFFFF, run >> 20
        offsets |= dict(zip(range(first, first + count), values, strict=False))
    return offsets


def _listed_slides(stream: bytes, record: _Record) -> list[_Slide]:
    """The slides in a list of slides, each with the texts that the list itself holds."""
    slides: list[_Slide] = []
    role = -1
    for inner in _records(stream, record.start, record.end):
        if inner.kind == LISTED_SLIDE:
            slides.append(_Slide(_integer(stream, inner.start), _integer(stream, inner.start + 12)))
        elif inner.kind == TEXT_ROLE:
            role = _integer(stream, inner.start)
        elif slides and (words := _words(stream, inner)):
            slides[-1].texts.append((role, words))
    return slides


def _texts(stream: bytes, record: _Record) -> list[Text]:
    """The texts at any depth of a record."""
    texts: list[Text] = []
    role = -1
    offset = record.start
    while (inner := next(_records(stream, offset, record.end), None)) is not None:
        if inner.kind == TEXT_ROLE:
            role = _integer(stream, inner.start)
        elif words := _words(stream, inner):
            texts.append((role, words))
        # A container of any kind is entered: its records follow its header.
        offset = inner.start if inner.is_container else inner.end
    return texts


def _words(stream: bytes, record: _Record) -> str:
    """The words in a record of text, or "" for another record."""
    if record.kind not in (WIDE_TEXT, NARROW_TEXT):
        return ""
    contents = stream[record.start : record.end]
    return (
        contents.decode("utf-16-le" if record.kind == WIDE_TEXT else "latin-1", "replace")
        .translate(_MARKS)
        .strip()
    )


def _slide_id(stream: bytes, notes: _Record) -> int:
    """The id of the slide that the notes belong to; 0 for the master of all notes."""
    return next(
        (
            _integer(stream, inner.start)
            for inner in _records(stream, notes.start, notes.end)
            if inner.kind == NOTES_SLIDE
        ),
        0,
    )


def _integer(stream: bytes, start: int) -> int:
    return int.from_bytes(stream[start : start + 4], "little")
