"""MHTML: a web page that a browser saved with everything in one file. It is read as HTML."""

from __future__ import annotations

from ...documents import Document, Reason
from ...errors import Unreadable
from ..markup import html
from .mime import content, message_of

SUFFIXES = (".mhtml", ".mht")


def read(data: bytes, path: str) -> Document:
    """The document in a saved page. Raises Unreadable where the file holds no page."""
    parts = (
        part
        for part in message_of(data).walk()
        if part.get_content_type() in ("text/html", "application/xhtml+xml")
    )
    # The first page is the one that was saved; further ones are shown in its frames.
    first = next(parts, None)
    source = "" if first is None else content(first)
    if not source:
        raise Unreadable(Reason.CORRUPT, "the file holds no web page")
    return html.read(("\ufeff" + source).encode("utf-8", "replace"), path)
