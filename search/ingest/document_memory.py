"""Tells how much memory a Document holds."""

from __future__ import annotations

import sys

from ..documents import Document

BLOCK_BYTES = 150
"""A Block, its place in the tuple, and the two offsets, each of which is an object."""

MESSAGE_BYTES = 300
"""A Message with its title and its date."""

PAGE_BYTES = 100
"""The offset of a page and its label."""


def document_memory(document: Document) -> int:
    """About the bytes of memory that a document holds: its text, blocks, pages and messages.

    >>> document_memory(Document("/d/a.txt", "text", "a", "", ())) < 100
    True
    """
    headings = sum(sys.getsizeof(block.heading) for block in document.blocks if block.heading)
    return (
        sys.getsizeof(document.text)
        + BLOCK_BYTES * len(document.blocks)
        + headings
        + MESSAGE_BYTES * len(document.messages)
        + PAGE_BYTES * len(document.pages)
    )
