"""Reads plain text, in which blank lines separate paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..documents import Block, Document
from .block_limit import joined
from .decoding import decode
from .left_out import undecoded
from .title import first_line

SUFFIXES = (
    *(".txt", ".text", ".log"),
    *(".textile", ".wiki", ".bib", ".diff", ".patch"),
)

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")


def read(data: bytes, path: str) -> Document:
    """The document in a plain text file. Raises Unreadable where it is binary or empty."""
    text = decode(data)
    return Document(
        path,
        "text",
        first_line(text, path),
        text,
        tuple(joined(paragraphs(text), text)),
        warnings=undecoded(text),
    )


def paragraphs(text: str) -> Iterator[Block]:
    """The stretches of `text` between blank lines."""
    position = 0
    for blank in _BLANK_LINES.finditer(text):
        yield from _paragraph(text, position, blank.start())
        position = blank.end()
    yield from _paragraph(text, position, len(text))


def _paragraph(text: str, start: int, end: int) -> Iterator[Block]:
    """The block in text[start:end], without blank lines at its ends, where there are words."""
    stretch = text[start:end]
    first = start + len(stretch) - len(stretch.lstrip())
    if first < end:
        begin = text.rfind("\n", start, first) + 1 or start
        stop = text.find("\n", start + len(stretch.rstrip()), end)
        yield Block(begin, stop if stop >= 0 else end, "paragraph")
