"""Word documents of 1997 to 2003 (DOC).

The document holds the text with its tables, then notes, comments and text boxes. It has no
headings and no automatic numbers. Text that was deleted while changes were tracked is left out. The
reader follows Microsoft's description of the format, [MS-DOC]; olefile opens the container.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator

from ...documents import Document, Reason
from ...errors import Unreadable
from ..field_codes import words_of
from ..flow import Flow, Stretch, table
from ..left_out import LeftOut, Part
from ..raised import Raised, joined
from ..symbol_font import signs
from ..title import stem
from .doc_runs import Run, Runs

WORD_97 = 0x00C1
"""The oldest version of the format that is read."""

ENCRYPTED, SECOND_TABLE = 0x0100, 0x0200
"""Flags at offset 10 of the file information block."""

# Offsets in the file information block of Word 97 ([MS-DOC] 2.5.4 and 2.5.6).
FLAGS, COUNTS, PIECES = 0x0A, 0x4C, 0x01A2

# A field holds its code, then \x14, then the words that it shows. Only these words are text.
_FIELD_CODE = re.compile("\x13([^\x13-\x15]*)(\x14?)(?=(\x15?))")

# What ends a paragraph, a cell or a part of a field stays where it is deleted.
_KEPT = "\r\x07\x0c\x13\x14\x15"
_GONE = "\x01"
_RAISED = 0x10F000
_RAISED_RUN = re.compile(f"[{chr(_RAISED)}-{chr(_RAISED + 127)}]+")

_MARKS = str.maketrans(
    {"\x0b": "\n", "\x0c": "\r", "\x0e": "\r", "\x1e": "-", "\xa0": " "}
    | dict.fromkeys("\x01\x02\x05\x08\x14\x15\x1f")
)


FilesInside = Callable[[Flow], list[Stretch]]
"""Gives the text of the files inside a container, and notes what is not read in the flow."""


def no_files(_: Flow) -> list[Stretch]:
    """A FilesInside for a container without files."""
    return []


def read(
    word: bytes, tables: dict[str, bytes], path: str, files: FilesInside = no_files
) -> Document:
    """The document in a container's stream `WordDocument`.

    `tables` are the container's streams `0Table` and `1Table` by name. `files` gives the text of
    the files that lie in the container. Raises Unreadable where the document is encrypted, damaged,
    older than 1997 or holds no text.
    """
    version, flags = struct.unpack_from("<H", word, 2)[0], struct.unpack_from("<H", word, FLAGS)[0]
    if flags & ENCRYPTED:
        raise Unreadable(Reason.ENCRYPTED, "the file needs a password")
    if version < WORD_97:
        raise Unreadable(
            Reason.BINARY, "Word documents from before 1997 are not read; save it as .docx"
        )
    # Join the pieces of the text.
    flow = Flow()
    start, length = struct.unpack_from("<II", word, PIECES)
    table = tables["1Table" if flags & SECOND_TABLE else "0Table"]
    runs = Runs(word, table)
    text = "".join(_pieces(word, table[start : start + length], runs, flow.left_out))
    # Split the text into headers and footers, the main text, and the rest, in this order.
    main, notes, margins, *_ = counts = struct.unpack_from("<8i", word, COUNTS)
    # Each section has its own headers and footers, often with the same words: these are kept once.
    _add(flow, text[main + notes : main + notes + margins], seen=set())
    _add(flow, text[:main])
    _add(flow, text[main : main + notes] + text[main + notes + margins : sum(counts)])
    flow.stretches += files(flow)
    return flow.document(path, "doc", stem(path))


def _pieces(word: bytes, table: bytes, runs: Runs, left_out: LeftOut) -> Iterator[str]:
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
            start, width, encoding = (position & 0x3FFFFFFF) // 2, 1, "cp1252"
        else:
            start, width, encoding = position, 2, "utf-16-le"
        end = start + width * length
        # Each run with a property of its own is decoded by itself.
        for run in runs.within(start, end):
            yield word[start : run.start].decode(encoding, "replace")
            yield _shown(word[run.start : run.end].decode(encoding, "replace"), run, left_out)
            start = run.end
        yield word[start:end].decode(encoding, "replace")


def _shown(words: str, run: Run, left_out: LeftOut) -> str:
    """The characters of a run as they are shown, each in its place.

    A deleted character becomes one that is left out later. A raised one becomes a character of
    Unicode's last private use area, until the text is parted into paragraphs.
    """
    if run.deleted:
        left_out.add(Part.DELETED, bool(words.strip(_KEPT)))
        return "".join(letter if letter in _KEPT else _GONE for letter in words)
    if run.font:
        letters = [
            letter if ord(letter) < 0x20 else _sign(run, letter, left_out) for letter in words
        ]
        return "".join(letters)
    return "".join(
        chr(_RAISED + ord(letter)) if " " < letter <= "~" else letter for letter in words
    )


def _sign(run: Run, letter: str, left_out: LeftOut) -> str:
    """The sign that a run shows for a letter."""
    sign, unnamed = signs(run.font, run.sign or letter)
    left_out.add(Part.CHARACTER, unnamed)
    return sign or _GONE


def _add(flow: Flow, text: str, seen: set[str] | None = None) -> None:
    """Put paragraphs and tables into the flow. With `seen`, each paragraph is kept once."""
    rows: list[list[str]] = []
    for paragraph in _FIELD_CODE.sub(_field, text).translate(_MARKS).split("\r"):
        if _RAISED_RUN.search(paragraph):
            paragraph = joined(_pieces_of(paragraph))
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


def _field(match: re.Match[str]) -> str:
    """What remains of a field's code: the sign that it names, where the field shows nothing."""
    sign = words_of(match[1]) if match[3] else None
    return sign[0] if sign else ""


def _pieces_of(paragraph: str) -> Iterator[str]:
    """The pieces of a paragraph, those above the line as such."""
    start = 0
    for match in _RAISED_RUN.finditer(paragraph):
        yield paragraph[start : match.start()]
        yield Raised("".join(chr(ord(letter) - _RAISED) for letter in match[0]))
        start = match.end()
    yield paragraph[start:]
