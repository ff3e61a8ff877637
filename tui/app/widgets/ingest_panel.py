"""The running ingest: its progress, its speed and the time left."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import ProgressBar, Static

from search.results import IngestReport, Progress

from ...progress import STAGES, duration
from ...remedies import left_out_line
from ...terminal import printable


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
        parts = (
            STAGES[progress.stage].capitalize(),
            f"{progress.files_done:,} of {progress.files_total:,} files",
            f"{progress.passages:,} passages",
            f"{progress.tokens_per_second:,.0f} tokens/s",
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
        if report is None:
            self._say("Not finished; what was stored is kept, r goes on.")
            return
        counts = (
            (report.added, "added"),
            (report.changed, "changed"),
            (report.copied, "moved or copied"),
            (report.completed, "given their vectors"),
            (report.removed, "removed"),
            (report.unchanged, "unchanged"),
            (len(report.failed), "failed"),
        )
        summary = (
            ", ".join(f"{count:,} {label}" for count, label in counts if count)
            or "nothing to read was found"
        )
        outcome = f"Documents: {summary}; {duration(report.seconds)}"
        told = [warning for warning in report.warnings if warning not in report.left_out.warnings]
        left_out = [line] if (line := left_out_line(report.left_out)) else []
        self._say(". ".join([outcome, *told, *left_out]))

    def _say(self, text: str) -> None:
        self.query_one("#ingest-line", Static).update(printable(text, one_line=True))
