"""The list of a query's hits by file. The selection stays with its hit when the hit moves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import accumulate
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from search.results import Hit

from ...grouped import FileGroup, grouped
from ..marks import Marks
from ..pieces import Pieces
from ..result_rows import Fold, Header, Passage, Row, fold_of, hits_at, rows_of
from .hit_row import STYLES, Look, folder_at, height, lines_of

MARK, PLAIN_MARK = "▌", ">"
"""The sign before the selected row."""
MARKED, PLAIN_MARKED = "✓", "*"
"""The sign in a row that the user has marked."""


class HitList(ScrollView, can_focus=True):
    """A list of Hits under the headers of their files. Only the lines on the screen are drawn.

    `clock` gives the time to which ages are counted. With `plain` there are no icons or bars. The
    stops of the selection are passages and folds; while a fold is selected, `hit` is its best hit.
    The hits in `marks` have a sign.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "hits--selected",
        "hits--mark",
        "hits--marked",
        *(f"hits--{name}" for name in STYLES),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "activate", "Open", key_display="Enter"),
        Binding("j,down", "cursor_down", "Down", show=False),
        Binding("k,up", "up", "Up", show=False),
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
        Binding("z", "compact", "Compact or comfortable", show=False),
    ]

    class Left(Message):
        """The user moved up beyond the first hit."""

    class Selected(Message):
        """Another hit is selected; None if there are no hits."""

        def __init__(self, hit: Hit | None) -> None:
            super().__init__()
            self.hit = hit

    FOCUS_ON_CLICK = False
    """A click selects a hit, and the input keeps the focus."""

    class Opened(Message):
        """These hits are to be opened: what is marked, or else the selected hit."""

        def __init__(self, hits: Sequence[Hit]) -> None:
            super().__init__()
            self.hits = tuple(hits)

    class Marked(Message):
        """The user marked a hit, or took marks off."""

    class FolderPressed(Message):
        """The user wants the hits of one folder only; `folder` is its absolute path."""

        def __init__(self, folder: str, root: str) -> None:
            super().__init__()
            self.folder = folder
            self.root = root

    class Compacted(Message):
        """The user made the list compact, or comfortable."""

        def __init__(self, compact: bool) -> None:
            super().__init__()
            self.compact = compact

    current: reactive[Hit | None] = reactive(None, repaint=False)
    """The selected hit as other widgets watch it."""

    def __init__(
        self, clock: Callable[[], datetime], plain: bool = False, marks: Marks | None = None
    ) -> None:
        super().__init__()
        self.clock = clock
        self.plain = plain
        self.marks = Marks() if marks is None else marks
        self.compact = True
        self.hits: tuple[Hit, ...] = ()
        self.chosen = False
        """True if the user selected the hit, not an answer."""
        self.highlighted: int | None = None
        """The number of the selected stop."""
        self._groups: tuple[FileGroup, ...] = ()
        self._opened: set[str] = set()
        self._gone: frozenset[str] = frozenset()
        self.absent: frozenset[str] = frozenset()
        """The paths of files whose disk is not mounted now."""
        self._rows: list[Row] = []
        self._stops: list[int] = []
        """The row of each stop."""
        self._tops: list[int] = [0]
        """The first line of each row, and at last the number of lines."""
        self._look = Look(20, clock(), plain=plain)
        self._lines: dict[int, list[Pieces]] = {}
        self._styles: dict[tuple[bool, bool, tuple[str, ...]], RichStyle] = {}
        self._reported: Hit | None = None
        self._click_opened = False

    @property
    def hit(self) -> Hit | None:
        """The selected hit, or the best hit of the selected fold."""
        row = self._selected_row
        return row.hit if isinstance(row, (Passage, Fold)) else None

    @property
    def wanted(self) -> tuple[Hit, ...]:
        """What is to be opened or copied: the marked hits, or else the selected one."""
        if self.marks:
            return self.marks.hits
        return (self.hit,) if self.hit is not None else ()

    @property
    def _selected_row(self) -> Row | None:
        if self.highlighted is None:
            return None
        return self._rows[self._stops[self.highlighted]]

    # Showing hits

    def show(self, hits: Sequence[Hit], same_query: bool) -> None:
        """Show other hits.

        Within one query a hit that the user selected stays selected, and stays where it is on the
        screen, and opened folds stay open. Otherwise the first hit is selected.
        """
        selected = self.hit.id if self.hit is not None and same_query and self.chosen else None
        line = self._selected_line - self.scroll_offset.y
        self.hits = tuple(hits)
        self._groups = grouped(self.hits)
        if not same_query:
            self._opened.clear()
        self._lay_out()
        stop = self._stop_of(selected) if selected is not None else None
        self.chosen = stop is not None
        self.highlighted = (stop or 0) if self._stops else None
        self._scroll(self._selected_line - line if self.chosen else 0)
        self._report()

    def show_gone(self, paths: frozenset[str], absent: frozenset[str] = frozenset()) -> None:
        """Mark the files of these paths as gone, and those whose disk is `absent` as not here."""
        if (paths, absent) != (self._gone, self.absent):
            self._gone, self.absent = paths, absent
            self._lay_out()

    def select(self, hit: Hit) -> None:
        """Select one of the hits, and open the folds that hold it."""
        if not self._opened.issuperset(keys := fold_of(self._groups, hit)):
            self._opened.update(keys)
            self._lay_out()
        if (stop := self._stop_of(hit.id)) is not None:
            self._go_to(stop)

    def set_compact(self, compact: bool) -> None:
        """Show one line a passage, or up to three."""
        if compact != self.compact:
            line = self._selected_line - self.scroll_offset.y
            self.compact = compact
            self._lay_out()
            self._scroll(self._selected_line - line)
            self._reveal()

    # Keys

    def action_up(self) -> None:
        """Move up; from the first hit, go back to the input."""
        if self.highlighted in (None, 0):
            self.post_message(self.Left())
        else:
            self.action_cursor_up()

    def move(self, step: int) -> None:
        """Move down, or up with a `step` below zero."""
        if step < 0:
            self.action_up()
        else:
            self.action_cursor_down()

    def action_cursor_up(self) -> None:
        """Move up, but not beyond the first hit."""
        if self.highlighted:
            self._go_to(self.highlighted - 1)

    def action_cursor_down(self) -> None:
        """Move down, but not beyond the last stop."""
        if self.highlighted is not None and self.highlighted < len(self._stops) - 1:
            self._go_to(self.highlighted + 1)

    def action_first(self) -> None:
        """Move to the first hit."""
        if self._stops:
            self._go_to(0)

    def action_last(self) -> None:
        """Move to the last stop."""
        if self._stops:
            self._go_to(len(self._stops) - 1)

    def action_activate(self) -> None:
        """Open the marked hits. Without marks, open the selected hit or the selected fold."""
        row = self._selected_row
        if isinstance(row, Fold) and not self.marks:
            self._open_fold(row)
        elif self.wanted:
            self.post_message(self.Opened(self.wanted))

    def action_mark(self) -> None:
        """Mark the selected hit, or take its mark off, and move down; a fold is opened instead."""
        row = self._selected_row
        if isinstance(row, Fold):
            self._open_fold(row)
        elif isinstance(row, Passage):
            self.marks.switch(row.hit)
            self.action_cursor_down()
            self._show_marks()

    def action_clear_marks(self) -> None:
        """Take all marks off."""
        self.marks.clear()
        self._show_marks()

    def _show_marks(self) -> None:
        self.refresh()
        self.post_message(self.Marked())

    def action_compact(self) -> None:
        """Change between the compact and the comfortable list."""
        self.set_compact(not self.compact)
        self.post_message(self.Compacted(self.compact))

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """Select what is clicked; a double click, or a click on what the user selected, opens it.

        A click on a header selects the file's first hit, and one on its folder asks for the hits of
        that folder.
        """
        offset = event.get_content_offset(self)
        number = None if offset is None else self._row_at(offset.y + self.scroll_offset.y)
        if offset is None or number is None:
            return
        event.stop()
        row = self._rows[number]
        if isinstance(row, Header):
            folder = folder_at(row.group, self._look, self._line(number, 0), offset.x - 1)
            if folder:
                self.post_message(self.FolderPressed(folder, row.group.root))
                return
            number += 1
        stop = self._stops.index(number)
        is_double = event.chain % 2 == 0
        was_selected = self.chosen and stop == self.highlighted
        self._go_to(stop)
        if isinstance(row, Fold):
            self._open_fold(row)
            self._click_opened = True
        elif isinstance(row, Passage) and not (is_double and self._click_opened):
            self._click_opened = was_selected or is_double
            if self._click_opened:
                self.post_message(self.Opened((row.hit,)))

    # Selection

    def _go_to(self, stop: int) -> None:
        """Select a stop for the user, and scroll it into view."""
        self.chosen = True
        self.highlighted = stop
        self._reveal()
        self.refresh()
        self._report()

    def _open_fold(self, fold: Fold) -> None:
        """Show what is folded; the first of its hits is selected."""
        self._opened.add(fold.key)
        self._lay_out()
        self._go_to(min(self.highlighted or 0, len(self._stops) - 1))

    def _stop_of(self, hit_id: str) -> int | None:
        """The stop of the hit with this id: its own row, or the fold that holds it."""
        for stop, number in enumerate(self._stops):
            if any(hit.id == hit_id for hit in hits_at(self._rows[number])):
                return stop
        return None

    def _report(self) -> None:
        """Post the selected hit if it is another than the last one posted."""
        if self.hit is not self._reported:
            self._reported = self.current = self.hit
            self.post_message(self.Selected(self.hit))

    # Layout and scrolling

    def on_resize(self, event: events.Resize) -> None:
        """Lay the rows out for the new size."""
        self._lay_out()
        self._reveal()

    def notify_style_update(self) -> None:
        """Draw the rows in the new theme's colours."""
        super().notify_style_update()
        self._styles.clear()

    def _lay_out(self) -> None:
        """Make the rows of the hits, which are drawn later."""
        width = max(self.scrollable_content_region.width, 20)
        words = dict.fromkeys(self._gone, "gone") | dict.fromkeys(self.absent, "not here")
        self._look = Look.of(self.hits, width, self.clock(), self.compact, self.plain, words)
        self._rows = list(rows_of(self._groups, self._opened))
        self._stops = [
            number for number, row in enumerate(self._rows) if not isinstance(row, Header)
        ]
        heights = (height(row, self._look) for row in self._rows)
        self._tops = list(accumulate(heights, initial=0))
        self._lines.clear()
        self.virtual_size = Size(width, self._tops[-1])
        self.refresh()

    @property
    def _selected_line(self) -> int:
        """The first line of the selected row."""
        return 0 if self.highlighted is None else self._tops[self._stops[self.highlighted]]

    def _reveal(self) -> None:
        """Scroll so far that the selected row is on the screen, with its header before it."""
        if self.highlighted is None:
            return
        number = self._stops[self.highlighted]
        has_header = number > 0 and isinstance(self._rows[number - 1], Header)
        top, bottom = self._tops[number - has_header], self._tops[number + 1]
        least = bottom - self.scrollable_content_region.height
        self._scroll(min(max(self.scroll_offset.y, least), top))

    def _scroll(self, line: int) -> None:
        """Scroll so that this line is the first one, as far as the list goes."""
        self.scroll_to(y=max(line, 0), animate=False, immediate=True)

    def _row_at(self, line: int) -> int | None:
        """The number of the row that holds this line; None below the last row."""
        return bisect_right(self._tops, line) - 1 if 0 <= line < self._tops[-1] else None

    # Drawing

    def render_line(self, y: int) -> Strip:
        """A line of a row, with signs for the selected one and for what is marked."""
        width, line = self.scrollable_content_region.width, y + self.scroll_offset.y
        number = self._row_at(line)
        if number is None:
            return Strip.blank(width, self.rich_style)
        selected = self.highlighted is not None and number == self._stops[self.highlighted]
        bare = self.plain or self.app.no_color
        mark = (PLAIN_MARK if bare else MARK) if selected else " "
        first = line == self._tops[number]
        pieces = [(mark, ("mark",)), *self._line(number, line - self._tops[number])]
        if first and self.marks:
            pieces = self._with_sign(pieces, self._rows[number], bare)
        segments = [Segment(text, self._style(selected, names)) for text, names in pieces if text]
        return Strip(segments).adjust_cell_length(width, self._style(selected, ()))

    def _with_sign(self, pieces: Pieces, row: Row, bare: bool) -> Pieces:
        """The first line of a row, with the sign of a marked hit or the count of folded ones."""
        count = sum(hit in self.marks for hit in hits_at(row))
        if isinstance(row, Fold):
            return [*pieces, (f", {count} marked" * bool(count), ("fold",))]
        if not count:
            return pieces
        # A passage's line begins with a blank, before its place.
        selection, (text, names), *rest = pieces
        sign = (PLAIN_MARKED if bare else MARKED, ("marked",))
        return [selection, sign, (text[1:], names), *rest]

    def _line(self, number: int, line: int) -> Pieces:
        """A line of the row with this number."""
        if number not in self._lines:
            self._lines[number] = lines_of(self._rows[number], self._look)
        lines = self._lines[number]
        return lines[line] if line < len(lines) else []

    def _style(self, selected: bool, names: tuple[str, ...]) -> RichStyle:
        key = selected, self.has_focus, names
        if key not in self._styles:
            style = self.get_visual_style("hits--selected") if selected else self.visual_style
            for name in names:
                style += self.get_visual_style(f"hits--{name}", partial=True)
            self._styles[key] = style.rich_style
        return self._styles[key]
