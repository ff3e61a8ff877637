"""Which files a version of a table needs, read from its manifest.

A manifest is a Protobuf message of Lance's format, and before it stands the list of the indexes
(https://github.com/lance-format/lance, protos/table.proto). Only the fields used here are read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

_FOOTER = struct.Struct("<QHH4s")
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
# Numbers of fields: of the manifest, of a fragment, of its data files, of its deleted rows, of the
# list of indexes, of an index, and of the index's files.
_FRAGMENTS, _INDEX_SECTION = 2, 6
_FRAGMENT_ID, _DATA_FILES, _DELETED = 1, 2, 3
_PATH, _SIZE = 1, 6
_KIND, _VERSION, _ID = 1, 2, 3
_INDEXES, _UUID, _INDEX_FILES, _INDEX_FILE_SIZE = 1, 1, 10, 2
_SUFFIXES = "arrow", "bin"


@dataclass(frozen=True, slots=True)
class NeededFile:
    """A file by its path below the table's folder.

    It is a folder where the manifest names an index without its files. `size` is the length in
    bytes, None where the manifest does not say it.
    """

    path: str
    size: int | None = None


def needed_files(manifest: bytes) -> list[NeededFile]:
    """The files of a version. Raises ValueError where the manifest is torn."""
    try:
        at, *_ = _FOOTER.unpack(manifest[-_FOOTER.size :])
        body = _message(manifest, at)
        needed: list[NeededFile] = []
        for number, value in _fields(body):
            if number == _FRAGMENTS and isinstance(value, bytes):
                needed += _of_fragment(value)
            elif number == _INDEX_SECTION and isinstance(value, int):
                needed += _of_indexes(_message(manifest, value))
    except (struct.error, IndexError, StopIteration, AssertionError) as error:
        raise ValueError("the manifest is cut off") from error
    return needed


def _of_fragment(fragment: bytes) -> Iterator[NeededFile]:
    values = list(_fields(fragment))
    name = _first(values, _FRAGMENT_ID)
    for number, value in values:
        if number == _DATA_FILES and isinstance(value, bytes):
            yield _named(value, "data", _SIZE)
        elif number == _DELETED and isinstance(value, bytes):
            deleted = list(_fields(value))
            suffix = _SUFFIXES[_first(deleted, _KIND)]
            version, identity = _first(deleted, _VERSION), _first(deleted, _ID)
            yield NeededFile(f"_deletions/{name}-{version}-{identity}.{suffix}")


def _of_indexes(section: bytes) -> Iterator[NeededFile]:
    for number, index in _fields(section):
        if number == _INDEXES and isinstance(index, bytes):
            values = list(_fields(index))
            uuid = next(value for field, value in values if field == _UUID)
            assert isinstance(uuid, bytes)
            _, raw = next(_fields(uuid))
            assert isinstance(raw, bytes)
            folder = f"_indices/{UUID(bytes=raw)}"
            files = [value for field, value in values if field == _INDEX_FILES]
            for file in files:
                assert isinstance(file, bytes)
                yield _named(file, folder, _INDEX_FILE_SIZE)
            if not files:
                yield NeededFile(folder)


def _named(file: bytes, folder: str, size_field: int) -> NeededFile:
    """A file that tells its own name, in a folder."""
    values = list(_fields(file))
    path = next(value for number, value in values if number == _PATH)
    assert isinstance(path, bytes)
    return NeededFile(f"{folder}/{path.decode()}", _first(values, size_field) or None)


def _first(values: list[tuple[int, int | bytes]], wanted: int) -> int:
    """The first number of that field; Protobuf leaves out a number that is 0."""
    return next(
        (value for number, value in values if number == wanted and isinstance(value, int)), 0
    )


def _message(manifest: bytes, at: int) -> bytes:
    """The message whose length stands at an offset of the manifest."""
    (length,) = struct.unpack_from("<I", manifest, at)
    message = manifest[at + 4 : at + 4 + length]
    if len(message) != length:
        raise IndexError
    return message


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message: each one's number, and its value as a number or as bytes."""
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _number(message, at)
            yield key >> 3, value
            continue
        if kind == _BYTES:
            length, at = _number(message, at)
        elif kind in (_FIXED64, _FIXED32):
            length = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"the manifest has a field of the unknown kind {kind}")
        if at + length > len(message):
            raise IndexError
        yield key >> 3, message[at : at + length]
        at += length


def _number(message: bytes, at: int) -> tuple[int, int]:
    """The variable-length number at an offset, and the offset behind it."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
