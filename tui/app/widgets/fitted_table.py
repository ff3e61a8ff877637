"""A table whose columns are as wide as their contents."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import DataTable


class Table(DataTable[Text]):
    """Rows of texts under headings, which a screen fills anew when the data have changed.

    The columns are measured here: a DataTable measures them after it was drawn, and may keep the
    rows as they were drawn first.
    """

    HEADINGS: Sequence[str] = ()

    def on_mount(self) -> None:
        """Show the headings."""
        self.cursor_type = "row"
        self.fill(())

    def fill(self, rows: Sequence[Sequence[Text]]) -> None:
        """Show these rows; the cursor stays in its row."""
        cursor_row = self.cursor_row
        self.clear(columns=True)
        for place, heading in enumerate(self.HEADINGS):
            self.add_column(
                heading, width=max((cell_len(heading), *(row[place].cell_len for row in rows)))
            )
        self.add_rows(rows)
        self.move_cursor(row=cursor_row)
