"""The files that are not in the index, by reason, with a remedy for each reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from rich.text import Text

from search.documents import Skip
from search.results import Status

from ...remedies import REMEDIES
from ...terminal import printable
from .fitted_table import Table

LISTED = 200
"""How many files of one reason are listed; more make the table slow, and nobody reads them."""


class LeftOut(Table):
    """Lists failures first.

    Files that a rule passes over are only counted, for the index does not know their names.
    """

    HEADINGS = ("Left out", "File", "Why, and what to do")

    def show(self, status: Status | None, skips: Sequence[Skip]) -> None:
        """Show other files."""
        rows = []
        by_reason: dict[str, list[Skip]] = defaultdict(list)
        for skip in skips:
            by_reason[str(skip.reason)].append(skip)
        for reason, count in (*status.failed, *status.skipped) if status is not None else ():
            rows.append(_row(f"{count:,} {reason}", "", REMEDIES.get(reason, "")))
            rows += [_row("", skip.path, skip.message) for skip in by_reason[reason][:LISTED]]
            if (more := len(by_reason[reason]) - LISTED) > 0:
                rows.append(_row("", f"and {more:,} more", ""))
        self.fill(rows)


def _row(count: str, path: str, message: str) -> list[Text]:
    cells = (printable(cell, one_line=True) for cell in (count, path, message))
    return [Text(cell, "bold" if place == 0 else "") for place, cell in enumerate(cells)]
