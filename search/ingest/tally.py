"""The running counts of an ingest."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace

from ..documents import Skip
from ..results import IngestReport, Progress


@dataclass(slots=True)
class VectorStage:
    """How far the second stage of a run is, which embeds what the first one stored.

    The totals are those of the documents that waited at its beginning, and `passages` about the
    vectors that they lacked. `spared` counts those of the latter that were there already. The other
    values are those of the run when the stage began.
    """

    documents: int
    size: int
    passages: int
    seconds_before: float
    passages_before: int
    tokens_before: int
    documents_done: int = 0
    spared: int = 0


@dataclass(slots=True)
class Tally:
    """What a run has done so far.

    files_total, bytes_total: the files to read. passages_total: the passages to embed where that is
    known beforehand, else 0. passages_kept: those of passages_total that need no embedding.
    bytes_read: the bytes of the files that were read to their end. bytes_open: about as many bytes
    of each file in work were read, by its path. passages_read: the passages that were cut so far;
    it runs ahead of `passages`, which were embedded. touched: files whose contents are as they
    were. completed: documents of an earlier run that got the vectors they lacked.
    embedding_seconds: the time in which the embedder worked. has_two_stages: True where words are
    stored first, and `vectors` is the second stage once it has begun. starting: the seconds before
    the first passage came to the embedder, whose name is `model`. warnings: pairs of a file's path
    and a sentence about it. languages: the number of documents in each language, those that the
    index had before and those that this run has read.
    """

    files_total: int
    bytes_total: int
    passages_total: int = 0
    started: float = field(default_factory=time.perf_counter)
    added: int = 0
    changed: int = 0
    copied: int = 0
    touched: int = 0
    completed: int = 0
    removed: int = 0
    files_read: int = 0
    bytes_read: int = 0
    passages_read: int = 0
    passages_kept: int = 0
    bytes_open: dict[str, int] = field(default_factory=dict)
    passages: int = 0
    tokens: int = 0
    embedding_seconds: float = 0.0
    has_two_stages: bool = False
    vectors: VectorStage | None = None
    starting: float = 0.0
    model: str = ""
    failed: list[Skip] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    languages: Counter[str] = field(default_factory=Counter)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    @property
    def language(self) -> str:
        """The language of most documents, as an ISO code; empty where none is known."""
        known = ((count, code) for code, count in self.languages.items() if code)
        return max(known, default=(0, ""))[1]

    def begin(self, model: str) -> None:
        """Note that the embedder `model` gets passages from now on.

        Only the first call counts: the time before it says nothing of the embedder's speed.
        """
        if not self.model:
            self.model, self.starting = model, self.seconds

    def begin_vectors(self, documents: int, size: int, passages: int) -> None:
        """Begin the second stage, in which so many documents lack about so many vectors."""
        self.vectors = VectorStage(
            documents, size, passages, self.seconds, self.passages, self.tokens
        )

    def vectors_done(self, spared: int) -> None:
        """Note that a document has all its vectors; `spared` of those expected it had already."""
        if self.vectors is not None:
            self.vectors.documents_done += 1
            self.vectors.spared += spared

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

        Bytes count as done once their passages are embedded, not when they are read. In a run of
        two stages they are those of the stage.
        """
        if self.vectors is not None:
            return self._vector_progress(self.vectors, path)
        if self.has_two_stages:
            return Progress(
                self.files_read,
                self.files_total,
                self.bytes_read + sum(self.bytes_open.values()),
                self.bytes_total,
                self.passages,
                self.tokens,
                self.seconds,
                path,
                self.starting,
                self.model,
                stage="words",
                language=self.language,
            )
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
            language=self.language,
        )

    def _vector_progress(self, stage: VectorStage, path: str) -> Progress:
        done = self.passages - stage.passages_before + stage.spared
        size = stage.size * min(done, stage.passages) // max(stage.passages, 1)
        return Progress(
            stage.documents_done,
            stage.documents,
            size,
            stage.size,
            self.passages,
            self.tokens - stage.tokens_before,
            self.seconds,
            path,
            max(self.starting, stage.seconds_before),
            self.model,
            stage="vectors",
            language=self.language,
        )
