"""Counts what a reader leaves out of a document's text, and says it in one sentence.

Some parts of a file are no text of the document, such as deleted text, and others cannot be read.
Either way the part is counted, so that no text is lost in silence. Scripts, style sheets and markup
are not counted: nobody who opens the file sees them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
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
    CHART = ("chart without its numbers", "charts without their numbers")
    INDEX = ("table of contents or index", "tables of contents or indexes")
    FORM = ("form", "forms")
    OUTPUT = ("output that is no text", "outputs that are no text")
    REST = ("part of a long output", "parts of long outputs")
    CHARACTER = (
        "character that the file does not name",
        "characters that the file does not name",
    )
    UNDECODED = ("character that cannot be decoded", "characters that cannot be decoded")
    DATA = ("picture, sound or key", "pictures, sounds or keys")
    ATTACHMENT = ("attachment that is not read", "attachments that are not read")
    MESSAGE = ("deleted message", "deleted messages")
    BODY = ("text that cannot be read", "texts that cannot be read")
    HEADER = ("header that is cut off", "headers that are cut off")
    NESTED = ("message nested too deeply", "messages nested too deeply")


MAX_REASONS = 5
"""Reasons that are told for parts of one kind, the most frequent ones first."""


class LeftOut:
    """What one document leaves out, counted by kind and by reason."""

    def __init__(self) -> None:
        self._counts: Counter[Part] = Counter()
        self._reasons: dict[Part, Counter[str]] = {}

    def add(self, part: Part, count: int = 1, reason: str = "") -> None:
        """Count `count` more of this kind; nothing is noted where `count` is 0."""
        if count:
            self._counts[part] += count
        if count and reason:
            self._reasons.setdefault(part, Counter())[reason] += count

    def add_undecoded(self, text: str) -> None:
        """Count the characters of a decoded text that are lost."""
        self.add(Part.UNDECODED, text.count("\ufffd"))

    def include(self, other: LeftOut) -> None:
        """Count what a part of the document leaves out."""
        self._counts.update(other._counts)
        for part, reasons in other._reasons.items():
            self._reasons.setdefault(part, Counter()).update(reasons)

    def warnings(self) -> tuple[str, ...]:
        """One sentence for `Document.warnings`, such as "left out: 2 comments, 1 form".

        The kinds are in the order of `Part`, each with its reasons where any are known. Empty where
        nothing is left out.
        """
        counts = [(part, self._counts[part]) for part in Part if self._counts[part]]
        parts = [
            f"{count:,} {part.value[count > 1]}{self._why(part, count)}" for part, count in counts
        ]
        return (_BEGINNING + ", ".join(parts),) if parts else ()

    def _why(self, part: Part, count: int) -> str:
        """The reasons of one kind in brackets, with their numbers where there are several."""
        reasons = self._reasons.get(part, Counter[str]()).most_common(MAX_REASONS)
        if not reasons:
            return ""
        told = [reason if n == count else f"{n:,}: {reason}" for reason, n in reasons]
        return f" ({'; '.join(told)})"


_BEGINNING = "left out: "
_COUNT = re.compile(
    rf"([\d,]+) ({'|'.join(sorted((name for part in Part for name in part.value), reverse=True))})"
    r"(?: \((?P<why>[^()]*(?:\([^()]*\)[^()]*)*)\))?(?:, |$)"
)
_PARTS = {name: part for part in Part for name in part.value}


def told_in(warning: str) -> LeftOut | None:
    """What a warning of this module says is left out, without the reasons; None for any other one.

    The warning may stand behind the name of an attachment.

    >>> told_in("attachment a.txt: left out: 1,200 comments, 1 form").warnings()
    ('left out: 1,200 comments, 1 form',)
    """
    before, beginning, counts = warning.rpartition(_BEGINNING)
    if not beginning or (before and not before.endswith(": ")):
        return None
    left_out = LeftOut()
    position = 0
    while position < len(counts):
        count = _COUNT.match(counts, position)
        if count is None:
            return None
        left_out.add(_PARTS[count[2]], int(count[1].replace(",", "")))
        position = count.end()
    return left_out


def total(warnings: Iterable[str]) -> str:
    """What all these warnings say is left out, as in "210 comments, 12 hidden parts"."""
    left_out = LeftOut()
    for warning in warnings:
        if (told := told_in(warning)) is not None:
            left_out.include(told)
    return "".join(left_out.warnings()).removeprefix(_BEGINNING)


def undecoded(text: str) -> tuple[str, ...]:
    """The warning about the characters of a decoded text that are lost, if any are."""
    left_out = LeftOut()
    left_out.add_undecoded(text)
    return left_out.warnings()
