"""What is being done to models: a bar and a line."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import ProgressBar, Static

from search.supply.pulling import Fetching

from ...download_line import line_of
from ...terminal import printable

LINE_CELLS = 200


class WorkPanel(Vertical):
    """The bar stands still where nobody knows how long it takes."""

    def compose(self) -> ComposeResult:
        """The bar and the line."""
        yield ProgressBar(show_eta=False, id="work-bar")
        yield Static("", id="work-line", markup=False)

    def begin(self, what: str) -> None:
        """Something has begun."""
        self.add_class("-running")
        self.query_one(ProgressBar).update(total=None, progress=0)
        self.say(what)

    def advance(self, state: Fetching, speed: float) -> None:
        """Show how far a download is; `speed` in bytes a second."""
        self.query_one(ProgressBar).update(
            total=max(state.total_bytes, 1), progress=state.done_bytes
        )
        self.say(line_of(state, speed, LINE_CELLS))

    def end(self, line: str) -> None:
        """It is over."""
        self.remove_class("-running")
        self.say(line)

    def say(self, text: str) -> None:
        """Show another line."""
        self.query_one("#work-line", Static).update(printable(text, one_line=True))
