"""A document with its passages marked. Only the rows on the screen are drawn.

Of a long document only a part is loaded. The number of rows before and after the part is estimated,
so that the scroll bar is about right. These rows are blank until another part replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from search.results import Hit

from ..rows import TAB
from ..sheet import Sheet, overlapping

BAR, PLAIN_BAR = "▌", ">"
ABOVE = 4
"""Rows of context above a passage to which the view scrolls."""


class DocumentView(ScrollView, can_focus=True):
    """Shows a Sheet with hits marked in it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "document--gutter",
        "document--bar",
        "document--passage",
        "document--sentence",
        "document--match",
        "document--current",
        "document--keyword",
        "document--name",
        "document--string",
        "document--number",
        "document--comment",
        "document--title",
        "document--heading",
        "document--subheading",
        "document--code",
        "document--strong",
        "document--emphasis",
        "document--deleted",
        "document--link",
        "document--quote",
        "document--rule",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        Binding("g", "scroll_home", "Top", show=False),
        Binding("G", "scroll_end", "Bottom", show=False),
        Binding("space", "page_down", "Page down", show=False),
        Binding("b", "page_up", "Page up", show=False),
    ]

    FOCUS_ON_CLICK = False
    """The input keeps the focus."""

    class Resized(Message):
        """The rows have to be laid out for another width."""

    class Moved(Message):
        """The view scrolled to other rows."""

    def __init__(self, bar: str = BAR) -> None:
        super().__init__()
        self.bar = bar
        self.sheet: Sheet | None = None
        self._hit: Hit | None = None
        self._passage = (0, 0)
        self._passages: list[tuple[int, int]] = []
        self._matches: list[tuple[int, int]] = []
        self._current: tuple[int, int] | None = None
        """The match that the reader went to."""
        self._current_char: int | None = None
        self._sentences: list[tuple[int, int]] = []
        self._styles: dict[str, Style] = {}
        self._rows_above = 0

    @property
    def text_width(self) -> int:
        """The cells of a row, without the gutter and the scroll bar."""
        return max(self.scrollable_content_region.width - self._gutter_cells - 1, 10)

    def show(
        self, sheet: Sheet | None, hit: Hit | None, hits: Iterable[Hit] = (), scrolled: bool = False
    ) -> None:
        """Show a sheet with `hits` marked, and scroll to `hit`.

        The view stays where it is if it shows the same hit in the same sheet already, or if the
        user `scrolled` it.
        """
        top, at_end = self.top_char, self.scroll_offset.y >= self.max_scroll_y
        previous = (self.sheet, self._passage, self._passages, self._matches, self._sentences)
        same_place = (
            sheet is not None
            and self.sheet is not None
            and sheet.rows is self.sheet.rows
            and hit == self._hit
        )
        if hit != self._hit or not same_place:
            self._current = self._current_char = None
        self.sheet, self._hit = sheet, hit
        self._passage, self._passages, self._matches, self._sentences = (0, 0), [], [], []
        if sheet is not None:
            self._mark(sheet, hit, hits)
            # The size of the view: the rows of the part, and those estimated above and below it.
            row = sheet.row_at(max(top - sheet.first_char, 0)) if scrolled else 0
            if not same_place:
                # After scrolling, the character at the top stays there, whatever the estimate was.
                estimate = max(self.scroll_offset.y - row, 1) if scrolled else sheet.rows_above
                self._rows_above = estimate if sheet.first_char else 0
            rows = self._rows_above + len(sheet.rows) + sheet.rows_below
            self.virtual_size = Size(self.scrollable_content_region.width, rows)
            # The scroll offset.
            if not same_place and scrolled:
                self._go(
                    rows - self.scrollable_content_region.height
                    if at_end and not sheet.rows_below
                    else self._rows_above + row
                )
            elif not same_place and hit is not None:
                self._go(self._rows_above + self._row_for(sheet, hit))
                if sheet.whole and sheet.rows.width != self.text_width:
                    self.post_message(self.Resized())
        else:
            self._rows_above = 0
            self.virtual_size = Size(0, 0)
        # An answer often changes nothing here, and then nothing is drawn.
        if previous != (self.sheet, self._passage, self._passages, self._matches, self._sentences):
            self.refresh()

    def _mark(self, sheet: Sheet, hit: Hit | None, hits: Iterable[Hit]) -> None:
        """Set the ranges of the rows' text that are marked."""

        def marked(hit: Hit, start: int, end: int) -> tuple[int, int]:
            begin = sheet.start_of(hit)
            return sheet.places.span(begin + start, begin + end)

        in_sheet = [other for other in hits if other.path == sheet.path]
        self._passages = [marked(other, 0, len(other.text)) for other in in_sheet]
        self._matches = [
            _visible(sheet.rows.text, *marked(other, start, end))
            for other in in_sheet
            for start, end in other.highlights
        ]
        if hit is not None:
            self._passage = marked(hit, 0, len(hit.text))
            if hit.sentence is not None:
                self._sentences = [marked(hit, *hit.sentence)]

    def go_to(self, char: int, below: int | None = None) -> bool:
        """Show the document's character `char`, `below` rows from the top or in the upper third.

        False if the part that is loaded does not hold it. A match that begins there is marked.
        """
        if self.sheet is None or not self.sheet.holds(char):
            return False
        self._current_char = char
        first = self.sheet.places.first(char - self.sheet.first_char)
        self._current = next(
            (match for match in self._matches if first in (match[0], match[1])), None
        )
        third = max(self.scrollable_content_region.height // 3 - 1, 0)
        above = third if below is None else below
        self._go(max(self._rows_above + self.sheet.rows.at(first) - above, 0))
        self.refresh()
        return True

    def _go(self, row: int) -> None:
        if row != self.scroll_offset.y:
            self.scroll_to(y=row, animate=False, immediate=True, force=True)

    def _row_for(self, sheet: Sheet, hit: Hit) -> int:
        """The row to put at the top, so that the answer is in the upper third of the view.

        The passage is shown from its beginning where that leaves the answer there.
        """
        first = sheet.row_at(max(sheet.start_of(hit), 0))
        answer = sheet.row_at(max(sheet.start_of(hit) + hit.offset, 0))
        third = max(self.scrollable_content_region.height // 3 - 1, 0)
        above = min(ABOVE, third)
        return max(first - above, answer - third, 0)

    def action_scroll_home(self) -> None:
        """Go to the beginning at once: the parts on the way are not loaded."""
        self.scroll_home(animate=False, immediate=True)

    def action_scroll_end(self) -> None:
        """Go to the end at once: the parts on the way are not loaded."""
        self.scroll_end(animate=False, immediate=True)

    @property
    def top_char(self) -> int:
        """The offset in the document of the first character on the screen.

        It is estimated if the screen shows rows outside the loaded part.
        """
        if self.sheet is None:
            return 0
        row = self.scroll_offset.y - self._rows_above
        if 0 <= row < len(self.sheet.rows):
            return self.sheet.first_char + self.sheet.row_start(row)
        rows_outside = row if row < 0 else row - len(self.sheet.rows)
        edge = self.sheet.first_char + (len(self.sheet.text) if row > 0 else 0)
        estimate = edge + int(rows_outside / max(self.sheet.rows_per_char, 1e-6))
        return min(max(estimate, 0), max(self.sheet.chars - 1, 0))

    @property
    def current_char(self) -> int | None:
        """The offset in the document to which the reader went, if it is shown."""
        char = self._current_char
        return char if char is not None and self.shows(char) else None

    def shows(self, char: int) -> bool:
        """True where the document's character at this offset is on the screen."""
        if self.sheet is None or not self.sheet.holds(char):
            return False
        row = self._rows_above + self.sheet.row_at(char - self.sheet.first_char)
        return 0 <= row - self.scroll_offset.y < self.scrollable_content_region.height

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Post Moved when another row is at the top."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Moved())

    def on_resize(self, event: events.Resize) -> None:
        """Ask for rows of the new width."""
        if self.sheet is not None and self.sheet.rows.width != self.text_width:
            self.post_message(self.Resized())

    def notify_style_update(self) -> None:
        """Forget the styles of the previous theme."""
        super().notify_style_update()
        self._styles.clear()

    def render_line(self, y: int) -> Strip:
        """One row: bar, line number, text."""
        width = self.scrollable_content_region.width
        number = y + self.scroll_offset.y - self._rows_above
        if self.sheet is None or not 0 <= number < len(self.sheet.rows):
            return Strip.blank(width, self.rich_style)
        # The text with its colours and marks.
        start, end = self.sheet.rows.span(number)
        text = Content(self.sheet.rows.text[start:end])
        for begin, stop, name in self.sheet.coloured(start, end):
            text = text.stylize(self._style(name), begin - start, stop - start)
        for begin, stop in overlapping([self._passage], start, end):
            text = text.stylize(self._style("passage"), begin - start, stop - start)
        for begin, stop in overlapping(self._sentences, start, end):
            text = text.stylize(self._style("sentence"), begin - start, stop - start)
        for begin, stop in overlapping(self._matches, start, end):
            text = text.stylize(self._style("match"), begin - start, stop - start)
        for begin, stop in overlapping([self._current] if self._current else [], start, end):
            text = text.stylize(self._style("current"), begin - start, stop - start)
        # The bar beside passages, and the number of a line that begins with this row.
        in_passage = any(overlapping(self._passages, start, max(end, start + 1)))
        line = self.sheet.rows.line_started(number)
        label = "" if line is None or self.sheet.pages else str(line + self.sheet.first_line - 1)
        row = Content.assemble(
            (self.bar if in_passage else " ", self._style("bar")),
            (label.rjust(self._gutter_cells - 2) + " ", self._style("gutter")),
            (self.sheet.rows.hang(number), self._style("rule")),
            text.expand_tabs(TAB),
        )
        return Strip(row.render_segments(self.visual_style)).adjust_cell_length(
            width, self.rich_style
        )

    @property
    def _gutter_cells(self) -> int:
        """The cells of the bar and the line numbers."""
        if self.sheet is None or self.sheet.pages:
            return 2
        last = max(self.sheet.rows.line_count + self.sheet.first_line, self.sheet.lines)
        return max(len(str(last)), 4) + 2

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = self.get_visual_style(f"document--{name}", partial=True)
        return self._styles[name]


def _visible(text: str, start: int, end: int) -> tuple[int, int]:
    """The range, or the word before it where it is empty: a match in a link's address, say."""
    if start == end:
        start = max(text.rfind(" ", 0, end), text.rfind("\n", 0, end)) + 1
    return start, end
