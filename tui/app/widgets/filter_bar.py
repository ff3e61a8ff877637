"""The filters in force, as a bar of words that can be clicked."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from ...terminal import printable
from ...typed import KEYS, Typed


class Chip(Static):
    """One filter: its key, and its value if it is set."""

    class Pressed(Message):
        """The chip was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, key: str) -> None:
        super().__init__(key, id=f"filter-{key}")
        self.key = key
        self._value = ""

    def show(self, value: str) -> None:
        """Show the filter's value, which is empty if the filter is not set.

        Most keystrokes change no filter, and a new layout costs a millisecond, so an equal value is
        not drawn again.
        """
        if value != self._value:
            self._value = value
            self.update(Content(f"{self.key}: {value}" if value else self.key))
            self.set_class(bool(value), "-set")

    def on_click(self, event: events.Click) -> None:
        """Tell which filter was clicked."""
        event.stop()
        self.post_message(self.Pressed(self.key))


class FilterBar(Horizontal):
    """Shows the filters of a Typed."""

    def compose(self) -> ComposeResult:
        """A chip for each filter."""
        filters = [key for key in KEYS if key not in ("mode", "rerank")]
        yield from (Chip(key) for key in ("mode", "rerank", *filters))

    def show(self, typed: Typed, rerank: str) -> None:
        """Show the filters of another query; `rerank` is on, off, or empty without a reranker."""
        values = {
            "mode": typed.mode,
            "path": " ".join(typed.paths),
            "type": ",".join(typed.types),
            "after": typed.after,
            "before": typed.before,
            "rerank": rerank,
        }
        for chip in self.query(Chip):
            chip.show(printable(values[chip.key], one_line=True))
