"""Word documents of 1997 to 2003 (DOC).

The document holds the text with its tables, then notes, comments and text boxes. It has no
headings, and keeps text that was deleted while changes were tracked. The reader follows
Microsoft's description of the format, [MS-DOC]; olefile opens the container.
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
"""The oldest version of the format that is read."""

ENCRYPTED, SECOND_TABLE = 0x0100, 0x0200
"""Flags at offset 10 of the file information block."""

# Offsets in the file information block of Word 97 ([MS-DOC] 2.5.4 and 2.5.6).
FLAGS, COUNTS, PIECES = 0x0A, 0x4C, 0x01A2

# A field holds its code, then \x14, then the words that it shows. Only these words are text.
_FIELD_CODE = re.compile("\x13[^\x13-\x15]*\x14?")
_MARKS = str.maketrans(
    {"\x0b": "\n", "\x0c": "\r", "\x0e": "\r", "\x1e": "-", "\xa0": " "}
    | dict.fromkeys("\x01\x02\x05\x08\x14\x15\x1f")
)


def read(word: bytes, tables: dict[str, bytes], path: str) -> Document:
    """The document in a container's stream `WordDocument`.

    `tables` are the container's streams `0Table` and `1Table` by name. Raises Unreadable where the
    document is encrypted, damaged, older than 1997 or holds no text.
    """
    version, flags = struct.unpack_from("<H", word, 2)[0], struct.unpack_from("<H", word, FLAGS)[0]
    if flags & ENCRYPTED:
        raise Unreadable(Reason.ENCRYPTED, "the file needs a password")
    if version < WORD_97:
        raise Unreadable(
            Reason.BINARY, "Word documents from before 1997 are not read; save it as .docx"
        )
    # Join the pieces of the text.
    start, length = struct.unpack_from("<II", word, PIECES)
    pieces = tables["1Table" if flags & SECOND_TABLE else "0Table"][start : start + length]
    text = "".join(_pieces(word, pieces))
    # Split the text into headers and footers, the main text, and the rest, in this order.
    main, notes, margins, *_ = counts = struct.unpack_from("<8i", word, COUNTS)
    flow = Flow()
    # Each section has its own headers and footers, often with the same words: these are kept once.
    _add(flow, text[main + notes : main + notes + margins], seen=set())
    _add(flow, text[:main])
    _add(flow, text[main : main + notes] + text[main + notes + margins : sum(counts)])
    return flow.document(path, "doc", stem(path))


def _pieces(word: bytes, table: bytes) -> Iterator[str]:
    """The pieces of the text in order, by the table of pieces ([MS-DOC] 2.9.38).

    The table is needed because a save appends new text and leaves the old text in place.
    """
    # Pass over the properties in front of the table.
    offset = 0
    while table[offset] == 1:
        offset += 3 + struct.unpack_from("<H", table, offset + 1)[0]
    count = (struct.unpack_from("<I", table, offset + 1)[0] - 4) // 12
    offset += 5
    # Read where each piece ends, in characters.
    ends = struct.unpack_from(f"<{count + 1}I", table, offset)
    if ends[-1] > len(word) or list(ends) != sorted(ends):
        raise Unreadable(
            Reason.CORRUPT, "the document is damaged: its table of pieces does not fit its text"
        )
    # Decode each piece, which is in one byte or in two bytes a character.
    for index in range(count):
        position = struct.unpack_from("<I", table, offset + 4 * (count + 1) + 8 * index + 2)[0]
        length = ends[index + 1] - ends[index]
        if position & 0x40000000:
            start = (position & 0x3FFFFFFF) // 2
            yield word[start : start + length].decode("cp1252", "replace")
        else:
            yield word[position : position + 2 * length].decode("utf-16-le", "replace")


def _add(flow: Flow, text: str, seen: set[str] | None = None) -> None:
    """Put paragraphs and tables into the flow. With `seen`, each paragraph is kept once."""
    rows: list[list[str]] = []
    for paragraph in _FIELD_CODE.sub("", text).translate(_MARKS).split("\r"):
        *cells, words = paragraph.split("\x07")
        if cells:
            # A mark ends each cell, and one more mark ends each row.
            rows += [row.split("\x07") for row in "\x07".join(cells).split("\x07\x07")]
        if words.strip():
            flow.add("table", table(rows))
            rows = []
            if seen is None or words.strip() not in seen:
                flow.add("paragraph", words)
                if seen is not None:
                    seen.add(words.strip())
    flow.add("table", table(rows))
