"""The files that are not in the index, by reason, with what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from rich.text import Text
from textual.widgets import DataTable

from search.documents import Skip
from search.results import Status

from ...remedies import REMEDIES
from ...terminal import printable

LISTED = 200
"""Files of one reason that are listed; more make the table slow, and nobody reads them."""


class LeftOut(DataTable[Text]):
    """Failures first. What a rule passes over is only counted, for the index does not know its names."""

    def on_mount(self) -> None:
        """Make the columns."""
        self.cursor_type = "row"
        self.add_columns("Left out", "File", "Why, and what to do")

    def show(self, status: Status | None, skips: Sequence[Skip]) -> None:
        """Show other files; the cursor stays in its row."""
        row = self.cursor_row
        self.clear()
        by_reason: dict[str, list[Skip]] = defaultdict(list)
        for skip in skips:
            by_reason[str(skip.reason)].append(skip)
        for reason, count in (*status.failed, *status.skipped) if status is not None else ():
            self._add(f"{count:,} {reason}", "", REMEDIES.get(reason, ""))
            for skip in by_reason[reason][:LISTED]:
                self._add("", skip.path, skip.message)
            if (more := len(by_reason[reason]) - LISTED) > 0:
                self._add("", f"and {more:,} more", "")
        self.move_cursor(row=row)

    def _add(self, what: str, path: str, why: str) -> None:
        cells = (printable(cell, one_line=True) for cell in (what, path, why))
        self.add_row(*(Text(cell, "bold" if place == 0 else "") for place, cell in enumerate(cells)))
