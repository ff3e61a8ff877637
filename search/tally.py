"""The running count of an ingest."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from .documents import Skip
from .results import Progress


@dataclass(slots=True)
class Tally:
    """What a run has done so far; `passages_read` runs ahead of `passages`, which are embedded and stored."""

    files_total: int
    bytes_total: int
    started: float = field(default_factory=time.perf_counter)
    added: int = 0
    changed: int = 0
    copied: int = 0
    touched: int = 0
    removed: int = 0
    files_read: int = 0
    bytes_read: int = 0
    passages_read: int = 0
    passages: int = 0
    tokens: int = 0
    failed: list[Skip] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    def progress(self, path: str) -> Progress:
        """The state to show, with `path` in work: bytes count as done in step with their passages."""
        share = self.passages / self.passages_read if self.passages_read else 1.0
        return Progress(
            self.files_read,
            self.files_total,
            int(self.bytes_read * share),
            self.bytes_total,
            self.passages,
            self.tokens,
            self.seconds,
            path,
        )
