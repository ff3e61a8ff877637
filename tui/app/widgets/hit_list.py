"""The list of a query's hits. The selection stays with its hit when the hit moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.style import Style
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from search.results import Hit

from .hit_row import STYLES, HitRow


class HitList(OptionList):
    """A list of Hits. `clock` gives the time to which ages are counted.

    With `plain` the selected hit is marked by a sign, not by its colour alone.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"hits--{name}" for name in STYLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", key_display="Enter"),
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "up", "Up", show=False),
        Binding("up", "up", "Up", show=False),
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
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
    auto_links = False
    """Rows hold no links, and looking for links takes a tenth of the drawing time."""

    def __init__(self, clock: Callable[[], datetime], plain: bool = False) -> None:
        super().__init__()
        self.clock = clock
        self.plain = plain
        self.hits: tuple[Hit, ...] = ()
        self.chosen = False
        self._tops: list[int] = []
        self._reported: Hit | None = None

    @property
    def hit(self) -> Hit | None:
        """The selected hit."""
        return None if self.highlighted is None or not self.hits else self.hits[self.highlighted]

    def show(self, hits: Sequence[Hit], same_query: bool) -> None:
        """Show other hits.

        Within one query a hit that the user selected stays selected, and stays where it is on the
        screen. Otherwise the first hit is selected.
        """
        selected = self.hit.id if self.hit is not None and same_query and self.chosen else None
        row = 0
        if selected is not None:
            row = self._tops[self.highlighted or 0] - self.scroll_offset.y
        self.hits = tuple(hits)
        self.chosen = selected is not None
        ids = [hit.id for hit in hits]
        with self.prevent(OptionList.OptionHighlighted):
            self._draw()
            self.highlighted = (ids.index(selected) if selected in ids else 0) if ids else None
            if self.plain:
                self._draw_again()
            if selected in ids:
                self.scroll_to(y=self._tops[ids.index(selected)] - row, animate=False)
        self._report()

    def select(self, hit: Hit) -> None:
        """Select one of the hits."""
        self.chosen = True
        self.highlighted = self.hits.index(hit)

    def on_resize(self, event: events.Resize) -> None:
        """Lay the rows out for the new width."""
        if self.hits:
            with self.prevent(OptionList.OptionHighlighted):
                highlighted, top = self.highlighted, self.scroll_offset.y
                self._draw()
                self.highlighted = highlighted
                self.scroll_to(y=top, animate=False)

    def notify_style_update(self) -> None:
        """Draw the rows in the new theme's colours."""
        super().notify_style_update()
        if self.hits and self.is_mounted:
            self._draw_again()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Take note that the user moved the selection, by key or mouse."""
        event.stop()
        if self.hit is not self._reported:
            self.chosen = True
        if self.plain:
            self._draw_again()
        self._report()

    def action_up(self) -> None:
        """Move up; from the first hit, go back to the input."""
        if self.highlighted in (None, 0):
            self.post_message(self.Left())
        else:
            self.action_cursor_up()

    def action_cursor_down(self) -> None:
        """Move down, but not beyond the last hit."""
        if self.highlighted is None or self.highlighted < len(self.hits) - 1:
            super().action_cursor_down()

    def _draw(self) -> None:
        styles = self._row_styles()
        rows = [self._row(hit, styles) for hit in self.hits]
        self._tops = list(accumulate((row.get_height({}, row.width) for row in rows), initial=0))
        self.set_options([Option(row, id=hit.id) for row, hit in zip(rows, self.hits, strict=True)])

    def _draw_again(self) -> None:
        """Draw the same hits in rows of the same heights."""
        styles = self._row_styles()
        for option, hit in zip(self.options, self.hits, strict=True):
            self.replace_option_prompt(str(option.id), self._row(hit, styles))

    def _row(self, hit: Hit, styles: Mapping[str, Style]) -> HitRow:
        mark = None if not self.plain else ">" if hit is self.hit else " "
        width = max(self.scrollable_content_region.width - 3, 20)
        return HitRow(hit, width, self.clock(), styles, mark)

    def _row_styles(self) -> dict[str, Style]:
        return {name: self.get_visual_style(f"hits--{name}", partial=True) for name in STYLES}

    def _report(self) -> None:
        """Post the selected hit if it is another than the last one posted."""
        if self.hit is not self._reported:
            self._reported = self.hit
            self.post_message(self.Selected(self.hit))
