"""The names that fonts inside a PDF give to their glyphs.

Type 1 fonts name the glyph of each code in clear text. TrueType fonts name glyphs by number in
their table `post`, and their table `cmap` has the characters of glyphs. The formats are those of
"Adobe Type 1 Font Format" and of the OpenType specification.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any

from .objects import entry

MAX_GLYPHS = 65_536

_ENCODED = re.compile(rb"dup\s+(\d{1,3})\s*/([^\s/]+)\s+put")
_POST_2 = 0x00020000
_MAC_GLYPHS = 258
_UNICODE = ((3, 10), (3, 1), (0, 4), (0, 3), (0, 2), (0, 1), (0, 0))


def glyph_names(font: Any) -> Iterator[tuple[int, str]]:
    """The codes of a font and the names of their glyphs, where the font program tells them."""
    descendants = entry(font, "/DescendantFonts")
    holder = descendants[0].get_object() if isinstance(descendants, list) and descendants else font
    descriptor = entry(holder, "/FontDescriptor")
    if not isinstance(descriptor, dict):
        return
    if "/FontFile" in descriptor and holder is font:
        clear = descriptor["/FontFile"].get_data().partition(b"eexec")[0]
        for code, name in _ENCODED.findall(clear):
            yield int(code), name.decode("latin-1")
    elif "/FontFile2" in descriptor and holder is not font:
        names = _true_type_names(descriptor["/FontFile2"].get_data())
        to_glyph = entry(holder, "/CIDToGIDMap")
        if hasattr(to_glyph, "get_data"):
            numbers = to_glyph.get_data()
            glyphs = struct.unpack(f">{len(numbers) // 2}H", numbers[: len(numbers) // 2 * 2])
            yield from ((code, names[glyph]) for code, glyph in enumerate(glyphs) if glyph in names)
        else:
            yield from names.items()


def _true_type_names(data: bytes) -> dict[int, str]:
    """The names of a TrueType font's glyphs by number; empty where it is damaged."""
    try:
        count = struct.unpack_from(">H", data, 4)[0]
        tables = {
            data[place : place + 4]: struct.unpack_from(">II", data, place + 8)
            for place in range(12, 12 + 16 * count, 16)
        }
        names: dict[int, str] = {}
        if b"post" in tables:
            start, length = tables[b"post"]
            names |= _posted(data[start : start + length])
        if b"cmap" in tables:
            start, length = tables[b"cmap"]
            names |= {
                glyph: f"u{character:04X}"
                for character, glyph in _mapped(data[start : start + length])
            }
    except (struct.error, IndexError):
        # The font is damaged: its names are of no use.
        return {}
    return names


def _posted(table: bytes) -> dict[int, str]:
    if len(table) < 34 or struct.unpack_from(">I", table, 0)[0] != _POST_2:
        return {}
    count = struct.unpack_from(">H", table, 32)[0]
    indexes = struct.unpack_from(f">{count}H", table, 34)
    strings: list[str] = []
    place = 34 + 2 * count
    while place < len(table):
        end = place + 1 + table[place]
        strings.append(table[place + 1 : end].decode("latin-1"))
        place = end
    return {
        glyph: strings[index - _MAC_GLYPHS]
        for glyph, index in enumerate(indexes)
        if _MAC_GLYPHS <= index < _MAC_GLYPHS + len(strings)
    }


def _mapped(table: bytes) -> Iterator[tuple[int, int]]:
    """The characters of a table `cmap` and their glyphs."""
    count = struct.unpack_from(">H", table, 2)[0]
    places = {}
    for record in range(4, 4 + 8 * count, 8):
        platform, encoding, place = struct.unpack_from(">HHI", table, record)
        places[platform, encoding] = place
    place = next((places[key] for key in _UNICODE if key in places), None)
    if place is None:
        return
    form = struct.unpack_from(">H", table, place)[0]
    if form == 4:
        yield from _mapped_in_segments(table, place)
    elif form == 12:
        groups = min(struct.unpack_from(">I", table, place + 12)[0], MAX_GLYPHS)
        left = MAX_GLYPHS
        for group in range(groups):
            first, last, glyph = struct.unpack_from(">III", table, place + 16 + 12 * group)
            for character in range(first, min(last, first + left, 0x10FFFF) + 1):
                yield character, glyph + character - first
                left -= 1


def _mapped_in_segments(table: bytes, place: int) -> Iterator[tuple[int, int]]:
    count = struct.unpack_from(">H", table, place + 6)[0] // 2
    row = f">{count}H"
    ends = struct.unpack_from(row, table, place + 14)
    starts = struct.unpack_from(row, table, place + 16 + 2 * count)
    deltas = struct.unpack_from(row, table, place + 16 + 4 * count)
    offsets_at = place + 16 + 6 * count
    offsets = struct.unpack_from(row, table, offsets_at)
    left = MAX_GLYPHS
    for segment in range(count):
        for character in range(
            starts[segment], min(ends[segment], 0xFFFE, starts[segment] + left) + 1
        ):
            left -= 1
            glyph = character
            if offsets[segment]:
                at = offsets_at + 2 * segment + offsets[segment]
                at += 2 * (character - starts[segment])
                glyph = struct.unpack_from(">H", table, at)[0]
                if not glyph:
                    continue
            yield character, (glyph + deltas[segment]) & 0xFFFF
