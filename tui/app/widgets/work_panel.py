"""The running work on models: a bar and a line."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import ProgressBar, Static

from search.supply.pulling import Fetching

from ...download_line import line_of
from ...terminal import printable

LINE_CELLS = 200


class WorkPanel(Vertical):
    """A bar and a line. The bar is indeterminate while the duration is unknown."""

    def compose(self) -> ComposeResult:
        """The bar and the line."""
        yield ProgressBar(show_eta=False, id="work-bar")
        yield Static("", id="work-line", markup=False)

    def begin(self, line: str) -> None:
        """Show that work has begun."""
        self.add_class("-running")
        self.query_one(ProgressBar).update(total=None, progress=0)
        self.say(line)

    def advance(self, state: Fetching, speed: float) -> None:
        """Show the progress of a download; `speed` in bytes a second."""
        self.query_one(ProgressBar).update(
            total=max(state.total_bytes, 1), progress=state.done_bytes
        )
        self.say(line_of(state, speed, LINE_CELLS))

    def end(self, line: str) -> None:
        """Show that the work is over, with its outcome."""
        self.remove_class("-running")
        self.say(line)

    def say(self, text: str) -> None:
        """Show another line."""
        self.query_one("#work-line", Static).update(printable(text, one_line=True))
