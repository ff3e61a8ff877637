"""Tables of Markdown: their cells stand in columns with lines between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.cells import cell_len

from .inline import render_inline
from .rendered import Places, Rendered
from .signs import Signs

DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")
BORDER = re.compile(r"(?<!\\)\|")
LAST_LEAST = 12
"""The columns are aligned only where as many cells, or half the width, are left for the last."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The range of a cell's words in the text, and the cells that they take on the screen."""

    start: int
    end: int
    size: int


def is_delimiter(line: str) -> bool:
    """True for the line of dashes below the head of a table."""
    return "|" in line and DELIMITER.match(line) is not None


def render_table(
    text: str, lines: Sequence[tuple[int, int]], number: int, width: int, signs: Signs
) -> Rendered:
    """Lay out a table whose lines are these ranges; `number` is that of its first line.

    The second line is that of dashes. Where the columns need more than the width, the last one is
    wrapped within its column. Where even that is too much, the cells of a row follow each other.
    """
    shown = Rendered()
    rows = [_cells(text, start, end, shown) for start, end in lines]
    del rows[1]
    sides = _alignments(text[slice(*lines[1])])
    columns = max(len(row) for row in rows)
    sizes = [
        max((row[column].size for row in rows if column < len(row)), default=0)
        for column in range(columns)
    ]
    border = f" {signs.column} "
    lead = sum(sizes[:-1]) + len(border) * (columns - 1)
    is_aligned = lead + min(sizes[-1], LAST_LEAST, width // 2) <= width
    if is_aligned:
        sizes[-1] = min(sizes[-1], width - lead)
        hang = border.join([" " * size for size in sizes[:-1]] + [""])
    else:
        sizes, hang = [0] * columns, "  "
    # The rows.
    for place, row in zip((0, *range(2, len(lines))), rows, strict=True):
        start, end = lines[place]
        position, owed = start, ""
        for column, cell in enumerate(row):
            pad = " " * max(sizes[column] - cell.size, 0)
            left = {"right": len(pad), "centre": len(pad) // 2}.get(
                sides[column] if column < len(sides) else "left", 0
            )
            shown.edits.append((position, cell.start, owed + pad[:left]))
            if column:
                shown.colours.append((position, cell.start, "rule"))
            if place == 0:
                shown.colours.append((cell.start, cell.end, "strong"))
            owed = pad[left:] + border
            position = cell.end
        shown.edits.append((position, end, ""))
        shown.hangs[number + place] = hang
    # The line of dashes.
    rule = f"{signs.level}{signs.cross}{signs.level}".join(signs.level * size for size in sizes)
    shown.edits.append((*lines[1], rule if is_aligned else signs.rule(width)))
    shown.colours.append((*lines[1], "rule"))
    return shown


def _cells(text: str, start: int, end: int, shown: Rendered) -> list[Cell]:
    """The cells of a line, whose signs are left out."""
    line = text[start:end].rstrip()
    borders = [start + match.start() for match in BORDER.finditer(line)]
    end = start + len(line)
    edges = [start - 1, *borders, end]
    # The pipes at both edges of a line part nothing.
    if borders and not text[start : borders[0]].strip():
        del edges[0]
    if borders and borders[-1] == end - 1 and len(edges) > 2:
        del edges[-1]
    cells: list[Cell] = []
    for before, after in pairwise(edges):
        words = text[before + 1 : after]
        first = before + 1 + len(words) - len(words.lstrip()) if words.strip() else before + 1
        last = first + len(words.strip())
        inline = Rendered()
        render_inline(text, first, last, inline)
        shown.edits += inline.edits
        shown.colours += inline.colours
        moved = [(begin - first, stop - first, new) for begin, stop, new in inline.edits]
        cells.append(Cell(first, last, cell_len(Places.edit(text[first:last], moved)[0])))
    return cells


def _alignments(dashes: str) -> list[str]:
    """The side on which the words of each column stand."""
    sides = []
    for cell in dashes.strip().strip("|").split("|"):
        marks = cell.strip()
        right, left = marks.endswith(":"), marks.startswith(":")
        sides.append("centre" if right and left else "right" if right else "left")
    return sides
