"""Where sentences begin and end: in prose, also where it is wrapped at a fixed width, and in lists, tables and code."""

from __future__ import annotations

import re
from collections.abc import Iterator

SENTENCE_END = r"""[.!?…]["'”’»)\]]{0,3}(?=\s{1,3}[^\sa-zß-öø-ÿ])|[。！？｡][」』”’）]{0,3}"""

WRAPPED = 50
"""A line of so many characters goes on in the next one, unless that begins something of its own."""

STARTED = 20
"""A shorter one does so where the next begins with a small letter; labels are shorter still."""

LEAST = 5
"""What is shorter, the number of a list's item for one, belongs to what follows it."""

LINED = frozenset({"code", "table"})
"""Kinds of document whose lines are units."""

_END = re.compile(SENTENCE_END)
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|No|Nr|Fig|vs|etc|cf|approx|e\.g|i\.e|z\.B|bzw|ca|Mme|Sr|Sra))\.$"
)
_OWN = re.compile(r"[-*+•–|#>]|\(?\w{1,3}[.)]\s|\.\.")
_STOPPED = re.compile(r"[.!?:;…]\W*$|[。！？｡]\W*$")


def is_abbreviated(text: str, start: int, stop: int) -> bool:
    """Whether the full stop at the end of text[start:stop] belongs to an abbreviation."""
    return _ABBREVIATED.search(text, max(start, stop - 8), stop) is not None


def sentences(text: str, kind: str) -> Iterator[tuple[int, int]]:
    """The sentences of a passage of a document of that kind as ranges without white space around them; a line each where lines are units.

    >>> text = "The first two of them\\nwere seen. One (No. 2) was ill."
    >>> [text[start:end].replace(chr(10), " ") for start, end in sentences(text, "text")]
    ['The first two of them were seen.', 'One (No. 2) was ill.']
    """
    lined = kind in LINED
    for first, last in _units(text, lined):
        start = first
        ends = () if lined else _END.finditer(text, first, last)
        for match in (*ends, None):
            stop = match.end() if match else last
            words = text[start:stop].strip()
            if match and (
                len(words) < LEAST or (match[0] == "." and is_abbreviated(text, start, stop))
            ):
                continue
            if words:
                begin = text.index(words, start)
                yield begin, begin + len(words)
            start = stop


def _units(text: str, lined: bool) -> Iterator[tuple[int, int]]:
    """The paragraphs, items and other lines of a text."""
    start = position = 0
    before = ""
    for line in text.splitlines(keepends=True):
        if position and (lined or not _goes_on(before, line)):
            yield start, position
            start = position
        position += len(line)
        before = line
    yield start, position


def _goes_on(line: str, following: str) -> bool:
    line, following = line.strip(), following.strip()
    if not line or not following or line[0] in "#|" or _OWN.match(following):
        return False
    small = following[0].islower() and len(line) >= STARTED and not _STOPPED.search(line)
    return small or len(line) >= WRAPPED
