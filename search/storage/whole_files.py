"""Tells whether a file of a table was written to its end.

Each kind of file has a mark at its end, or a length that follows from its beginning.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

_LANCE, _ARROW = b"LANC", b"ARROW1"
_BLOCK = 4096

# The portable form of a Roaring bitmap: https://github.com/RoaringBitmap/RoaringFormatSpec
_PLAIN, _WITH_RUNS = 12346, 12347
_FEWEST_WITH_OFFSETS = 4
_LARGEST_ARRAY = 4096
_BITMAP_BYTES = 8192


def is_whole(path: Path) -> bool:
    """True where the file was written to its end, or is of another kind. Raises OSError."""
    return _KINDS[path.suffix](path) if path.suffix in _KINDS else True


def has_a_hole(path: Path) -> bool:
    """True where a block of the file holds zeros only, which a lost write leaves.

    A file may hold that many zeros rightly, so this is a reason to write it anew, and no proof.
    Raises OSError.
    """
    zeros = bytes(_BLOCK)
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            if block == zeros:
                return True
    return False


def _ends_with(mark: bytes) -> Callable[[Path], bool]:
    def ends(path: Path) -> bool:
        with path.open("rb") as source:
            size = source.seek(0, os.SEEK_END)
            source.seek(max(size - len(mark), 0))
            return source.read() == mark

    return ends


def _is_bitmap(path: Path) -> bool:
    """True where the file is a Roaring bitmap, no longer and no shorter, with at least one row."""
    data = path.read_bytes()
    try:
        return _bitmap_length(data) == len(data)
    except (struct.error, IndexError):
        return False


def _bitmap_length(data: bytes) -> int:
    """The length that a bitmap says it has; 0 for what is no bitmap. Raises where it is cut off."""
    (cookie,) = struct.unpack_from("<I", data)
    has_runs = cookie & 0xFFFF == _WITH_RUNS
    if not has_runs and cookie != _PLAIN:
        return 0
    if has_runs:
        count, at = (cookie >> 16) + 1, 4
        runs = data[at : at + (count + 7) // 8]
        at += (count + 7) // 8
    else:
        (count,), at, runs = struct.unpack_from("<I", data, 4), 8, b""
    sizes = struct.unpack_from(f"<{2 * count}H", data, at)[1::2]
    at += 4 * count
    if not has_runs or count >= _FEWEST_WITH_OFFSETS:
        at += 4 * count
    for number, size in enumerate(sizes):
        if has_runs and runs[number // 8] >> number % 8 & 1:
            at += 2 + 4 * int(struct.unpack_from("<H", data, at)[0])
        elif size < _LARGEST_ARRAY:
            rows = struct.unpack_from(f"<{size + 1}H", data, at)
            if any(later <= row for row, later in pairwise(rows)):
                return 0
            at += 2 * (size + 1)
        else:
            at += _BITMAP_BYTES
    return at if count else 0


_KINDS: Mapping[str, Callable[[Path], bool]] = {
    ".lance": _ends_with(_LANCE),
    ".idx": _ends_with(_LANCE),
    ".manifest": _ends_with(_LANCE),
    ".arrow": _ends_with(_ARROW),
    ".bin": _is_bitmap,
}
"""The files of data, of indexes and of versions, and the rows that a version deleted.

Those rows are in an Arrow file where they are few, and in a bitmap where they are many.
"""
