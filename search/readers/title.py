"""Chooses a document's title where the document itself states none, or none of use."""

from __future__ import annotations

import os
import re

MAX_TITLE = 120
MAX_STATED_TITLE = 200

# Words that programs write into a file's properties where nobody has given the file a title.
_NO_TITLE = re.compile(
    r"untitled.*|document\d*|dokument\d*|"
    r"(?:powerpoint|microsoft|slide \d|folie \d|präsentation|presentation).{0,40}|"
    r".*\.(?:docx?|indd|tex|dvi|pptx?|xlsx?|od[tps]|rtf|qxd|p65|pdf|dotx?|potx?)",
    re.IGNORECASE | re.DOTALL,
)


def file_name(path: str) -> str:
    """The file's name as text; bytes that are not UTF-8 become U+FFFD.

    Titles are embedded and stored, so they must be valid text.
    """
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
    """The first line with words, where it is short enough for a title, else the file's stem."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start, start + MAX_TITLE + 1)
    line = text[start:end] if end >= 0 else text[start : start + MAX_TITLE + 1]
    line = line.strip()
    return line if len(line) <= MAX_TITLE and any(map(str.isalnum, line)) else stem(path)


def stated(words: str, no_title: re.Pattern[str] = _NO_TITLE) -> str:
    """A title from a file's properties where a person may have written it, else empty.

    `no_title` matches the words that programs write there.

    >>> stated(" Rain  tables "), stated("PowerPoint-Präsentation"), stated("Microsoft Word - a")
    ('Rain tables', '', '')
    """
    words = " ".join(words.split())
    readable_count = sum(character.isalnum() or character.isspace() for character in words)
    is_usable = (
        3 <= len(words) <= MAX_STATED_TITLE
        and readable_count >= 0.6 * len(words)
        and not no_title.fullmatch(words)
    )
    return words if is_usable else ""
