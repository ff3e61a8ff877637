"""The stretch of a passage that a list of hits shows."""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

Marks = tuple[tuple[int, int], ...]

LINES = 4
LINED = frozenset({"code", "table"})
"""Kinds of document whose lines are units."""

AHEAD = 80
"""Characters of context before the first mark of the chosen stretch."""

BORDERS = ("\n", ". ", "? ", "! ", "。", "; ", ", ", " ")
RUN = re.compile(r"\s+|\S+")
MARKUP = re.compile(
    r"^(?:#{1,6}[ \t]+|[ \t]*(?:[-*+]|>)[ \t]+|([=\-~^\"'`#*+_])\1{2,}[ \t]*$|\|?[ \t]*:?-{3,}[-:| \t]*$)", re.MULTILINE
)
"""Signs at the start of a line that say nothing on a wrapped one: #, list bullets, quotes, underlines of headings and rules of tables."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Lines to show, each with its own marks; `start` is the offset in the passage at which they begin."""

    lines: tuple[tuple[str, Marks], ...]
    start: int


def snippet(
    text: str, marks: Sequence[tuple[int, int]], kind: str, width: int, headings: Sequence[str] = (), count: int = LINES
) -> Snippet:
    """Up to `count` lines around the densest stretch of marks; code and tables keep their lines, prose is wrapped at `width`.

    Headings that the passage opens with are left out where they are in `headings`, which are shown above it.
    """
    start = snippet_start(text, marks, kind, width, headings)
    lines = _code_lines(text, marks, start, count) if kind in LINED else _prose_lines(text, marks, start, width, count)
    return Snippet(tuple(lines), start)


def snippet_start(
    text: str, marks: Sequence[tuple[int, int]], kind: str, width: int, headings: Sequence[str] = ()
) -> int:
    """The offset at which the snippet begins."""
    return max(_start(text, marks, LINES * width), 0 if kind in LINED else _after_headings(text, headings))


def _after_headings(text: str, headings: Sequence[str]) -> int:
    """Where the text begins that is no heading of the trail; 0 where there is nothing else."""
    known = {" ".join(heading.split()) for heading in headings}
    position = 0
    for line in text.splitlines(keepends=True):
        words = " ".join(MARKUP.sub("", line).split())
        if words and words not in known:
            return position
        position += len(line)
    return 0


def _start(text: str, marks: Sequence[tuple[int, int]], room: int) -> int:
    """Where to begin: at a line or sentence a little before the window that holds most distinct marked words."""
    if not marks or len(text) <= room:
        return 0
    words = [text[start:end].casefold() for start, end in marks]
    ends = [end for _, end in marks]
    best, first = 0, 0
    for number, (begin, _) in enumerate(marks):
        inside = len(set(words[number : bisect_right(ends, begin + room - AHEAD)]))
        if inside > best:
            best, first = inside, begin
    if first <= AHEAD:
        return 0
    window = text[first - AHEAD : first]
    for border in BORDERS:
        if (found := window.find(border)) >= 0:
            return first - AHEAD + found + len(border)
    return first


def _prose_lines(
    text: str, marks: Sequence[tuple[int, int]], start: int, width: int, count: int
) -> list[tuple[str, Marks]]:
    room = text[start : start + (count + 1) * width]
    flat, places = _flatten(room, start)
    wrapped = textwrap.wrap(flat, width, break_long_words=True, break_on_hyphens=False)
    lines: list[tuple[str, Marks]] = []
    position = 0
    for number, line in enumerate(wrapped[:count]):
        position = flat.index(line, position)
        ranges = _ranges(places[position : position + len(line)], marks)
        more = number == count - 1 and (len(wrapped) > count or start + len(room) < len(text.rstrip()))
        lines.append((line + " …" if more else line, ranges))
        position += len(line)
    return lines


def _flatten(text: str, offset: int) -> tuple[str, list[int]]:
    """The text on one line without markup, and for each of its characters the offset it had."""
    letters: list[str] = []
    places: list[int] = []
    position = 0
    for begin, end in [*(match.span() for match in MARKUP.finditer(text)), (len(text), len(text))]:
        for match in RUN.finditer(text, position, begin):
            if not match[0].isspace():
                letters.append(match[0])
                places.extend(range(offset + match.start(), offset + match.end()))
            elif letters and letters[-1] != " ":
                letters.append(" ")
                places.append(offset + match.start())
        position = end
    return "".join(letters).rstrip(), places


def _ranges(places: Sequence[int], marks: Sequence[tuple[int, int]]) -> Marks:
    """The marks as ranges of a line whose characters stood at `places`."""
    ranges = []
    for begin, end in marks:
        inside = [index for index, place in enumerate(places) if begin <= place < end]
        if inside:
            ranges.append((inside[0], inside[-1] + 1))
    return tuple(ranges)


def _code_lines(text: str, marks: Sequence[tuple[int, int]], start: int, count: int) -> list[tuple[str, Marks]]:
    position = text.rfind("\n", 0, start) + 1
    lines: list[tuple[str, Marks]] = []
    for line in text[position:].split("\n"):
        if len(lines) == count:
            break
        if line.strip():
            lines.append((line, _ranges(range(position, position + len(line)), marks)))
        position += len(line) + 1
    return lines
