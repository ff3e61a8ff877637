"""Office files in OLE containers: files of 1997 to 2003 (DOC, XLS, PPT).

Newer office files behind a password are OLE containers too.
"""

from __future__ import annotations

from io import BytesIO

from ...documents import Document, Reason
from ...errors import Unreadable
from . import doc, ppt, xls

SUFFIXES = (".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps", ".pot")

WITH_TEXT = ("WordDocument", "0Table", "1Table", "PowerPoint Document")


def read(data: bytes, path: str) -> Document:
    """The document in an older office file.

    Raises Unreadable where the file is encrypted, damaged or of a kind that is not read.
    """
    streams = _streams(data)
    if streams.keys() & {"EncryptedPackage", "EncryptionInfo", "EncryptedSummary"}:
        raise Unreadable(Reason.ENCRYPTED, "the file needs a password")
    try:
        if streams.keys() & {"Workbook", "Book"}:
            return xls.read(data, path)
        if "WordDocument" in streams:
            return doc.read(streams["WordDocument"], streams, path)
        if "PowerPoint Document" in streams:
            return ppt.read(streams["PowerPoint Document"], path)
    except Unreadable:
        raise
    except Exception as error:
        # These formats are full of offsets that point to each other, and a wrong offset may raise
        # nearly every type of exception.
        raise Unreadable(Reason.CORRUPT, f"the file is damaged: {error}") from error
    raise Unreadable(
        Reason.BINARY, "the file is an OLE container of an unknown kind, which is not read"
    )


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
