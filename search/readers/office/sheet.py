"""A sheet of a workbook as blocks: its name as heading, and its rows as tables under the names of their columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..flow import Flow, Stretch, table

_NUMBER = re.compile(r"[-+]?\d[\d.,:%/ \u00a0-]*")


def add_sheet(flow: Flow, name: str, rows: Iterable[list[str]], behind: Sequence[Stretch]) -> None:
    """Put a sheet into `flow`, as a page. `rows` are the cells as shown, empty ones part tables; comments and the like come `behind`.

    The row of column names becomes a heading, so that it is told with each passage of a long table.
    """
    flow.page()
    groups = list(_groups(rows))
    if groups or behind:
        flow.add("heading", name, 1)
    for group in groups:
        flow.check(sum(len(cell) for row in group for cell in row))
        above = next((index for index, row in enumerate(group) if _filled(row) > 1), len(group))
        for row in group[:above]:
            flow.add("paragraph", "".join(row))
        below = group[above:]
        if _has_names(below):
            flow.add("heading", " | ".join(cell for cell in below.pop(0) if cell.strip()), 2)
        flow.add("table", table(below))
    flow.hang(list(behind))


def _groups(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    """The rows between empty ones."""
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
    return sum(1 for cell in row if cell and not cell.isspace())


def _has_names(rows: list[list[str]]) -> bool:
    """True where the first row names the columns: words throughout, at least three of them or numbers below."""
    if len(rows) < 2:
        return False
    names = [cell for cell in rows[0] if cell.strip()]
    if any(map(_NUMBER.fullmatch, names)) or len(set(names)) < len(names):
        return False
    return len(names) > 2 or any(_NUMBER.fullmatch(cell) for row in rows[1:] for cell in row)
