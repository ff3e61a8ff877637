"""The stretch of a passage that a list of hits shows."""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from search.text.sentences import LINE_KINDS

Marks = tuple[tuple[int, int], ...]

LINES = 4
AHEAD = 80
"""Characters of context before the first mark of the chosen stretch."""

ENDS = ("\n", ". ", "? ", "! ", "。")
BORDERS = (*ENDS, "; ", ", ", " ")
RUN = re.compile(r"\s+|\S+")
MARKUP = re.compile(
    r"^(?:#{1,6}[ \t]+|[ \t]*(?:[-*+]|>)[ \t]+|([=\-~^\"'`#*+_])\1{2,}[ \t]*$|\|?[ \t]*:?-{3,}[-:| \t]*$)",
    re.MULTILINE,
)
"""Signs at the start of a line that say nothing on a wrapped one: #, list bullets, quotes, underlines of headings and rules of tables."""


class Line(NamedTuple):
    """A line to show, with the ranges of its marks and of what of the sentence is in it."""

    text: str
    marks: Marks
    sentence: Marks = ()


@dataclass(frozen=True, slots=True)
class Snippet:
    """Lines to show; `start` is the offset in the passage at which they begin."""

    lines: tuple[Line, ...]
    start: int


def snippet(
    text: str, marks: Sequence[tuple[int, int]], kind: str, width: int, headings: Sequence[str] = (), count: int = LINES,
    sentence: tuple[int, int] | None = None,
) -> Snippet:  # fmt: skip
    """Up to `count` lines with the sentence, or around the densest stretch of marks; code and tables keep their lines, prose is wrapped at `width`.

    Headings that the passage opens with are left out where they are in `headings`, which are shown above it.
    """
    start = snippet_start(text, marks, kind, width, headings, count, sentence)
    lines = (
        _code_lines(text, start, count)
        if kind in LINE_KINDS
        else _prose_lines(text, start, width, count)
    )
    said = (sentence,) if sentence is not None else ()
    return Snippet(
        tuple(Line(line, _ranges(places, marks), _ranges(places, said)) for line, places in lines),
        start,
    )


def snippet_start(
    text: str, marks: Sequence[tuple[int, int]], kind: str, width: int, headings: Sequence[str] = (), count: int = LINES,
    sentence: tuple[int, int] | None = None,
) -> int:  # fmt: skip
    """The offset at which the snippet begins."""
    body = 0 if kind in LINE_KINDS else _after_headings(text, headings)
    if sentence is None:
        return max(_start(text, marks, LINES * width), body)
    return max(_before(text, sentence, kind, width, count), min(body, sentence[0]))


def _before(text: str, sentence: tuple[int, int], kind: str, width: int, count: int) -> int:
    """Where to begin so that the sentence is shown: at the beginning or with the stretch before it where there is room, else at the sentence."""
    start, end = sentence
    if kind in LINE_KINDS:
        return text.rfind("\n", 0, start) + 1
    room = int((count - 0.5) * width)
    lead = min(room - (end - start), room // 2)
    if start <= lead:
        return 0
    window = text[start - lead : start] if lead > 0 else ""
    return next(
        (start - lead + at + len(border) for border in ENDS if (at := window.find(border)) >= 0),
        start,
    )


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


def _prose_lines(text: str, start: int, width: int, count: int) -> list[tuple[str, Sequence[int]]]:
    """The lines, each with the offsets at which its characters stood."""
    room = text[start : start + (count + 1) * width]
    flat, places = _flatten(room, start)
    wrapped = textwrap.wrap(flat, width, break_long_words=True, break_on_hyphens=False)
    lines: list[tuple[str, Sequence[int]]] = []
    position = 0
    for number, line in enumerate(wrapped[:count]):
        position = flat.index(line, position)
        more = number == count - 1 and (
            len(wrapped) > count or start + len(room) < len(text.rstrip())
        )
        lines.append((line + " …" if more else line, places[position : position + len(line)]))
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


def _code_lines(text: str, start: int, count: int) -> list[tuple[str, Sequence[int]]]:
    position = text.rfind("\n", 0, start) + 1
    lines: list[tuple[str, Sequence[int]]] = []
    for line in text[position:].split("\n"):
        if len(lines) == count:
            break
        if line.strip():
            lines.append((line, range(position, position + len(line))))
        position += len(line) + 1
    return lines
