"""A sheet of a workbook as blocks: its name is the heading, its rows are tables.

The row of column names becomes a heading over its table, so that each passage of a long table
carries the names of its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..flow import Flow, Stretch, table

_NUMBER = re.compile(r"[-+]?\d[\d.,:%/ \u00a0-]*")


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
