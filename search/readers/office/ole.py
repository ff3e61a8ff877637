"""Office files in OLE containers: files of 1997 to 2003 (DOC, XLS, PPT).

Newer office files behind a password are OLE containers too.
"""

from __future__ import annotations

from io import BytesIO

from ...documents import Document, Reason
from ...errors import Unreadable
from ..flow import Flow, Stretch
from ..left_out import Part
from . import doc, ppt, xls
from .embedded import Embedded, Enclosed, packaged

SUFFIXES = (".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps", ".pot")

PACKED = ("\x01Ole10Native", "Package")
"""Streams that hold a file of any format, and one of the newer formats."""

BOOKS = ("Workbook", "Book")

WITH_TEXT = ("WordDocument", "0Table", "1Table", "PowerPoint Document")


def read(data: bytes, path: str, enclosed: Enclosed | None = None) -> Document:
    """The document in an older office file. `enclosed` reads the files that lie inside it.

    Raises Unreadable where the file is encrypted, damaged or of a kind that is not read.
    """
    streams = _streams(data)
    if streams.keys() & {"EncryptedPackage", "EncryptionInfo", "EncryptedSummary"}:
        raise Unreadable(Reason.ENCRYPTED, "the file needs a password")

    def files(flow: Flow) -> list[Stretch]:
        return _files(data, Embedded(flow, enclosed))

    try:
        if streams.keys() & {"Workbook", "Book"}:
            return xls.read(data, path, files)
        if "WordDocument" in streams:
            return doc.read(streams["WordDocument"], streams, path, files)
        if "PowerPoint Document" in streams:
            return ppt.read(streams["PowerPoint Document"], path, enclosed)
    except Unreadable:
        raise
    except Exception as error:
        # These formats are full of offsets that point to each other, and a wrong offset may raise
        # nearly every type of exception.
        raise Unreadable(Reason.CORRUPT, f"the file is damaged: {error}") from error
    raise Unreadable(
        Reason.BINARY, "the file is an OLE container of an unknown kind, which is not read"
    )


def _files(data: bytes, embedded: Embedded) -> list[Stretch]:
    """The text of the files that lie in the storages of a container."""
    from olefile import OleFileIO

    with OleFileIO(BytesIO(data)) as container:
        storages: dict[tuple[str, ...], dict[str, list[str]]] = {}
        for entry in container.listdir():
            if len(entry) > 1 and (entry[0] == "ObjectPool" or entry[0].startswith("MBD")):
                storages.setdefault(tuple(entry[:-1]), {})[entry[-1]] = entry
        stretches: list[Stretch] = []
        for number, streams in enumerate(storages.values(), 1):
            contents = {
                name: container.openstream(entry).read()
                for name, entry in streams.items()
                if name in (*WITH_TEXT, *PACKED, *BOOKS)
            }
            stretches += _file(contents, f"object {number}", embedded)
    return stretches


def _file(streams: dict[str, bytes], name: str, embedded: Embedded) -> list[Stretch]:
    """The text of the file in one storage, whose streams of interest have these contents."""

    def read() -> Document:
        try:
            if "WordDocument" in streams:
                return doc.read(streams["WordDocument"], streams, name)
            if "PowerPoint Document" in streams:
                return ppt.read(streams["PowerPoint Document"], name)
            return xls.read(next(streams[book] for book in BOOKS if book in streams), name)
        except Unreadable:
            raise
        except Exception as error:
            raise Unreadable(Reason.CORRUPT, f"{name} is damaged: {error}") from error

    if PACKED[0] in streams:
        return embedded.headed(*packaged(streams[PACKED[0]], f"{name}.bin"), 1)
    if PACKED[1] in streams:
        return embedded.headed(streams[PACKED[1]], f"{name}.docx", 1)
    if streams.keys() & {"WordDocument", "PowerPoint Document", *BOOKS}:
        return embedded.below(name, embedded.read(name, read), 1)
    embedded.left_out.add(Part.FILE)
    return []


def _streams(data: bytes) -> dict[str, bytes]:
    """The streams of a container by name, without the streams in its storages.

    The streams in WITH_TEXT have their contents; the others are empty.
    """
    from olefile import OleFileIO

    try:
        with OleFileIO(BytesIO(data)) as container:
            names = [entry[0] for entry in container.listdir() if len(entry) == 1]
            return {
                name: container.openstream(name).read() if name in WITH_TEXT else b""
                for name in names
            }
    except Exception as error:
        # olefile raises several types of exception for malformed files.
        raise Unreadable(Reason.CORRUPT, f"the file is damaged: {error}") from error
