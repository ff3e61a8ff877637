"""Hits by file as a terminal shows them: a line for the file, one or two for each passage."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from search.results import Hit, QueryResult
from search.text.sentences import LINE_KINDS
from search.wording import counted

from .grouped import FileGroup, grouped
from .markdown_signs import without_signs
from .output import listed, place
from .snippet import Line, snippet
from .surroundings import Surroundings
from .terminal import Style, printable

PLACE_CELLS = 5
"""The least width of the column of places, which are lines or pages."""
HEADING_SHARE = 0.5
"""The part of a row that a heading may take."""
SEPARATOR = " · "
CUT_OFF = " …"


def grouped_text(result: QueryResult, style: Style, fold: bool, around: Surroundings) -> str:
    """All files with their passages; with `fold`, weaker ones are only counted."""
    groups = grouped(result.hits, fold)
    blocks = ["\n".join(_file(group, style, around)) for group in groups if not group.weak]
    weak = [group for group in groups if group.weak]
    if weak:
        hits = sum(len(group.hits) + len(group.folded) for group in weak)
        files = counted(len(weak), "other file")
        blocks.append(style.paint(f"+ {hits} weaker in {files}; --full shows all", 2))
    return "\n\n".join(blocks)


def _file(group: FileGroup, style: Style, around: Surroundings) -> list[str]:
    name = printable(around.shown(group.path), one_line=True)
    head = style.link(style.paint(name, 35), group.path)
    lines = [f"{head}  {style.paint(f'{group.score:.2f}', 2)}"]
    places = [place(hit, "", "p.").removeprefix(":") for hit in group.hits]
    column = max(PLACE_CELLS, *map(len, places))
    width = max(40, min(around.columns, 120))
    for hit, where in zip(group.hits, places, strict=True):
        rows = _passage(hit, style, width - column - 2, around)
        lines += [
            f"{style.paint(where.rjust(column), 35)}  {rows[0]}".rstrip(),
            *(" " * (column + 2) + row for row in rows[1:]),
        ]
    if group.folded:
        lines.append(" " * (column + 2) + style.paint(f"+ {len(group.folded)} weaker", 2))
    return lines


def _passage(hit: Hit, style: Style, width: int, around: Surroundings) -> list[str]:
    """The last heading and the sentence that answers, in at most two rows, and the copies."""
    heading = printable(hit.headings[-1], one_line=True) if hit.headings else ""
    if hit.kind in LINE_KINDS:
        found = snippet(hit.text, hit.highlights, hit.kind, width, (), 2, hit.sentence)
        # A function's first line is its heading.
        heading = "" if any(heading in line.text for line in found) else heading
        heading = _cut(heading, int(width * HEADING_SHARE))
        lines = [
            _row(line, width - (0 if number else _taken(heading)))
            for number, line in enumerate(found)
        ]
    else:
        heading = _cut(heading, int(width * HEADING_SHARE))
        # One long line of the text is taken, and laid out behind the heading and below it.
        room = 2 * width - _taken(heading)
        found = snippet(hit.text, hit.highlights, hit.kind, room, hit.headings, 1, hit.sentence)
        line = found[0] if found else Line("", ())
        line = without_signs(line) if hit.kind == "markdown" else line
        lines = _two_rows(line, width - _taken(heading), width)
    painted = [style.mark(*line) for line in lines if line.text not in ("", heading)]
    if heading:
        first = [style.paint(heading, 36), *painted[:1]]
        painted = [SEPARATOR.join(first), *painted[1:]]
    if hit.copies:
        painted.append(style.paint(f"also in {listed(hit.copies, around)}", 2))
    return painted or [""]


def _taken(heading: str) -> int:
    """The cells that a heading takes from the row of its passage."""
    return _cells(heading + SEPARATOR) if heading else 0


def _row(line: Line, width: int) -> Line:
    """A line of code without its indentation, cut to one row."""
    text = line.text.replace("\t", " ")
    start = len(text) - len(text.lstrip())
    if _cells(text[start:]) <= width:
        return _part(line, text, start, len(text.rstrip()))
    row = _part(line, text, start, _end_of_row(text, start, width - 1, in_words=True))
    return row._replace(text=row.text + "…")


def _two_rows(line: Line, first: int, second: int) -> list[Line]:
    """The line in two rows of `first` and `second` cells, broken at a blank where there is one."""
    text = line.text.replace("\t", " ")
    start = len(text) - len(text.lstrip())
    end = _end_of_row(text, start, first)
    next_start = end + len(text[end:]) - len(text[end:].lstrip())
    last = _end_of_row(text, next_start, second)
    ending = ""
    if last < len(text.rstrip()):
        last = _end_of_row(text, next_start, second - len(CUT_OFF))
        ending = CUT_OFF
    rest = _part(line, text, next_start, last)
    rest = rest._replace(text=rest.text.removesuffix(CUT_OFF) + ending) if ending else rest
    return [_part(line, text, start, end), rest]


def _end_of_row(text: str, start: int, width: int, in_words: bool = False) -> int:
    """Where a row of `width` cells that begins at `start` ends: at a blank, or within a word."""
    cells = 0
    for position in range(start, len(text)):
        cells += _cell(text[position])
        if cells > width:
            blank = -1 if in_words else text.rfind(" ", start, position + 1)
            return blank if blank > start else max(position, start + 1)
    return len(text)


def _part(line: Line, text: str, start: int, end: int) -> Line:
    """The part of the line between two offsets, with its marks."""

    def inside(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        cut = ((max(first, start) - start, min(last, end) - start) for first, last in ranges)
        return tuple((first, last) for first, last in cut if first < last)

    return Line(text[start:end], inside(line.marks), inside(line.sentence))


def _cut(text: str, width: int) -> str:
    if _cells(text) <= width:
        return text
    return text[: _end_of_row(text, 0, width - 1)] + "…"


def _cells(text: str) -> int:
    return sum(map(_cell, text))


def _cell(letter: str) -> int:
    """How many cells of a terminal the character takes."""
    if letter.isascii():
        return 1
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
