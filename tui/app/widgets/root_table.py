"""The table of the index's folders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.text import Text

from search.results import RootStatus

from ...terminal import printable
from .fitted_table import Table


class RootTable(Table):
    """A row for each folder: its counts, and when it was last read."""

    HEADINGS = ("Folder", "Documents", "Passages", "Last read")
    WRAPS = {0: 16, 3: 16}  # noqa: RUF012
    DROPS = (2,)
    roots: Sequence[RootStatus] = ()

    @property
    def root(self) -> RootStatus | None:
        """The folder under the cursor."""
        return self.roots[self.cursor_row] if self.cursor_row < len(self.roots) else None

    def show(self, roots: Sequence[RootStatus]) -> None:
        """Show other folders."""
        self.roots = roots
        self.fill([list(map(Text, _cells(root))) for root in roots])


def _cells(root: RootStatus) -> tuple[str, str, str, str]:
    return (
        printable(root.path, one_line=True),
        f"{root.documents:,}",
        f"{root.passages:,}",
        _freshness(root),
    )


def _freshness(root: RootStatus) -> str:
    if not root.present:
        return "not there now; its documents are kept"
    if root.ingested is None:
        return "never finished"
    moment = datetime.fromisoformat(root.ingested).replace(tzinfo=UTC).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M")
