"""Office files and books: the reader for each is chosen by the contents first.

Many files have the suffix of another format.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...documents import Document, Reason
from ...errors import Unreadable
from .. import text
from ..archive import Archive
from ..markup import html
from . import docx, epub, fictionbook, odf, ole, pptx, rtf, xlsx
from .embedded import Enclosed

if TYPE_CHECKING:
    from types import ModuleType

FAMILIES: tuple[ModuleType, ...] = (docx, xlsx, pptx, odf, rtf, epub, fictionbook, ole)
HOLDERS = (docx, xlsx, pptx, odf, rtf, ole)
"""The families whose files may hold other files."""

SUFFIXES = tuple(suffix for family in FAMILIES for suffix in family.SUFFIXES)

# A ZIP file's format shows in how the name of a part begins or ends. The surest sign comes first.
PARTS: tuple[tuple[Callable[[str, str], bool], str, ModuleType], ...] = (
    (str.startswith, "word/", docx),
    (str.startswith, "xl/", xlsx),
    (str.startswith, "ppt/", pptx),
    (str.startswith, "META-INF/container.xml", epub),
    (str.endswith, ".opf", epub),
    (str.endswith, ".fb2", fictionbook),
    (str.startswith, "content.xml", odf),
)

# Other formats show in how the file begins, after white space and a byte order mark.
BEGINNINGS: tuple[tuple[bytes, ModuleType], ...] = (
    (b"{\\rtf", rtf),
    (b"\xd0\xcf\x11\xe0", ole),
    (b"<!doctype html", html),
    (b"<html", html),
    (b"<table", html),
)
ROOT_ELEMENTS: tuple[tuple[bytes, ModuleType], ...] = (
    (b"<fictionbook", fictionbook),
    (b"<office:document", odf),
)
BEGINNING_SIZE = 4096
"""Bytes at the start of an XML file in which its root element is looked for."""


def read(data: bytes, path: str, enclosed: Enclosed | None = None) -> Document:
    """The document in an office file or book; a file of plain text is read as text.

    `enclosed` reads the files that lie inside it, by their names; None leaves them out.

    Raises Unreadable where the file is neither, or is damaged, encrypted, too large or holds no
    text.
    """
    if path.rpartition("/")[2].startswith("~$"):
        raise Unreadable(
            Reason.BINARY, "the file marks a document as open in Office, and holds no text"
        )
    module = _by_contents(data, path)
    if module in HOLDERS:
        return module.read(data, path, enclosed)  # type: ignore[no-any-return]
    if module is not None:
        return module.read(data, path)  # type: ignore[no-any-return]
    try:
        return text.read(data, path)
    except Unreadable as error:
        if error.reason is not Reason.BINARY:
            raise
        raise Unreadable(
            Reason.CORRUPT, f"the file is neither {_suffix(path)[1:].upper()} nor text"
        ) from error


def _by_contents(data: bytes, path: str) -> ModuleType | None:
    """The module that reads the format of the contents, or None where no module does."""
    if data.startswith(b"PK"):
        names = Archive(data).names
        modules = (
            module for test, sign, module in PARTS if any(test(name, sign) for name in names)
        )
        return next(modules, None) or next(
            (family for family in FAMILIES if _suffix(path) in family.SUFFIXES), None
        )
    beginning = data[:BEGINNING_SIZE].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for sign, module in BEGINNINGS:
        if beginning.startswith(sign):
            return module
    if beginning.startswith(b"<"):
        by_root = next((module for sign, module in ROOT_ELEMENTS if sign in beginning), None)
        return by_root or (html if beginning.startswith(b"<?xml") else None)
    return None


def _suffix(path: str) -> str:
    name = path.rpartition("/")[2].lower()
    return ".fb2.zip" if name.endswith(".fb2.zip") else "." + name.rpartition(".")[2]
