"""Plain text: paragraphs are what blank lines part."""

from __future__ import annotations

from collections.abc import Iterator

from ..documents import Block, Document
from .decoding import decode
from .lines import lines
from .title import first_line

SUFFIXES = (
    *(".txt", ".text", ".log"),
    *(".textile", ".wiki", ".bib", ".ics", ".vcf", ".diff", ".patch", ".po"),
)


def read(data: bytes, path: str) -> Document:
    """The document in a plain text file. Raises Unreadable where it is binary or empty."""
    text = decode(data)
    return Document(path, "text", first_line(text, path), text, tuple(paragraphs(text)))


def paragraphs(text: str) -> Iterator[Block]:
    """The stretches of `text` between blank lines."""
    start = end = -1
    for line in lines(text):
        if line.words:
            if start < 0:
                start = line.start
            end = line.end
        elif start >= 0:
            yield Block(start, end, "paragraph")
            start = -1
    if start >= 0:
        yield Block(start, end, "paragraph")
