"""The running counts of an ingest."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from ..documents import Skip
from ..results import IngestReport, Progress


@dataclass(slots=True)
class Tally:
    """What a run has done so far.

    files_total, bytes_total: the files to read. passages_total: the passages to embed where that
    is known beforehand, else 0. passages_kept: those of passages_total that need no embedding.
    bytes_read: the bytes of the files that were read to their end. bytes_open: about as many bytes
    of each file in work were read, by its path. passages_read: the passages that were cut so far;
    it runs ahead of `passages`, which were embedded. touched: files whose contents are as they
    were. starting: the seconds before the first passage came to the embedder, whose name is
    `model`. warnings: pairs of a file's path and a sentence about it.
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
    bytes_open: dict[str, int] = field(default_factory=dict)
    passages: int = 0
    tokens: int = 0
    starting: float = 0.0
    model: str = ""
    failed: list[Skip] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    def begin(self, model: str) -> None:
        """Note that the embedder `model` gets passages from now on.

        Only the first call counts: the time before it says nothing of the embedder's speed.
        """
        if not self.model:
            self.model, self.starting = model, self.seconds

    def joined(self, report: IngestReport) -> IngestReport:
        """This re-embedding and the `report` of the run that followed it, as one report."""
        return replace(
            report,
            reembedded=self.files_total,
            passages=report.passages + self.passages,
            tokens=report.tokens + self.tokens,
            seconds=self.seconds,
        )

    def progress(self, path: str) -> Progress:
        """The state to show while the file at `path` is in work.

        Bytes count as done once their passages are embedded, not when they are read.
        """
        embedded_share = self.passages / self.passages_read if self.passages_read else 1.0
        bytes_done = int((self.bytes_read + sum(self.bytes_open.values())) * embedded_share)
        bytes_total = self.bytes_total
        if self.passages_total:
            # The number of passages is known, and it measures the work better than bytes do.
            bytes_done = bytes_total * self.passages // self.passages_total
            to_embed = self.passages_total - self.passages_kept
            bytes_total = bytes_total * to_embed // self.passages_total
        return Progress(
            self.files_read,
            self.files_total,
            bytes_done,
            bytes_total,
            self.passages,
            self.tokens,
            self.seconds,
            path,
            self.starting,
            self.model,
        )
