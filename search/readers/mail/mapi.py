"""MAPI's properties as TNEF holds them: their values, strings and compressed RTF.

The formats are those of Microsoft's specifications MS-OXTNEF, MS-OXCDATA and MS-OXRTFCP.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

from ...errors import Unreadable
from ..decoding import decode

MAX_INFLATED = 32 << 20
"""Bytes that a compressed text may inflate to."""

MAX_VALUES = 10_000
"""Values of one property, and properties of one object, that are looked at."""

_COMPRESSED, _UNCOMPRESSED, _WINDOW = 0x75465A4C, 0x414C454D, 4096
# Sizes of the property types that have one; the others state their sizes.
_SIZES = {2: 4, 3: 4, 4: 4, 10: 4, 11: 4, 5: 8, 6: 8, 7: 8, 20: 8, 64: 8, 72: 16}
_STATED, _MULTIPLE = (0x0D, 0x1E, 0x1F, 0x102), 0x1000
_UTF_8, _UTF_16 = 65001, 1200

_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def string_of(held: bytes | str, code_page: int) -> str:
    """A string of the stream; bytes are in the code page, where it is known and right."""
    if isinstance(held, str):
        return held.rstrip("\0")
    data = held.rstrip(b"\0") if code_page != _UTF_16 else held
    if not data:
        return ""
    name = {_UTF_8: "utf-8", _UTF_16: "utf-16-le", 0: ""}.get(code_page, f"cp{code_page}")
    try:
        return decode(data, name)
    except Unreadable:
        return ""


def properties(data: bytes) -> Iterator[tuple[int, bytes | str]]:
    """The properties of an object, by their numbers; of several values the first.

    Raises StructError or ValueError where the data are cut off.
    """
    (count,) = unpack_from("<I", data)
    position = 4
    for _ in range(min(count, MAX_VALUES)):
        kind, number = unpack_from("<HH", data, position)
        position += 4
        # A named property has a number of its own message; what it is called does not matter here.
        if number >= 0x8000:
            position += 16
            is_named, size = unpack_from("<II", data, position)
            position += 8 + (_padded(size) if is_named else 0)
        values = 1
        base = kind & ~_MULTIPLE
        if base in _STATED or kind & _MULTIPLE:
            (values,) = unpack_from("<I", data, position)
            position += 4
        held: bytes | str | None = None
        for _ in range(min(values, MAX_VALUES)):
            size = _SIZES.get(base, 0)
            if base in _STATED:
                (size,) = unpack_from("<I", data, position)
                position += 4
            elif not size:
                raise ValueError(f"a property has the unknown type {kind}")
            value = data[position : position + size]
            if len(value) < size:
                raise ValueError("a property is cut off")
            position += _padded(size)
            if held is None:
                held = value.decode("utf-16-le", "replace") if base == 0x1F else value
        if held is not None:
            yield number, held


def _padded(size: int) -> int:
    """A size rounded up to a multiple of four."""
    return size + -size % 4


def inflated(data: bytes) -> bytes:
    """The RTF in a compressed property (MS-OXRTFCP).

    Raises StructError, ValueError or IndexError where it is damaged or too large.
    """
    size, raw_size, kind = unpack_from("<III", data)
    end = min(size + 4, len(data))
    if kind == _UNCOMPRESSED:
        return data[16 : 16 + raw_size]
    if kind != _COMPRESSED or raw_size > MAX_INFLATED:
        raise ValueError("the text is not compressed as RTF is")
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b" "))
    place = len(_DICTIONARY)
    text = bytearray()
    position = 16
    while position < end and len(text) < raw_size:
        flags = data[position]
        position += 1
        for bit in range(8):
            if position >= end:
                break
            # A set bit refers to bytes that stood in the window before, else a byte follows.
            if flags >> bit & 1:
                start, length = divmod(data[position] << 8 | data[position + 1], 16)
                position += 2
                if start == place:
                    return bytes(text)
                for step in range(start, start + length + 2):
                    byte = window[step % _WINDOW]
                    window[place] = byte
                    place = (place + 1) % _WINDOW
                    text.append(byte)
            else:
                window[place] = data[position]
                place = (place + 1) % _WINDOW
                text.append(data[position])
                position += 1
    return bytes(text)
