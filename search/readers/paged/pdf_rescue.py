"""A PDF that was cut off, or has lost its table of contents: a new one is written behind it, of the pages that are found in it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

MAX_PAGES = 50_000
MAX_INFLATED = 64 << 20
"""Bytes of all objects that are stored compressed."""

_OBJECT = re.compile(rb"(?<![0-9])(\d{1,9})[ \t\r\n]{1,4}(\d{1,5})[ \t\r\n]{1,4}obj\b")
_STREAM = re.compile(rb"stream\r?\n")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_COUNT, _FIRST = re.compile(rb"/N\s+(\d{1,6})\b"), re.compile(rb"/First\s+(\d{1,8})\b")


def completed(data: bytes) -> bytes | None:
    """The PDF with a catalogue of its pages, in the order of the file; None where none are found, or they are encrypted."""
    data = data[max(data.find(b"%PDF-"), 0) :].rstrip(b"\0")
    if b"/Encrypt" in data:
        return None
    out = bytearray(data + b"\nendstream\nendobj\n")
    places: dict[int, tuple[int, int]] = {}
    pages: dict[int, None] = {}
    inside: dict[int, bytes] = {}
    room = MAX_INFLATED
    marks = [*_OBJECT.finditer(data)]
    for mark, end in zip(
        marks, (*(following.start() for following in marks[1:]), len(data)), strict=False
    ):
        number = int(mark[1])
        body = data[mark.end() : end]
        places[number] = mark.start(), int(mark[2])
        stream = _STREAM.search(body)
        head = body[: stream.start()] if stream else body
        if _PAGE.search(head):
            pages[number] = None
        elif stream and _OBJECT_STREAM.search(head):
            for packed, words in _unpacked(head, body[stream.end() :], room):
                room -= len(words)
                inside[packed] = words
                if _PAGE.search(words):
                    pages[packed] = None
    for number, words in inside.items():
        if number not in places:
            places[number] = len(out), 0
            out += b"%d 0 obj\n%s\nendobj\n" % (number, words)
    kids = list(pages)[:MAX_PAGES]
    if not kids:
        return None
    root = max(places) + 1
    listed = b" ".join(b"%d %d R" % (number, places[number][1]) for number in kids)
    for number, words in (
        (root, b"<< /Type /Catalog /Pages %d 0 R >>" % (root + 1)),
        (root + 1, b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))),
    ):
        places[number] = len(out), 0
        out += b"%d 0 obj\n%s\nendobj\n" % (number, words)
    start = len(out)
    rows = (b"%d 1\n%010d %05d n \n" % (number, *place) for number, place in sorted(places.items()))
    out += b"xref\n0 1\n0000000000 65535 f \n%s" % b"".join(rows)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        root + 2,
        root,
        start,
    )
    return bytes(out)


def _unpacked(head: bytes, stream: bytes, room: int) -> Iterator[tuple[int, bytes]]:
    """The objects in an object stream, by their numbers; none where it is damaged, and not more than there is room for."""
    count, first = _COUNT.search(head), _FIRST.search(head)
    if not count or not first or room <= 0:
        return
    try:
        words = zlib.decompressobj().decompress(stream, room)
    except zlib.error:
        # It is cut off or packed otherwise; other objects are looked for all the same.
        return
    index = [
        int(number)
        for number in words[: int(first[1])].split()[: 2 * int(count[1])]
        if number.isdigit()
    ]
    places = [*index[1::2], len(words) - int(first[1])]
    for number, start, end in zip(index[::2], places, places[1:], strict=False):
        yield number, words[int(first[1]) + start : int(first[1]) + end].strip()
