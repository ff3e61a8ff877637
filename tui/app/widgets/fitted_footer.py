"""The footer with as many keys as fit, each of them whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

KEPT = frozenset({"submit", "activate", "help", "app.pop_screen", "command_palette"})
"""The actions whose keys stay as long as they can: to open, to go back, and to find the others."""
FIRST = ("submit", "activate", "mark", "copy_place", "explain")
"""The actions whose keys stand first. All others have the order of their bindings."""
MARGIN = 1
"""The cells after a key; the one of the palette, which stands last, has a border before it."""


class FittedFooter(Footer):
    """Leaves out the last keys first. The help and the palette have all of them.

    `idle` are the actions whose keys are left out because they would do nothing now.
    """

    def __init__(self, show_command_palette: bool = True) -> None:
        super().__init__(show_command_palette=show_command_palette, compact=True)
        self.idle: Collection[str] = ()

    def compose(self) -> ComposeResult:
        """The keys, of which only those that fit are shown."""
        keys = sorted(super().compose(), key=_place)
        self._fit(key for key in keys if isinstance(key, FooterKey))
        yield from keys

    def leave_out(self, idle: Collection[str]) -> None:
        """Leave out the keys of these actions from now on, and of no others."""
        if idle != self.idle:
            self.idle = idle
            self._fit(self.query(FooterKey))

    def on_resize(self, event: events.Resize) -> None:
        """Show the keys that fit in the new width."""
        self._fit(self.query(FooterKey))

    def _fit(self, keys: Iterable[FooterKey]) -> None:
        keys = list(keys)
        at_work = [key for key in keys if key.action not in self.idle]
        fitting = set(map(id, _fitting(at_work, self.size.width or self.app.size.width)))
        for key in keys:
            key.display = id(key) in fitting


def _place(widget: Widget) -> int:
    """The place of a key among FIRST, or behind them."""
    if isinstance(widget, FooterKey) and widget.action in FIRST:
        return FIRST.index(widget.action)
    return len(FIRST)


def _fitting(keys: list[FooterKey], width: int) -> list[FooterKey]:
    """The keys that fit into that many cells."""
    shown = list(keys)
    for kept in (False, True):
        for key in reversed(keys):
            if sum(map(_cells, shown)) <= width:
                return shown
            if (key.action in KEPT) is kept:
                shown.remove(key)
    return shown


def _cells(key: FooterKey) -> int:
    return cell_len(f"{key.key_display} {key.description}") + MARGIN
