"""The files that are not in the index, by reason, with a remedy for each reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from search.documents import Skip
from search.results import Status

from ...remedies import remedy_in_the_app
from ...terminal import printable
from .fitted_table import Table

LISTED = 200
"""How many files of one reason are listed; more make the table slow, and nobody reads them."""


class Advice(NamedTuple):
    """On a file, or on all of a reason, which is then `counted` where the index knows no names."""

    title: str
    text: str
    counted: str = ""


class LeftOut(Table):
    """Lists failures first.

    Files that a rule passes over are only counted, for the index does not know their names.
    """

    HEADINGS = ("Left out", "What to do, and the files")
    WRAPS = {1: 20}  # noqa: RUF012

    def on_mount(self) -> None:
        """Show the headings."""
        self._entries: list[tuple[str, Skip | None]] = []
        self._listed: frozenset[str] = frozenset()
        """The reasons whose files the index knows by name."""
        super().on_mount()

    def show(self, status: Status | None, skips: Sequence[Skip]) -> None:
        """Show other files."""
        rows: list[list[Text]] = []
        self._entries = []
        by_reason: dict[str, list[Skip]] = defaultdict(list)
        for skip in skips:
            by_reason[str(skip.reason)].append(skip)
        self._listed = frozenset(by_reason)

        def add(reason: str, skip: Skip | None, left: str, right: str) -> None:
            rows.append([Text(printable(left, one_line=True), "bold"), Text(right)])
            self._entries.append((reason, skip))

        for reason, count in (*status.failed, *status.skipped) if status is not None else ():
            remedy = printable(remedy_in_the_app(reason), one_line=True)
            add(reason, None, f"{count:,} {reason}", remedy)
            for skip in by_reason[reason][:LISTED]:
                path, message = (printable(one, one_line=True) for one in (skip.path, skip.message))
                add(reason, skip, "", f"{path}\n{message}" if message else path)
            if (more := len(by_reason[reason]) - LISTED) > 0:
                add(reason, None, "", f"and {more:,} more")
        self.fill(rows)

    @property
    def advice(self) -> Advice | None:
        """What to do about the row under the cursor; None without rows."""
        if not 0 <= self.cursor_row < len(self._entries):
            return None
        reason, skip = self._entries[self.cursor_row]
        remedy = f"What to do: {remedy_in_the_app(reason)}"
        if skip is None:
            counted = "" if reason in self._listed else reason
            return Advice(
                printable(reason, one_line=True), printable(remedy, one_line=True), counted
            )
        lines = (f"It is left out: {skip.message or reason}", remedy)
        return Advice(
            printable(skip.path, one_line=True),
            "\n".join(printable(line, one_line=True) for line in lines if line),
        )
