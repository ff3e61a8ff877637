"""Word documents of 1997 to 2003 (DOC): the text with its tables, then notes, comments and text boxes; without headings.

Text that was deleted while changes were tracked is still there.

Follows Microsoft's description of the format, [MS-DOC]; olefile opens the container.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from ...documents import Document, Reason
from ...errors import Unreadable
from ..flow import Flow, table
from ..title import stem

WORD_97 = 0x00C1
"""The first version of the format that is read."""

ENCRYPTED, SECOND_TABLE = 0x0100, 0x0200
"""Flags at offset 10 of the file information block."""

# Offsets in the file information block of Word 97 ([MS-DOC] 2.5.4 and 2.5.6).
FLAGS, COUNTS, PIECES = 0x0A, 0x4C, 0x01A2

# A field is its code and what it shows, parted by \x14; only the latter is text.
_FIELD_CODE = re.compile("\x13[^\x13-\x15]*\x14?")
_MARKS = str.maketrans(
    {"\x0b": "\n", "\x0c": "\r", "\x0e": "\r", "\x1e": "-", "\xa0": " "}
    | dict.fromkeys("\x01\x02\x05\x08\x14\x15\x1f")
)


def read(word: bytes, tables: dict[str, bytes], path: str) -> Document:
    """The document in a container's stream `WordDocument`, whose `tables` are the streams `0Table` and `1Table`.

    Raises Unreadable where it is encrypted, damaged, older than 1997 or holds no text.
    """
    version, flags = struct.unpack_from("<H", word, 2)[0], struct.unpack_from("<H", word, FLAGS)[0]
    if flags & ENCRYPTED:
        raise Unreadable(Reason.ENCRYPTED, "the file needs a password")
    if version < WORD_97:
        raise Unreadable(
            Reason.BINARY, "Word documents from before 1997 are not read; save it as .docx"
        )
    start, length = struct.unpack_from("<II", word, PIECES)
    pieces = tables["1Table" if flags & SECOND_TABLE else "0Table"][start : start + length]
    text = "".join(_pieces(word, pieces))
    main, notes, margins, *_ = counts = struct.unpack_from("<8i", word, COUNTS)
    flow = Flow()
    # Headers and footers stand once for each section, and may be equal.
    _add(flow, text[main + notes : main + notes + margins], seen=set())
    _add(flow, text[:main])
    _add(flow, text[main : main + notes] + text[main + notes + margins : sum(counts)])
    return flow.document(path, "doc", stem(path))


def _pieces(word: bytes, table: bytes) -> Iterator[str]:
    """The stretches of the text in order, by the table of pieces ([MS-DOC] 2.9.38): saves append, and leave the old text in place."""
    place = 0
    while table[place] == 1:
        place += 3 + struct.unpack_from("<H", table, place + 1)[0]
    count = (struct.unpack_from("<I", table, place + 1)[0] - 4) // 12
    place += 5
    ends = struct.unpack_from(f"<{count + 1}I", table, place)
    if ends[-1] > len(word) or list(ends) != sorted(ends):
        raise Unreadable(
            Reason.CORRUPT, "the document is damaged: its table of pieces does not fit its text"
        )
    for index in range(count):
        position = struct.unpack_from("<I", table, place + 4 * (count + 1) + 8 * index + 2)[0]
        length = ends[index + 1] - ends[index]
        if position & 0x40000000:
            start = (position & 0x3FFFFFFF) // 2
            yield word[start : start + length].decode("cp1252", "replace")
        else:
            yield word[position : position + 2 * length].decode("utf-16-le", "replace")


def _add(flow: Flow, text: str, seen: set[str] | None = None) -> None:
    """Put paragraphs and tables into the flow; with `seen`, each only once."""
    rows: list[list[str]] = []
    for part in _FIELD_CODE.sub("", text).translate(_MARKS).split("\r"):
        *cells, words = part.split("\x07")
        if cells:
            # Each row ends in one more mark, behind that of its last cell.
            rows += [row.split("\x07") for row in "\x07".join(cells).split("\x07\x07")]
        if words.strip():
            flow.add("table", table(rows))
            rows = []
            if seen is None or words.strip() not in seen:
                flow.add("paragraph", words)
                if seen is not None:
                    seen.add(words.strip())
    flow.add("table", table(rows))
