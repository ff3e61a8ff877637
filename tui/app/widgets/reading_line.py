"""The line about a running ingest, below the input of the search screen."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.widgets import Static

from search.results import Progress

from ..reading import reading_line, what_is_read


class ReadingLine(Static):
    """Shows how far a run has come. A click on it shows the index screen."""

    def __init__(self, plain: bool = False) -> None:
        super().__init__("", markup=False)
        self.what = ""
        self.plain = plain
        self.progress: Progress | None = None

    def begin(self, paths: Sequence[str]) -> None:
        """Show that a run has begun to read the paths."""
        self.what = what_is_read(paths)

    def advance(self, progress: Progress | None) -> None:
        """Show the state of the run."""
        self.progress = progress
        width = max(self.size.width, 20)
        self.update(reading_line(self.what, progress, width, self.plain), layout=False)

    def on_resize(self, event: events.Resize) -> None:
        """Fit the line to the new width."""
        self.advance(self.progress)

    async def on_click(self, event: events.Click) -> None:
        """Show the details."""
        event.stop()
        await self.run_action("app.index")
