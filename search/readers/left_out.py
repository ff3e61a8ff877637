"""Counts what a reader leaves out of a document's text, and says it in one sentence.

Some parts of a file are no text of the document, such as deleted text, and others cannot be read.
Either way the part is counted, so that no text is lost in silence. Scripts, style sheets and markup
are not counted: nobody who opens the file sees them.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum


class Part(Enum):
    """What a reader may leave out: the name of one, and the name of several."""

    HIDDEN = ("hidden part", "hidden parts")
    DELETED = ("deleted part", "deleted parts")
    COMMENT = ("comment", "comments")
    MENU = ("menu", "menus")
    READING = ("reading beside characters", "readings beside characters")
    CHAPTER = ("chapter without text", "chapters without text")
    FILE = ("embedded file", "embedded files")
    FORM = ("form", "forms")
    OUTPUT = ("output that is no text", "outputs that are no text")
    REST = ("part of a long output", "parts of long outputs")
    CHARACTER = (
        "character that the file does not name",
        "characters that the file does not name",
    )


class LeftOut:
    """What one document leaves out, counted by kind."""

    def __init__(self) -> None:
        self._counts: Counter[Part] = Counter()

    def add(self, part: Part, count: int = 1) -> None:
        """Count `count` more of this kind; nothing is noted where `count` is 0."""
        self._counts[part] += count

    def include(self, other: LeftOut) -> None:
        """Count what a part of the document leaves out."""
        self._counts.update(other._counts)

    def warnings(self) -> tuple[str, ...]:
        """One sentence for `Document.warnings`, such as "left out: 2 comments, 1 form".

        The kinds are in the order of `Part`. Empty where nothing is left out.
        """
        counts = [(part, self._counts[part]) for part in Part if self._counts[part]]
        parts = [f"{count:,} {part.value[count > 1]}" for part, count in counts]
        return (f"left out: {', '.join(parts)}",) if parts else ()
