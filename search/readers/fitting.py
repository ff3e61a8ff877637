"""Fits a document into the limits on its length and its blocks, and makes its text storable."""

from __future__ import annotations

import re
from dataclasses import replace

from ..documents import Document
from .block_limit import MOST, joined

_SURROGATE = re.compile("[\ud800-\udfff]")


def fitted(document: Document, characters: int) -> Document:
    """The document cut to that many characters and to MOST blocks, with a warning.

    Lone surrogates are replaced, because they cannot be stored.
    """
    document = _with_fewer_blocks(document)
    # Make the text storable.
    text = document.text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = _SURROGATE.sub("\ufffd", text)
    if len(text) <= characters:
        return replace(document, text=text)
    warning = f"only the first {characters:,} of its {len(text):,} characters are read"
    cut = _cut(replace(document, text=text), characters)
    return replace(cut, warnings=(*document.warnings, warning))


def _cut(document: Document, characters: int) -> Document:
    """The document's first characters, without everything that lies beyond them."""
    blocks = tuple(
        replace(block, end=min(block.end, characters))
        for block in document.blocks
        if block.start < characters
    )
    pages = tuple(page for page in document.pages if page < characters)
    messages = tuple(message for message in document.messages if message.start < characters)
    return replace(
        document,
        text=document.text[:characters],
        blocks=blocks,
        pages=pages,
        messages=messages,
        page_labels=document.page_labels[: len(pages)],
    )


def _with_fewer_blocks(document: Document) -> Document:
    """The document with its short blocks joined, and cut where more than MOST blocks remain."""
    blocks = joined(document.blocks, document.text)
    if len(blocks) <= MOST:
        return replace(document, blocks=tuple(blocks))
    told = f"only the first {MOST:,} of its {len(blocks):,} blocks are read"
    cut = _cut(replace(document, blocks=tuple(blocks[:MOST])), blocks[MOST].start)
    return replace(cut, warnings=(*document.warnings, told))
