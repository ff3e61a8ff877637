"""The running ingest: its progress, its speed and the time left."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import ProgressBar, Static

from search.results import IngestReport, Progress
from search.wording import counted

from ...progress import STAGES, duration
from ...terminal import printable
from ..reading import outcome


class IngestPanel(Vertical):
    """A bar and a line while an ingest runs, and after it a line with its outcome."""

    def compose(self) -> ComposeResult:
        """The bar and the line."""
        yield ProgressBar(show_eta=False, id="ingest-bar")
        yield Static("", id="ingest-line", markup=False)

    def begin(self) -> None:
        """Show that an ingest has begun, of which nothing is known yet."""
        self.add_class("-running")
        self.query_one(ProgressBar).update(total=None, progress=0)
        self._say("Looking for what changed …")

    def advance(self, progress: Progress) -> None:
        """Show the state."""
        self.add_class("-running")
        self.query_one(ProgressBar).update(
            total=max(progress.bytes_total, 1), progress=progress.bytes_done
        )
        left = progress.seconds_left
        embeds = progress.stage != "words" or progress.tokens
        parts = (
            STAGES[progress.stage].capitalize(),
            f"{progress.files_done:,} of {counted(progress.files_total, 'file')}",
            counted(progress.passages, "passage") if embeds else "",
            f"{progress.tokens_per_second:,.0f} tokens/s" if embeds else "",
            "" if left is None else f"{duration(left)} left",
            progress.path.rsplit("/", 1)[-1],
        )
        self._say(" · ".join(part for part in parts if part))

    def stopping(self) -> None:
        """Show that the user stopped the ingest."""
        self._say("Stopping after this batch …")

    def end(self, report: IngestReport | None) -> None:
        """Show what the ingest did; None if it was stopped or failed."""
        self.remove_class("-running")
        self._say(outcome(report))

    def _say(self, text: str) -> None:
        self.query_one("#ingest-line", Static).update(printable(text, one_line=True))
