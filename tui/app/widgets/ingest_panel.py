"""The running ingest: how far it is, how fast, how long it will take."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import ProgressBar, Static

from search.results import IngestReport, Progress

from ...progress import duration
from ...terminal import printable


class IngestPanel(Vertical):
    """A bar and a line while an ingest runs, a line with its outcome after it."""

    def compose(self) -> ComposeResult:
        """The bar and the line."""
        yield ProgressBar(show_eta=False, id="ingest-bar")
        yield Static("", id="ingest-line", markup=False)

    def begin(self) -> None:
        """Nothing is known yet."""
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
        parts = (
            f"{progress.files_done:,} of {progress.files_total:,} files",
            f"{progress.passages:,} passages",
            f"{progress.tokens_per_second:,.0f} tokens/s",
            "" if left is None else f"{duration(left)} left",
            progress.path.rsplit("/", 1)[-1],
        )
        self._say(" · ".join(part for part in parts if part))

    def stopping(self) -> None:
        """The user wants it to end."""
        self._say("Stopping after this batch …")

    def end(self, report: IngestReport | None) -> None:
        """Show what it did; None where it was stopped or failed."""
        self.remove_class("-running")
        if report is None:
            self._say("Not finished; what was stored is kept, r goes on.")
            return
        counts = (
            (report.added, "added"),
            (report.changed, "changed"),
            (report.copied, "moved or copied"),
            (report.removed, "removed"),
            (report.unchanged, "unchanged"),
            (len(report.failed), "failed"),
        )
        told = (
            ", ".join(f"{count:,} {what}" for count, what in counts if count)
            or "nothing to read was found"
        )
        self._say(". ".join([f"Documents: {told}; {duration(report.seconds)}", *report.warnings]))

    def _say(self, text: str) -> None:
        self.query_one("#ingest-line", Static).update(printable(text, one_line=True))
