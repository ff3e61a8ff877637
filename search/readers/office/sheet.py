"""A sheet of a workbook as blocks: its name is the heading, its rows are tables.

The row of column names becomes a heading over its table, so that each passage of a long table
carries the names of its columns.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..flow import Flow, Stretch, table

MAX_LABEL = 100
"""Characters of a merged cell's words that are repeated in each row."""

MAX_MERGED_COLUMNS = 64
"""Columns of a sheet in which merged cells are repeated; a label stands in one of the first."""

_NUMBER = re.compile(r"[-+]?\d[\d.,:%/ \u00a0-]*")


@dataclass(frozen=True, slots=True, order=True)
class Merge:
    """A cell that fills several rows of a column, from the row `first` to the row `last`."""

    first: int
    last: int
    column: int


def spread(rows: Sequence[tuple[int, list[str]]], merges: Iterable[Merge]) -> None:
    """Repeat the words of a merged cell in each row that it fills, so that each row says them.

    `rows` are the cells by the number of their row, in order; columns count from 0. A row is left
    as it is where it has no words, or has words of its own in that place.
    """
    filled = [(number, row) for number, row in rows if _filled(row)]
    numbers = [number for number, _ in filled]
    # Merged cells do not overlap. Where a damaged file says so, the first one counts: no row is
    # gone through twice for one column.
    ends: dict[int, int] = {}
    for merge in sorted(merges):
        if merge.first <= ends.get(merge.column, -1) or merge.last <= merge.first:
            continue
        if merge.column not in ends and len(ends) >= MAX_MERGED_COLUMNS:
            continue
        ends[merge.column] = merge.last
        start = bisect_left(numbers, merge.first)
        stop = bisect_right(numbers, merge.last)
        if start == stop or numbers[start] != merge.first:
            continue
        label_row = filled[start][1]
        label = label_row[merge.column] if merge.column < len(label_row) else ""
        label = _shortened(label)
        if not label:
            continue
        for _, row in filled[start + 1 : stop]:
            row += [""] * (merge.column + 1 - len(row))
            if not row[merge.column].strip():
                row[merge.column] = label


def _shortened(label: str) -> str:
    """The first words of a label, up to MAX_LABEL characters."""
    label = " ".join(label.split())
    return label if len(label) <= MAX_LABEL else label[:MAX_LABEL].rpartition(" ")[0]


def add_sheet(flow: Flow, name: str, rows: Iterable[list[str]], asides: Sequence[Stretch]) -> None:
    """Put a sheet into `flow` as a page.

    `rows` are the cells as shown; an empty row parts two tables. `asides` are the sheet's comments
    and text boxes, which come behind its tables.
    """
    flow.page()
    groups = list(_groups(rows))
    if groups or asides:
        flow.add("heading", name, 1)
    for group in groups:
        flow.check(sum(len(cell) for row in group for cell in row))
        # Leading rows with one filled cell are captions: they become paragraphs above the table.
        table_start = next(
            (index for index, row in enumerate(group) if _filled(row) > 1), len(group)
        )
        for row in group[:table_start]:
            flow.add("paragraph", "".join(row))
        table_rows = group[table_start:]
        if _has_names(table_rows):
            names = " | ".join(cell for cell in table_rows.pop(0) if cell.strip())
            flow.add("heading", names, 2)
        flow.add("table", table(table_rows))
    flow.hang(list(asides))


def _groups(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    """The runs of rows between empty rows."""
    group: list[list[str]] = []
    for row in rows:
        if _filled(row):
            group.append(row)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _filled(row: list[str]) -> int:
    """The number of cells with words."""
    return sum(1 for cell in row if cell and not cell.isspace())


def _has_names(rows: list[list[str]]) -> bool:
    """True where the first row names the columns.

    Such a row holds no number, and no name twice. It has at least three names, or a number stands
    somewhere below it.
    """
    if len(rows) < 2:
        return False
    names = [cell for cell in rows[0] if cell.strip()]
    if any(map(_NUMBER.fullmatch, names)) or len(set(names)) < len(names):
        return False
    return len(names) > 2 or any(_NUMBER.fullmatch(cell) for row in rows[1:] for cell in row)
