"""The runs of characters in a Word document of 1997 to 2003: deleted, raised, or in symbols.

Only these properties are read ([MS-DOC] 2.6.1): the font, a single sign in a font of symbols,
superscript, and the mark of a tracked deletion.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from ..symbol_font import is_symbol_font
from ..symbol_tables import UNKNOWN

PAGE = 512
"""Bytes of a page of properties."""

# Offsets in the file information block of the tables of runs and of fonts ([MS-DOC] 2.5.6).
RUNS, FONTS = 0x00FA, 0x0112

SYMBOL, FONT, FONT_OF_OTHERS, POSITION, DELETED = 0x6A09, 0x4A4F, 0x4A51, 0x2A48, 0x0800
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)
"""Bytes of a property's value, by the highest three bits of its number; 0 where they vary."""


@dataclass(frozen=True, slots=True)
class Run:
    """The properties of the bytes from `start` to `end` of the stream with the text.

    `font` is a font of symbols, or empty; `sign` is a character that the font shows in place of the
    one in the text, or empty.
    """

    start: int
    end: int
    font: str = ""
    sign: str = ""
    raised: bool = False
    deleted: bool = False


class Runs:
    """The runs of a document that have any of the properties, in order."""

    def __init__(self, word: bytes, table: bytes) -> None:
        fonts = _fonts(_slice(word, table, FONTS))
        self.runs = [
            run
            for run in _runs(word, _slice(word, table, RUNS), fonts)
            if run.font or run.raised or run.deleted
        ]
        self.starts = [run.start for run in self.runs]

    def within(self, start: int, end: int) -> Iterator[Run]:
        """The runs in a stretch of the stream, cut at its edges."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        for index in range(first, len(self.runs)):
            run = self.runs[index]
            if run.start >= end:
                break
            if run.end > start:
                yield replace(run, start=max(run.start, start), end=min(run.end, end))


def _slice(word: bytes, table: bytes, offset: int) -> bytes:
    """The part of the table stream that the file information block names at an offset."""
    start, length = struct.unpack_from("<II", word, offset)
    return table[start : start + length]


def _fonts(names: bytes) -> list[str]:
    """The names of the fonts by number, empty for those of letters ([MS-DOC] 2.9.286)."""
    fonts: list[str] = []
    if len(names) < 4:
        return fonts
    count, extra = struct.unpack_from("<HH", names, 0)
    offset = 4
    for _ in range(count):
        if offset >= len(names):
            break
        size = names[offset] + 1
        name = names[offset + 40 : offset + size].decode("utf-16-le", "replace").partition("\0")[0]
        fonts.append(name if is_symbol_font(name) else "")
        offset += size + extra
    return fonts


def _runs(word: bytes, table: bytes, fonts: list[str]) -> Iterator[Run]:
    """All runs, page by page ([MS-DOC] 2.8.5 and 2.9.33)."""
    count = (len(table) - 4) // 8
    last = 0
    for index in range(max(count, 0)):
        number = struct.unpack_from("<I", table, 4 * (count + 1) + 4 * index)[0] & 0x3FFFFF
        page = word[PAGE * number : PAGE * (number + 1)]
        if len(page) < PAGE:
            continue
        run_count = page[-1]
        borders = struct.unpack_from(f"<{run_count + 1}I", page, 0) if run_count <= 101 else (0,)
        for run, (start, end) in enumerate(pairwise(borders)):
            # Runs are in order; what a damaged page says otherwise is left out.
            if not last <= start < end:
                continue
            last = end
            place = 2 * page[4 * (run_count + 1) + run]
            if place:
                yield _run(Run(start, end), page[place + 1 : place + 1 + page[place]], fonts)


def _run(run: Run, properties: bytes, fonts: list[str]) -> Run:
    """The run with its properties ([MS-DOC] 2.2.5)."""
    offset = 0
    while offset + 3 <= len(properties):
        kind = properties[offset] | properties[offset + 1] << 8
        offset += 2
        size = _SIZES[kind >> 13] or properties[offset] + 1
        value = properties[offset : offset + size]
        offset += size
        if len(value) < size:
            break
        if kind == SYMBOL:
            font, code = struct.unpack("<HH", value)
            run = replace(
                run,
                font=_font(fonts, font) or "other",
                sign=UNKNOWN if 0xD800 <= code < 0xE000 else chr(code),
            )
        elif kind in (FONT, FONT_OF_OTHERS) and not run.sign:
            run = replace(run, font=_font(fonts, int.from_bytes(value, "little")))
        elif kind == POSITION:
            run = replace(run, raised=value[0] == 1)
        elif kind == DELETED:
            run = replace(run, deleted=value[0] == 1)
    return run


def _font(fonts: list[str], number: int) -> str:
    return fonts[number] if number < len(fonts) else ""
