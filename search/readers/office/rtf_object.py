"""Embedded files in RTF: an object as older Windows programs store it ([MS-OLEDS] 2.2.5)."""

from __future__ import annotations

import re

from ..flow import Stretch
from ..left_out import Part
from .embedded import Embedded, packaged

EMBEDDED = 2
"""The kind of object that has its data in the file."""

_NOT_HEX = re.compile(rb"[^0-9a-fA-F]+")


def stretches(digits: bytearray, embedded: Embedded) -> list[Stretch]:
    """The text of the file in an object, given in hexadecimal digits; none where it is not read."""
    found = _file(digits)
    if found is None:
        embedded.left_out.add(Part.FILE)
        return []
    return embedded.headed(*found, 1)


def _file(digits: bytearray) -> tuple[bytes, str] | None:
    """The file in an object and its name, or None where the object is damaged or only a link."""
    whole = _NOT_HEX.sub(b"", digits)
    data = bytes.fromhex(whole[: len(whole) // 2 * 2].decode("ascii"))
    if int.from_bytes(data[4:8], "little") != EMBEDDED:
        return None
    # The name of the program's class is followed by two strings that are mostly empty.
    offset = 8
    names: list[str] = []
    for _ in range(3):
        size = int.from_bytes(data[offset : offset + 4], "little")
        names.append(data[offset + 4 : offset + 4 + size].rstrip(b"\0").decode("cp1252", "replace"))
        offset += 4 + size
    size = int.from_bytes(data[offset : offset + 4], "little")
    contents = data[offset + 4 : offset + 4 + size]
    if not contents:
        return None
    if names[0].lower() == "package":
        try:
            return packaged(bytes(4) + contents, "package.bin")
        except ValueError:
            return None
    return contents, f"{names[0]}.bin"
