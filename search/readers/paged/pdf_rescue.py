"""Repairs a PDF that was cut off or has lost its cross-reference table.

The pages are looked for in the file. A new catalogue and a new cross-reference table, which list
these pages, are written at its end.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

MAX_PAGES = 50_000
MAX_INFLATED = 64 << 20
"""Bytes that all compressed objects together may take when they are decompressed."""

_OBJECT = re.compile(rb"(?<![0-9])(\d{1,9})[ \t\r\n]{1,4}(\d{1,5})[ \t\r\n]{1,4}obj\b")
_STREAM = re.compile(rb"stream\r?\n")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_COUNT, _FIRST = re.compile(rb"/N\s+(\d{1,6})\b"), re.compile(rb"/First\s+(\d{1,8})\b")


def repaired(data: bytes) -> bytes | None:
    """The PDF with a new catalogue of its pages in the order of the file.

    None where no pages are found or the file is encrypted.
    """
    data = data[max(data.find(b"%PDF-"), 0) :].rstrip(b"\0")
    if b"/Encrypt" in data:
        return None
    out = bytearray(data + b"\nendstream\nendobj\n")
    # Find all objects by their numbers: (offset, generation) of each, and which of them are pages.
    places: dict[int, tuple[int, int]] = {}
    pages: dict[int, None] = {}
    unpacked: dict[int, bytes] = {}
    room = MAX_INFLATED
    headers = [*_OBJECT.finditer(data)]
    for header, end in zip(
        headers, (*(following.start() for following in headers[1:]), len(data)), strict=False
    ):
        number = int(header[1])
        body = data[header.end() : end]
        places[number] = header.start(), int(header[2])
        stream = _STREAM.search(body)
        head = body[: stream.start()] if stream else body
        if _PAGE.search(head):
            pages[number] = None
        elif stream and _OBJECT_STREAM.search(head):
            for packed_number, source in _unpacked(head, body[stream.end() :], room):
                room -= len(source)
                unpacked[packed_number] = source
                if _PAGE.search(source):
                    pages[packed_number] = None
    # Write the objects that were compressed to the end of the file, as they are.
    for number, source in unpacked.items():
        if number not in places:
            places[number] = len(out), 0
            out += b"%d 0 obj\n%s\nendobj\n" % (number, source)
    kids = list(pages)[:MAX_PAGES]
    if not kids:
        return None
    # Write a catalogue and a list of pages.
    root = max(places) + 1
    listed = b" ".join(b"%d %d R" % (number, places[number][1]) for number in kids)
    for number, source in (
        (root, b"<< /Type /Catalog /Pages %d 0 R >>" % (root + 1)),
        (root + 1, b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))),
    ):
        places[number] = len(out), 0
        out += b"%d 0 obj\n%s\nendobj\n" % (number, source)
    # Write the cross-reference table and the trailer.
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
    """The numbers and sources of the objects in an object stream, up to `room` bytes of them.

    There are none where the stream is damaged.
    """
    count, first = _COUNT.search(head), _FIRST.search(head)
    if not count or not first or room <= 0:
        return
    try:
        inflated = zlib.decompressobj().decompress(stream, room)
    except zlib.error:
        # The stream is damaged or compressed in another way; the file may hold further objects.
        return
    index = [
        int(number)
        for number in inflated[: int(first[1])].split()[: 2 * int(count[1])]
        if number.isdigit()
    ]
    places = [*index[1::2], len(inflated) - int(first[1])]
    for number, start, end in zip(index[::2], places, places[1:], strict=False):
        yield number, inflated[int(first[1]) + start : int(first[1]) + end].strip()
