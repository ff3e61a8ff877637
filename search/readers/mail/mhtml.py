"""MHTML: a web page that a browser saved with everything in one file. It is read as HTML."""

from __future__ import annotations

from dataclasses import replace

from ...documents import Document, Reason
from ...errors import Unreadable
from ..assembly import Assembly
from ..left_out import LeftOut
from ..markup import html
from .mime import HTML, content, message_of

SUFFIXES = (".mhtml", ".mht")


def read(data: bytes, path: str) -> Document:
    """The document in a saved page. Raises Unreadable where the file holds no page."""
    left_out = LeftOut()
    pages = [
        page
        for part in message_of(data).walk()
        if part.get_content_type() in HTML and (page := content(part, left_out))
    ]
    if not pages:
        raise Unreadable(Reason.CORRUPT, "the file holds no web page")
    # The first page is the one that was saved. Further ones are shown in its frames, and the first
    # may consist of frames only.
    first, warnings = None, left_out.warnings()
    assembly = Assembly()
    for page in pages:
        try:
            document = html.read(("\ufeff" + page).encode("utf-8", "replace"), path)
        except Unreadable:
            if len(pages) == 1:
                raise
            continue
        first = first or document
        warnings += document.warnings
        assembly.include(document.text, document.blocks)
    if first is None:
        raise Unreadable(Reason.NO_TEXT, "the pages in the file hold no text")
    whole = assembly.document(path, first.kind, first.title)
    return replace(first, text=whole.text, blocks=whole.blocks, warnings=warnings)
