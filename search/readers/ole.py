"""Office files of 1997 to 2003 (DOC, XLS, PPT), and newer ones behind a password, which are all kept in OLE containers."""

from __future__ import annotations

from io import BytesIO

from ..documents import Document, Reason
from ..errors import Unreadable
from . import xls

SUFFIXES = (".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps", ".pot")


def read(data: bytes, path: str) -> Document:
    """The document in an older office file. Raises Unreadable where it is encrypted, damaged or of a kind that is not read."""
    from olefile import OleFileIO

    try:
        with OleFileIO(BytesIO(data)) as container:
            streams = {entry[0] for entry in container.listdir()}
    except Exception as error:
        # olefile meets malformed files with several types of exception.
        raise Unreadable(Reason.CORRUPT, f"the file is damaged: {error}") from error
    if streams & {"EncryptedPackage", "EncryptionInfo"}:
        raise Unreadable(Reason.ENCRYPTED, "the file needs a password")
    if streams & {"Workbook", "Book"}:
        return xls.read(data, path)
    if "WordDocument" in streams:
        raise Unreadable(Reason.BINARY, "Word documents of 1997 to 2003 are not read; save it as .docx")
    if "PowerPoint Document" in streams:
        raise Unreadable(Reason.BINARY, "presentations of 1997 to 2003 are not read; save it as .pptx")
    raise Unreadable(Reason.BINARY, "the file is an OLE container of an unknown kind, which is not read")
