"""Translations in gettext's .po and .pot: each message is a paragraph of its texts.

Strings over several lines are put together, and their escapes are decoded. Each text is in the line
of the file where it begins.
"""

from __future__ import annotations

import re

from ...documents import Document, Reason
from ...errors import Unreadable
from ..decoding import decode
from ..left_out import undecoded
from ..rows import Rows
from ..title import stem
from .escapes import C

SUFFIXES = (".po", ".pot")

_CHARSET = re.compile(rb"charset=([\w.:-]{2,40})")
_STRING = re.compile(
    r"(?P<lead>(?:#[~|]+\s*+)?(?:(?P<keyword>msg\w+)(?:\[\d+\])?)?)\s*+"
    r'"(?P<words>(?>[^"\\]+|\\.)*+)"?.*'
)


def read(data: bytes, path: str) -> Document:
    """The document in a file of translations. Raises Unreadable where it is binary or empty."""
    declared = _CHARSET.search(data[:8_192])
    text = decode(data, declared[1].decode("ascii") if declared else "")
    # Each text goes to the line in which its first string begins.
    rows: list[str] = []
    first = -1
    for number, line in enumerate(text.split("\n")):
        match = _STRING.fullmatch(line.strip())
        if match is None:
            rows.append(line.rstrip())
            first = -1
            continue
        if match["keyword"] or first < 0:
            first = number
        rows.append("")
        rows[first] += match["words"]
    page = Rows()
    for row, line in zip(rows, text.split("\n"), strict=True):
        if line.strip():
            page.take(row if line.startswith("#") and not row else C.decoded(row), "paragraph")
        else:
            page.between()
    page.close()
    if not page.blocks:
        raise Unreadable(Reason.NO_TEXT, "the file has no message with words")
    return Document(
        path, "text", stem(path), page.text, tuple(page.blocks), warnings=undecoded(page.text)
    )
