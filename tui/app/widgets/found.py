"""What was found: the hits, and beside or below them the document of the selected one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from ... import messages
from ...preferences import Preferences
from ..arrangement import ARRANGEMENTS, following
from .divider import Divider
from .hit_list import HitList
from .preview import Preview

LEAST, MOST = 20, 80
"""The share of the hits, in percent, is held between these."""


@dataclass(frozen=True, slots=True)
class Shares:
    """The share of the hits in percent of the width, and of the height where they are above."""

    beside: int = 45
    above: int = 53


class Found(Horizontal):
    """Divides its room between the hits and the document. The mouse moves the border."""

    def __init__(self, hits: HitList, preview: Preview) -> None:
        super().__init__(id="found")
        self.hits = hits
        self.preview = preview
        self._preferences = Preferences()
        self.shares = Shares()
        self.placed = "right"
        self._before_full = "right"

    def prefer(self, preferences: Preferences) -> None:
        """Look as the user likes it, from the first layout on."""
        self._preferences = preferences
        if self.is_running:
            self._arrange()

    def _arrange(self) -> None:
        preferences = self._preferences
        self.hits.set_compact(preferences.compact)
        self.divide(Shares(preferences.beside, preferences.above))
        self.place_document(preferences.preview)

    def place_document(self, arrangement: str) -> None:
        """Put the document there; an unknown arrangement is "right"."""
        if arrangement not in ARRANGEMENTS:
            arrangement = "right"
        if arrangement == "full" != self.placed and self.placed != "hidden":
            self._before_full = self.placed
        had_focus = self.hits.has_focus
        self.placed = arrangement
        for name in ARRANGEMENTS:
            self.set_class(name == arrangement, f"-{name}")
        self.divide(self.shares)
        self.preview.show_as(arrangement)
        if had_focus and arrangement == "full":
            self.preview.focus_document()
        elif self.preview.has_focus_within and arrangement == "hidden":
            self.hits.focus()

    def place_next(self) -> None:
        """Put the document to its next place."""
        self.place_document(following(self.placed, self.screen.has_class("-narrow")))
        self._keep_looks()

    def leave_full(self) -> bool:
        """Show the hits again; false if they are there already."""
        if self.placed != "full":
            return False
        self.place_document(self._before_full)
        self._keep_looks()
        return True

    @property
    def is_above(self) -> bool:
        """True if the hits are above the document, not beside it."""
        return self.placed == "below" or self.screen.has_class("-narrow")

    def compose(self) -> ComposeResult:
        """The hits, the border, the document."""
        yield self.hits
        yield Divider()
        yield self.preview

    def divide(self, shares: Shares) -> None:
        """Give the hits their share."""
        self.shares = shares
        is_above = self.is_above
        share = min(max(shares.above if is_above else shares.beside, LEAST), MOST)
        for widget, part in ((self.hits, share), (self.preview, 100 - share)):
            widget.styles.width = None if is_above else f"{part}fr"
            widget.styles.height = f"{part}fr" if is_above else None

    def on_mount(self) -> None:
        """Divide the room for the first time."""
        self._arrange()

    def on_resize(self, event: events.Resize) -> None:
        """Divide the room anew: the document may have moved below the hits."""
        self.divide(self.shares)

    def on_hit_list_selected(self, event: HitList.Selected) -> None:
        """Show the passage.

        It is shown at once if the user moved the selection, and after a pause if an answer did.
        """
        event.stop()
        self.preview.show_hit(event.hit, self.hits.hits, at_once=self.hits.chosen)

    def on_hit_list_compacted(self, event: HitList.Compacted) -> None:
        """Remember the list's looks."""
        event.stop()
        self._keep_looks()

    def on_divider_dragged(self, event: Divider.Dragged) -> None:
        """Move the border to the mouse."""
        event.stop()
        region = self.content_region
        if self.is_above:
            above = 100 * (event.y - region.y) / max(region.height, 1)
            shares = replace(self.shares, above=_percent(above))
        else:
            beside = 100 * (event.x - region.x) / max(region.width, 1)
            shares = replace(self.shares, beside=_percent(beside))
        self.divide(shares)
        if event.done:
            self._keep_looks()

    def _keep_looks(self) -> None:
        compact, shares = self.hits.compact, self.shares
        self.post_message(messages.Arrange(compact, shares.beside, shares.above, self.placed))


def _percent(share: float) -> int:
    return min(max(round(share), LEAST), MOST)
