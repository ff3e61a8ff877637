"""Finds where sentences begin and end.

It does so in prose, also where that is wrapped at a fixed width, and in lists, tables and code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SENTENCE_END = r"""[.!?…]["'”’»)\]]{0,3}(?=\s{1,3}[^\sa-zß-öø-ÿ])|[。！？｡][」』”’）]{0,3}"""

WRAPPED = 50
"""A line of at least this many characters continues in the next line.

It does not where either line is blank, where it is a heading or a row of a table, or where the next
line begins an item.
"""

MIN_CONTINUED = 20
"""A shorter line of at least this many characters continues where the next begins in lower case.

Labels are shorter still.
"""

MIN_SENTENCE = 5
"""A shorter sentence, such as the number of a list item, belongs to what follows it."""

LINE_KINDS = frozenset({"code", "table"})
"""The kinds of document in which each line is a unit of its own."""

_END = re.compile(SENTENCE_END)
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|No|Nr|Fig|vs|etc|cf|approx|"
    r"e\.g|i\.e|z\.B|bzw|ca|Mme|Sr|Sra))\.$"
)
_ITEM = re.compile(r"[-*+•–|#>]|\(?\w{1,3}[.)]\s|\.\.")
_MARK = re.compile(r"(?:[-*+•–]|\(?\w{1,3}[.)])\s+")
_ENDED = re.compile(r"[.!?:;…]\W*$|[。！？｡]\W*$")


def is_abbreviated(text: str, start: int, stop: int) -> bool:
    """Whether the full stop at the end of text[start:stop] belongs to an abbreviation."""
    return _ABBREVIATED.search(text, max(start, stop - 8), stop) is not None


def is_row(line: str) -> bool:
    """Whether a line is a row of a table. A tab behind the mark of a list item separates no cells.

    >>> is_row("F28\\tno ignition"), is_row("1.\\tOpen the tap."), is_row("| F28 | no ignition |")
    (True, False, True)
    """
    line = line.strip()
    return line.startswith("|") or "\t" in _MARK.sub("", line, count=1)


def sentences(text: str, kind: str) -> Iterator[tuple[int, int]]:
    """The sentences of a passage as ranges without white space around them.

    `kind` is the kind of the document. Where its lines are units, each line is a sentence, as is
    each row of a table whose cells are separated by tabs.

    >>> text = "The first two of them\\nwere seen. One (No. 2) was ill."
    >>> [text[start:end].replace(chr(10), " ") for start, end in sentences(text, "text")]
    ['The first two of them were seen.', 'One (No. 2) was ill.']
    """
    by_line = kind in LINE_KINDS
    for first, last in _units(text, by_line):
        start = first
        is_whole = by_line or is_row(text[first:last])
        ends = () if is_whole else _END.finditer(text, first, last)
        for match in (*ends, None):
            stop = match.end() if match else last
            words = text[start:stop].strip()
            if match and (
                len(words) < MIN_SENTENCE or (match[0] == "." and is_abbreviated(text, start, stop))
            ):
                continue
            if words:
                begin = text.index(words, start)
                yield begin, begin + len(words)
            start = stop


def _units(text: str, by_line: bool) -> Iterator[tuple[int, int]]:
    """The ranges of paragraphs, list items and single lines in a text."""
    start = position = 0
    previous_line = ""
    for line in text.splitlines(keepends=True):
        if position and (by_line or not _goes_on(previous_line, line)):
            yield start, position
            start = position
        position += len(line)
        previous_line = line
    yield start, position


def _goes_on(line: str, following: str) -> bool:
    """Whether the text of a line continues in the following line."""
    line, following = line.strip(), following.strip()
    if not line or not following or line[0] == "#" or _ITEM.match(following):
        return False
    if is_row(line) or is_row(following):
        return False
    starts_lower = following[0].islower() and len(line) >= MIN_CONTINUED and not _ENDED.search(line)
    return starts_lower or len(line) >= WRAPPED
