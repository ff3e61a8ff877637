"""The rows of the start page: recent and saved searches, questions to try, and new documents."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from search.results import RecentDocument

from ..terminal import printable
from .history import History
from .hit_labels import age
from .saved import NUMBERED, SavedSearch

MOST_ROWS = 6
"""How many rows a part of the page has at most."""
TWO_COLUMNS = 72
"""A page of fewer cells has one column."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StartRow:
    """A row that can be chosen: it puts `query` into the input, or opens the file at `path`.

    `sign` stands before the `label`, and `where` and `age` at the end of the row.
    """

    label: str
    query: str = ""
    path: str = ""
    kind: str = ""
    sign: str = ""
    where: str = ""
    age: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page: its title and its rows."""

    title: str
    rows: tuple[StartRow, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a column: a title, a row, or nothing. `row` is None for all but rows."""

    title: str = ""
    row: StartRow | None = None


def recent(history: History, now: datetime) -> Part:
    """The newest queries, with their ages where the history knows them."""
    rows = [
        StartRow(printable(line, one_line=True), line, age=age(time, now) if time else "")
        for line in list(reversed(history.lines))[:NUMBERED]
        for time in [history.time_of(line)]
    ]
    return Part("RECENT", tuple(rows))


def saved(searches: Sequence[SavedSearch]) -> Part:
    """The saved searches with their numbers."""
    rows = [
        StartRow(printable(search.name, one_line=True), search.query, sign=str(number))
        for number, search in enumerate(searches[:NUMBERED], 1)
    ]
    return Part("SAVED", tuple(rows))


def questions(headings: Sequence[str], fresh: bool = False) -> Part:
    """Questions made of headings; `fresh`: the first documents were read just now.

    >>> [row.label for row in questions(["Fault codes", "Who pays?"]).rows]
    ['What is in "Fault codes"?', 'Who pays?']
    """
    lines = [
        heading if heading.endswith("?") else f'What is in "{heading}"?' for heading in headings
    ]
    rows = (StartRow(printable(line, one_line=True), line) for line in lines)
    return Part("NOW ASK" if fresh else "TRY", tuple(rows))


def new_documents(documents: Sequence[RecentDocument], now: datetime) -> Part:
    """The documents that changed since yesterday, or the newest ones where none did."""
    yesterday = (now - DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    lately = [document for document in documents if document.modified >= yesterday]
    rows = (
        StartRow(
            printable(os.path.basename(document.path), one_line=True),
            path=document.path,
            kind=document.kind,
            where=_folder(document),
            age=age(document.modified, now),
        )
        for document in lately or documents
    )
    return Part("NEW SINCE YESTERDAY" if lately else "NEWEST", tuple(rows))


def columns_of(parts: Sequence[Part], width: int, height: int) -> list[list[Line]]:
    """The parts in one column, or in two where there is room, each at most `height` lines long.

    In two columns the parts stand alternately: the first, third and so on are on the left. A part
    without rows is left out, and one that does not fit is shortened.
    """
    if width < TWO_COLUMNS:
        sides = [[part for part in parts if part.rows]]
    else:
        sides = [[part for part in parts[first::2] if part.rows] for first in (0, 1)]
        sides = [side for side in sides if side] or [[]]
    # Parts beside each other begin in the same line.
    bands = [
        max(min(len(part.rows), MOST_ROWS) for part in beside if part is not None)
        for beside in zip_longest(*sides)
    ]
    # A band needs three lines: a title, a row, and the blank line after it.
    while bands and 3 * len(bands) - 1 > height:
        bands.pop()
    counts = _shared(height - (2 * len(bands) - 1), bands)
    return [_column(side, counts) for side in sides]


def _column(parts: Sequence[Part], counts: Sequence[int]) -> list[Line]:
    """The lines of parts one below the other, each with its number of rows."""
    lines: list[Line] = []
    for part, count in zip(parts, counts, strict=False):
        if lines:
            lines.append(Line())
        rows = part.rows[:count]
        lines += [Line(part.title), *(Line(row=row) for row in rows)]
        lines += [Line()] * (count - len(rows))
    return lines


def _shared(room: int, wanted: Sequence[int]) -> list[int]:
    """Rows of a room, given out one by one to those that want more.

    >>> _shared(7, [6, 2, 6])
    [3, 2, 2]
    """
    given = [0] * len(wanted)
    while room > 0 and given != list(wanted):
        for place, most in enumerate(wanted):
            if room > 0 and given[place] < most:
                given[place] += 1
                room -= 1
    return given


def _folder(document: RecentDocument) -> str:
    """The folder's name, beginning with that of its root."""
    root = os.path.dirname(document.root) or "/"
    folder = os.path.dirname(os.path.relpath(document.path, root)) if document.root else ""
    return printable(folder, one_line=True)
