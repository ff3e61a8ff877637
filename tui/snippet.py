"""The lines of a passage that a list of hits shows."""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from search.text.sentences import LINE_KINDS

Marks = tuple[tuple[int, int], ...]

LINES = 4
AHEAD = 80
"""Characters of context before the first mark that is shown."""

ENDS = ("\n", ". ", "? ", "! ", "。")
BORDERS = (*ENDS, "; ", ", ", " ")
RUN = re.compile(r"\s+|\S+")
MARKUP = re.compile(
    r"^(?:#{1,6}[ \t]+|[ \t]*(?:[-*+]|>)[ \t]+|([=\-~^\"'`#*+_])\1{2,}[ \t]*$"
    r"|\|?[ \t]*:?-{3,}[-:| \t]*$)",
    re.MULTILINE,
)
"""Signs at the start of a line that mean nothing once the text is wrapped.

They are #, list bullets, quotes, underlines of headings and rules of tables.
"""


class Line(NamedTuple):
    """A line to show, with the ranges of its marks and of its part of the sentence."""

    text: str
    marks: Marks
    sentence: Marks = ()


def snippet(
    text: str,
    marks: Sequence[tuple[int, int]],
    kind: str,
    width: int,
    headings: Sequence[str] = (),
    count: int = LINES,
    sentence: tuple[int, int] | None = None,
) -> tuple[Line, ...]:
    """Up to `count` lines with the sentence that answers, or around the densest group of marks.

    Code and tables keep their lines, prose is wrapped at `width`. Headings at the passage's start
    are left out if they are in `headings`, which the list shows above the passage.
    """
    start = _first_offset(text, marks, kind, width, headings, count, sentence)
    lines = (
        _code_lines(text, start, count)
        if kind in LINE_KINDS
        else _prose_lines(text, start, width, count)
    )
    sentences = (sentence,) if sentence is not None else ()
    return tuple(
        Line(line, _ranges(offsets, marks), _ranges(offsets, sentences)) for line, offsets in lines
    )


def _first_offset(
    text: str,
    marks: Sequence[tuple[int, int]],
    kind: str,
    width: int,
    headings: Sequence[str],
    count: int,
    sentence: tuple[int, int] | None,
) -> int:
    """The offset in the passage at which `snippet` begins for the same arguments."""
    body = 0 if kind in LINE_KINDS else _after_headings(text, headings)
    if sentence is None:
        return max(_start(text, marks, LINES * width), body)
    return max(_before(text, sentence, kind, width, count), min(body, sentence[0]))


def _before(text: str, sentence: tuple[int, int], kind: str, width: int, count: int) -> int:
    """Where to begin so that the sentence is shown.

    If there is room, that is the passage's beginning or the end of a sentence before it. Otherwise
    it is the sentence itself.
    """
    start, end = sentence
    if kind in LINE_KINDS:
        return text.rfind("\n", 0, start) + 1
    room = int((count - 0.5) * width)
    lead = min(room - (end - start), room // 2)
    if start <= lead:
        return 0
    window = text[start - lead : start] if lead > 0 else ""
    for border in ENDS:
        if (found := window.find(border)) >= 0:
            return start - lead + found + len(border)
    return start


def _after_headings(text: str, headings: Sequence[str]) -> int:
    """The offset of the first line that is none of the headings; 0 if there is no such line."""
    trail = {" ".join(heading.split()) for heading in headings}
    position = 0
    for line in text.splitlines(keepends=True):
        words = " ".join(MARKUP.sub("", line).split())
        if words and words not in trail:
            return position
        position += len(line)
    return 0


def _start(text: str, marks: Sequence[tuple[int, int]], room: int) -> int:
    """Where to begin: at a line or sentence a little before the window with most marked words.

    The window is `room` characters long, and distinct words count.
    """
    if not marks or len(text) <= room:
        return 0
    # The window begins at the mark from which it holds most distinct words.
    words = [text[start:end].casefold() for start, end in marks]
    ends = [end for _, end in marks]
    most, first = 0, 0
    for number, (begin, _) in enumerate(marks):
        count = len(set(words[number : bisect_right(ends, begin + room - AHEAD)]))
        if count > most:
            most, first = count, begin
    if first <= AHEAD:
        return 0
    # The snippet begins at the strongest border within AHEAD characters before that mark.
    window = text[first - AHEAD : first]
    for border in BORDERS:
        if (found := window.find(border)) >= 0:
            return first - AHEAD + found + len(border)
    return first


def _prose_lines(text: str, start: int, width: int, count: int) -> list[tuple[str, Sequence[int]]]:
    """The wrapped lines, each with the offset in `text` of each of its characters."""
    window = text[start : start + (count + 1) * width]
    flat, offsets = _flatten(window, start)
    wrapped = textwrap.wrap(flat, width, break_long_words=True, break_on_hyphens=False)
    lines: list[tuple[str, Sequence[int]]] = []
    position = 0
    for number, line in enumerate(wrapped[:count]):
        position = flat.index(line, position)
        is_cut = number == count - 1 and (
            len(wrapped) > count or start + len(window) < len(text.rstrip())
        )
        lines.append((line + " …" if is_cut else line, offsets[position : position + len(line)]))
        position += len(line)
    return lines


def _flatten(text: str, offset: int) -> tuple[str, list[int]]:
    """The text on one line without markup, and the original offset of each of its characters."""
    runs: list[str] = []
    offsets: list[int] = []
    position = 0
    for begin, end in [*(match.span() for match in MARKUP.finditer(text)), (len(text), len(text))]:
        for match in RUN.finditer(text, position, begin):
            if not match[0].isspace():
                runs.append(match[0])
                offsets.extend(range(offset + match.start(), offset + match.end()))
            elif runs and runs[-1] != " ":
                runs.append(" ")
                offsets.append(offset + match.start())
        position = end
    return "".join(runs).rstrip(), offsets


def _ranges(offsets: Sequence[int], marks: Sequence[tuple[int, int]]) -> Marks:
    """The marks as ranges of a line, whose characters have these offsets in the passage."""
    ranges = []
    for begin, end in marks:
        inside = [index for index, offset in enumerate(offsets) if begin <= offset < end]
        if inside:
            ranges.append((inside[0], inside[-1] + 1))
    return tuple(ranges)


def _code_lines(text: str, start: int, count: int) -> list[tuple[str, Sequence[int]]]:
    """The lines that are not blank, each with the offset in `text` of each of its characters."""
    position = text.rfind("\n", 0, start) + 1
    lines: list[tuple[str, Sequence[int]]] = []
    for line in text[position:].split("\n"):
        if len(lines) == count:
            break
        if line.strip():
            lines.append((line, range(position, position + len(line))))
        position += len(line) + 1
    return lines
