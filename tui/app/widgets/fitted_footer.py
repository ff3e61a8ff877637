"""The footer with as many keys as fit, each of them whole."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

KEPT = frozenset({"submit", "activate", "help", "app.pop_screen", "command_palette"})
"""The actions whose keys stay as long as they can: to open, to go back, and to find the others."""
MARGIN = 1
"""The cells after a key; the one of the palette, which stands last, has a border before it."""


class FittedFooter(Footer):
    """Leaves out the last keys first. The help and the palette have all of them."""

    def __init__(self, show_command_palette: bool = True) -> None:
        super().__init__(show_command_palette=show_command_palette, compact=True)

    def compose(self) -> ComposeResult:
        """The keys, of which only those that fit are shown."""
        keys = list(super().compose())
        self._fit(key for key in keys if isinstance(key, FooterKey))
        yield from keys

    def on_resize(self, event: events.Resize) -> None:
        """Show the keys that fit in the new width."""
        self._fit(self.query(FooterKey))

    def _fit(self, keys: Iterable[FooterKey]) -> None:
        keys = list(keys)
        fitting = set(map(id, _fitting(keys, self.size.width or self.app.size.width)))
        for key in keys:
            key.display = id(key) in fitting


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
