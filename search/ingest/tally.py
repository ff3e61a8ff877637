"""The running count of an ingest."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from ..documents import Skip
from ..results import IngestReport, Progress


@dataclass(slots=True)
class Tally:
    """What a run has done so far; `passages_read` runs ahead of `passages`, which are embedded and stored.

    `bytes_read` are those of files that are read to their end, `bytes_open` about those of the file in work.
    `passages_total` is 0 where it is not known before; `passages_kept` are those of it that needed nothing.
    """

    files_total: int
    bytes_total: int
    passages_total: int = 0
    started: float = field(default_factory=time.perf_counter)
    added: int = 0
    changed: int = 0
    copied: int = 0
    touched: int = 0
    removed: int = 0
    files_read: int = 0
    bytes_read: int = 0
    passages_read: int = 0
    passages_kept: int = 0
    bytes_open: int = 0
    passages: int = 0
    tokens: int = 0
    starting: float = 0.0
    model: str = ""
    failed: list[Skip] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    def begin(self, model: str) -> None:
        """Note that passages go to the embedder `model` from now on; what went before says nothing of its speed."""
        if not self.model:
            self.model, self.starting = model, self.seconds

    def joined(self, report: IngestReport) -> IngestReport:
        """The report of a run that refreshed the documents right after this one, which embedded them anew."""
        return replace(
            report,
            reembedded=self.files_total,
            passages=report.passages + self.passages,
            tokens=report.tokens + self.tokens,
            seconds=self.seconds,
        )

    def progress(self, path: str) -> Progress:
        """The state to show, with `path` in work: bytes count as done in step with their passages."""
        share = self.passages / self.passages_read if self.passages_read else 1.0
        done, total = int((self.bytes_read + self.bytes_open) * share), self.bytes_total
        if self.passages_total:
            # Bytes say little of passages, where those are counted.
            done = total * self.passages // self.passages_total
            total = total * (self.passages_total - self.passages_kept) // self.passages_total
        return Progress(
            self.files_read,
            self.files_total,
            done,
            total,
            self.passages,
            self.tokens,
            self.seconds,
            path,
            self.starting,
            self.model,
        )
