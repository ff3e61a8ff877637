"""A table that fits its width: nothing is cut, and it never scrolls to the side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.widgets import DataTable

from .column_widths import column_widths

SCROLL_BAR_CELLS = 1
CELLS_UNMEASURED = 10_000


class Table(DataTable[Text]):
    """Rows of texts under headings, which a screen fills anew when the data have changed.

    The columns of WRAPS may be narrower than their contents, down to the given widths; their texts
    then take several lines. Where that is not enough, the columns of DROPS are left out in that
    order, and `details` has what they say of the row under the cursor.

    The columns and rows are measured here: a DataTable measures them after it was drawn, and may
    keep the rows as they were drawn first.
    """

    HEADINGS: Sequence[str] = ()
    WRAPS: Mapping[int, int] = {}
    DROPS: Sequence[int] = ()

    def on_mount(self) -> None:
        """Show the headings."""
        self.cursor_type = "row"
        self._rows: Sequence[Sequence[Text]] = ()
        self._room = CELLS_UNMEASURED
        self.shown_columns: Sequence[int] = range(len(self.HEADINGS))
        self.fill(())

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns to another width."""
        room = self.outer_size.width - SCROLL_BAR_CELLS
        if room > 0 and room != self._room:
            self._room = room
            self.fill(self._rows)

    def fill(self, rows: Sequence[Sequence[Text]]) -> None:
        """Show these rows; the cursor stays in its row."""
        cursor_row = self.cursor_row
        self._rows = rows
        self.clear(columns=True)
        natural = [
            max((cell_len(heading), *(_width(row[place]) for row in rows)))
            for place, heading in enumerate(self.HEADINGS)
        ]
        padding = 2 * self.cell_padding
        widths = column_widths(natural, self._room, self.WRAPS, self.DROPS, padding)
        self.shown_columns = tuple(widths)
        for place, width in widths.items():
            self.add_column(self.HEADINGS[place], width=width)
        for row in rows:
            height = max((self._height(row[place], width) for place, width in widths.items()))
            self.add_row(*(row[place] for place in widths), height=height)
        self.move_cursor(row=cursor_row)

    @property
    def details(self) -> str:
        """What the columns that are left out say of the row under the cursor."""
        if not 0 <= self.cursor_row < len(self._rows):
            return ""
        row = self._rows[self.cursor_row]
        left_out = [place for place in range(len(row)) if place not in self.shown_columns]
        return " · ".join(f"{self.HEADINGS[place]}: {row[place]}" for place in left_out)

    def _height(self, cell: Text, width: int) -> int:
        if _width(cell) <= width and "\n" not in cell.plain:
            return 1
        return len(cell.wrap(self.app.console, width))


def _width(cell: Text) -> int:
    return max(map(cell_len, cell.plain.split("\n")))
