"""The files that are not in the index, by reason, with what to do."""

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
"""Files of one reason that are listed; more make the table slow, and nobody reads them."""


class LeftOut(Table):
    """Failures first. What a rule passes over is only counted, for the index does not know its names."""

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


def _row(what: str, path: str, why: str) -> list[Text]:
    cells = (printable(cell, one_line=True) for cell in (what, path, why))
    return [Text(cell, "bold" if place == 0 else "") for place, cell in enumerate(cells)]
