"""What stands in place of the hits while the input is empty: something to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ..hit_labels import icon_of
from ..pieces import Pieces, cells, cut, cut_start
from ..start_rows import Line, Part, StartRow, columns_of
from .hit_list import MARK, PLAIN_MARK

STYLES = ("title", "label", "sign", "meta", "notice", "mark")
MOST_COLUMN = 60
"""The most cells of a column: an age far from its name is hard to read."""
GAP = 3
"""The cells between two columns."""
LEAST_WHERE = 6
"""A folder that has fewer cells is left out."""


class StartPage(Widget):
    """Shows Parts, of which a row can be selected and chosen. It never has the focus.

    With `plain` there are no icons.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "start--selected",
        *(f"start--{name}" for name in STYLES),
    }

    class Chosen(Message):
        """A row was chosen."""

        def __init__(self, row: StartRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, plain: bool = False) -> None:
        super().__init__()
        self.plain = plain
        self.notice = ""
        self.selected: int | None = None
        """The number of the selected row, counted down the first column and then the next."""
        self._parts: Sequence[Part] = ()
        self._columns: list[list[Line]] = []

    # Showing rows

    def show(self, parts: Sequence[Part], notice: str) -> None:
        """Show other parts, below a notice; the row that is selected stays so if it is there."""
        self._lay_out(parts, notice)

    @property
    def row(self) -> StartRow | None:
        """The selected row."""
        return None if self.selected is None else self._rows()[self.selected]

    def move(self, step: int) -> bool:
        """Select the next or previous row; before the first one, none. False if nothing changed."""
        last = len(self._rows()) - 1
        place = (-1 if self.selected is None else self.selected) + step
        selected = None if place < 0 else min(place, last)
        if last < 0 or (self.selected is None and selected is None):
            return False
        self.selected = selected
        self.refresh()
        return True

    def move_aside(self, step: int) -> None:
        """Select the row beside the selected one, in the next or previous column."""
        if self.selected is None:
            return
        column, line = self._places()[self.selected]
        places = [
            (abs(other_line - line), number)
            for number, (other, other_line) in enumerate(self._places())
            if other == column + step
        ]
        if places:
            self.selected = min(places)[1]
            self.refresh()

    def choose(self) -> bool:
        """Choose the selected row; False without one."""
        if self.row is not None:
            self.post_message(self.Chosen(self.row))
        return self.row is not None

    def deselect(self) -> None:
        """Select no row."""
        if self.selected is not None:
            self.selected = None
            self.refresh()

    # Events

    def on_resize(self, event: events.Resize) -> None:
        """Lay the rows out for the new size."""
        self._lay_out(self._parts, self.notice)

    def on_click(self, event: events.Click) -> None:
        """Choose the row that is clicked."""
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        column = min(offset.x // (self._column_width + GAP), len(self._columns) - 1)
        line = offset.y - self._top
        if column >= 0 and 0 <= line < len(self._columns[column]):
            row = self._columns[column][line].row
            if row is not None:
                self.post_message(self.Chosen(row))

    # Layout

    @property
    def _top(self) -> int:
        """How many lines stand before the columns."""
        return (2 if self.notice else 0) + (1 if self.size.height > 10 else 0)

    @property
    def _column_width(self) -> int:
        count = max(len(self._columns), 1)
        return min((self.size.width - (count - 1) * GAP) // count, MOST_COLUMN)

    def _lay_out(self, parts: Sequence[Part], notice: str) -> None:
        chosen = self.row
        self._parts, self.notice = parts, notice
        self._columns = columns_of(parts, self.size.width, self.size.height - self._top)
        rows = self._rows()
        self.selected = rows.index(chosen) if chosen in rows else None
        self.refresh()

    def _places(self) -> list[tuple[int, int]]:
        """The column and the line of each row, in their order."""
        return [
            (column, line)
            for column, lines in enumerate(self._columns)
            for line, one in enumerate(lines)
            if one.row is not None
        ]

    def _rows(self) -> list[StartRow]:
        return [one.row for lines in self._columns for one in lines if one.row is not None]

    # Drawing

    def render_line(self, y: int) -> Strip:
        """A line of the notice, or of the columns beside each other."""
        width, base = self.size.width, self.visual_style.rich_style
        line = y - self._top
        if line < 0:
            is_notice = self.notice and y == self._top - 2
            pieces: Pieces = [(" " + self.notice, ("notice",))] if is_notice else []
            segments = [Segment(text, self._style(names)) for text, names in cut(pieces, width)]
            return Strip(segments).adjust_cell_length(width, base)
        segments = []
        for number, column in enumerate(self._columns):
            if number:
                segments.append(Segment(" " * GAP, base))
            segments += self._cell(column[line] if line < len(column) else Line())
        return Strip(segments).adjust_cell_length(width, base)

    def _cell(self, line: Line) -> list[Segment]:
        """The segments of one line of a column, as wide as the column."""
        width = self._column_width
        is_selected = line.row is not None and line.row is self.row
        bare = self.plain or self.app.no_color
        mark = (PLAIN_MARK if bare else MARK) if is_selected else " "
        pieces: Pieces = [(mark, ("mark",))]
        if line.row is None:
            pieces.append((line.title, ("title",)))
        else:
            pieces += _row_pieces(line.row, width - 1, self.plain)
        pieces = cut(pieces, width)
        pieces.append((" " * (width - cells(pieces)), ()))
        selected = ("selected",) if is_selected else ()
        return [Segment(text, self._style(selected + names)) for text, names in pieces if text]

    def _style(self, names: tuple[str, ...]) -> RichStyle:
        style = self.visual_style
        for name in names:
            style += self.get_visual_style(f"start--{name}", partial=True)
        return style.rich_style


def _row_pieces(row: StartRow, width: int, plain: bool) -> Pieces:
    """Sign and label on the left; folder and age on the right."""
    sign = row.sign or ("" if plain or not row.kind else icon_of(row.kind))
    lead = f"{sign} " if sign else ""
    room = width - cell_len(lead)
    age = f" {row.age:>5}" if row.age else ""
    # The name goes before the folder.
    left = min(room - cell_len(row.label) - cell_len(age) - 2, width // 2)
    where = cut_start(row.where, left) if left >= LEAST_WHERE else ""
    end: Pieces = [(f"  {where}" if where else "", ("meta",)), (age, ("meta",))]
    label = cut([(row.label, ("label",))], max(room - cells(end), 0))
    gap = " " * max(room - cells(label) - cells(end), 0)
    return [(lead, ("sign",)), *label, (gap, ()), *end]
