"""Assembles a document from the texts of its pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..documents import Block, Document
from .text import paragraphs
from .title import first_line


def assembled(
    path: str, kind: str, title: str, texts: Iterable[str], warnings: tuple[str, ...]
) -> Document:
    """The document of the pages `texts`.

    `title` may be empty where the file states none: the first line then is the title.
    """
    parts: list[str] = []
    offsets: list[int] = []
    blocks: list[Block] = []
    length = 0
    # Lay the pages out one after the other, and move their blocks to their place.
    for page in texts:
        if page and length:
            parts.append("\n\n")
            length += 2
        offsets.append(length)
        blocks += [
            replace(block, start=block.start + length, end=block.end + length)
            for block in paragraphs(page)
        ]
        parts.append(page)
        length += len(page)
    text = "".join(parts)
    return Document(
        path, kind, title or first_line(text, path), text, tuple(blocks), tuple(offsets), warnings
    )
