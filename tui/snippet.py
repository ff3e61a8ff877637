"""The stretch of a passage that a list of hits shows."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

Marks = tuple[tuple[int, int], ...]

LINES = 4
AHEAD = 80
"""Characters of context before the first mark of the chosen stretch."""


def snippet(text: str, marks: Sequence[tuple[int, int]], kind: str, width: int) -> list[tuple[str, Marks]]:
    """Up to four lines around the densest stretch of marks, each with its own marks; code keeps its lines, prose is wrapped at `width`."""
    start = _start(text, marks, LINES * width)
    if kind == "code":
        return _code_lines(text, marks, start)
    room = text[start : start + (LINES + 1) * width]
    flat, places = _flatten(room, start)
    lines: list[tuple[str, Marks]] = []
    position = 0
    wrapped = textwrap.wrap(flat, width, break_long_words=True, break_on_hyphens=False)
    for number, line in enumerate(wrapped[:LINES]):
        position = flat.index(line, position)
        ranges = _ranges(places[position : position + len(line)], marks)
        more = number == LINES - 1 and (len(wrapped) > LINES or start + len(room) < len(text.rstrip()))
        lines.append((line + " …" if more else line, ranges))
        position += len(line)
    return lines


def _start(text: str, marks: Sequence[tuple[int, int]], room: int) -> int:
    """Where to begin: at a line or sentence a little before the window that holds most distinct marked words."""
    if not marks or len(text) <= room:
        return 0
    words = [text[start:end].casefold() for start, end in marks]
    best, first = 0, 0
    for number, (begin, _) in enumerate(marks):
        inside = {words[other] for other in range(number, len(marks)) if marks[other][1] <= begin + room - AHEAD}
        if len(inside) > best:
            best, first = len(inside), begin
    if first <= AHEAD:
        return 0
    window = text[first - AHEAD : first]
    for border in ("\n", ". ", "? ", "! ", "。", "; ", ", ", " "):
        if (found := window.find(border)) >= 0:
            return first - AHEAD + found + len(border)
    return first


def _flatten(text: str, offset: int) -> tuple[str, list[int]]:
    """The text on one line, and for each of its characters the offset it had."""
    letters: list[str] = []
    places: list[int] = []
    for index, letter in enumerate(text):
        if letter.isspace():
            if letters and letters[-1] != " ":
                letters.append(" ")
                places.append(offset + index)
        else:
            letters.append(letter)
            places.append(offset + index)
    return "".join(letters).rstrip(), places


def _ranges(places: Sequence[int], marks: Sequence[tuple[int, int]]) -> Marks:
    """The marks as ranges of a line whose characters stood at `places`."""
    ranges = []
    for begin, end in marks:
        inside = [index for index, place in enumerate(places) if begin <= place < end]
        if inside:
            ranges.append((inside[0], inside[-1] + 1))
    return tuple(ranges)


def _code_lines(text: str, marks: Sequence[tuple[int, int]], start: int) -> list[tuple[str, Marks]]:
    position = text.rfind("\n", 0, start) + 1
    lines: list[tuple[str, Marks]] = []
    for line in text[position:].split("\n"):
        if len(lines) == LINES:
            break
        if line.strip():
            lines.append((line, _ranges(range(position, position + len(line)), marks)))
        position += len(line) + 1
    return lines
