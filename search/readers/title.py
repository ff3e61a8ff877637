"""What a document is called where it does not say so itself."""

from __future__ import annotations

import os

MAX_TITLE = 120


def file_name(path: str) -> str:
    """The file's name as text: bytes that are no UTF-8 become U+FFFD, since titles are embedded and stored."""
    return os.fsencode(path.rpartition("/")[2]).decode("utf-8", "replace")


def stem(path: str) -> str:
    """The file's name without its last suffix.

    >>> stem("/notes/boiler.2024.md"), stem("/notes/.plan")
    ('boiler.2024', '.plan')
    """
    name = file_name(path)
    head, dot, _ = name.rpartition(".")
    return head if dot and head else name


def first_line(text: str, path: str) -> str:
    """The first line with words where it is short enough for a title, else the file's stem."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start, start + MAX_TITLE + 1)
    line = text[start:end] if end >= 0 else text[start : start + MAX_TITLE + 1]
    line = line.strip()
    return line if len(line) <= MAX_TITLE and any(map(str.isalnum, line)) else stem(path)
