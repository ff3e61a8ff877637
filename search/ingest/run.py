"""The ingest pipeline: plan → intake → store → embed, as generators, one batch = one commit.

A document's catalogue entry says `pending` before its first passage is stored. A small run embeds
each batch before it stores it. A larger one stores all words first, which takes seconds, and then
embeds for minutes or hours: meanwhile a document's entry says `words`. It says `complete` after its
last vector is on the disk. So whatever ends a run, the next one goes on where it ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import closing, nullcontext
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol

from ..documents import File
from ..readers.pool import WORKERS, ReaderPool
from ..results import IngestReport, LargeFile, Progress
from ..storage.catalog import Catalog
from ..storage.lance import preload, preloading
from ..text.passage_rules import PassageRules
from . import cutting_worker
from .embedding import Pace
from .embedding_thread import EmbeddingThread
from .fetching_ahead import FetchingAhead
from .file_reading import FileReading
from .incoming import Incoming, ReadResult
from .intake import Intake
from .large_files import large_files, note_speed
from .later_vectors import LaterVectors
from .paced_upkeep import PacedUpkeep
from .passage_writer import PassageWriter
from .placeholders import SYSTEM_MARKS, CloudMarks
from .plan import Plan
from .priority import by_priority
from .read_ahead import MAX_BYTES, Ahead, read_ahead
from .removal import take_out
from .report import report_of
from .sample import Sample
from .sources import read_bytes
from .tally import Tally
from .turns import TURN, Source, in_turns

if TYPE_CHECKING:
    from ..protocols import Embedder
    from ..readers.limits import Reserve
    from ..storage.writable_store import WritableStore

SMALL_RUN = 200_000
"""Files of so many bytes together are embedded as they are read; more are read in two stages.

At 4 bytes a token, a small model on a processor takes some ten seconds for them.
"""

LARGE_RUN = 2_000_000
"""Files of more bytes together are cut into passages by the worker processes.

To start a worker takes as much processor time as to cut 300 kB.
"""

GRACE = 0.2
"""Seconds to wait for a file that is being read before something else is done."""


class Cluster(Protocol):
    """Machines that read and embed the files of a run in place of this one."""

    def read(
        self, files: list[File], reread: Collection[str], tally: Tally, upkeep: PacedUpkeep
    ) -> int:
        """Read the files and store their passages with their vectors; the number of commits.

        The files at the paths in `reread` are read even where their contents are known.
        """


def unheard(large: tuple[LargeFile, ...]) -> None:
    """Take no notice of large files."""


class Ingestion:
    """One run over planned roots.

    The store and the embedder are opened at their first use: an unchanged folder needs neither.
    `clock` gives the time in nanoseconds since the epoch. Documents that are read ahead or in work
    hold about `max_memory` bytes, or more where a single one does. `on_language` is given the
    language of most of a sample of the files, before any of them needs the store or the embedder;
    without it no sample is read. A `cluster` does the work of reading and embedding.
    """

    def __init__(
        self,
        catalog: Catalog,
        open_store: Callable[[], WritableStore],
        open_embedder: Callable[[], Embedder],
        rules: PassageRules,
        on_progress: Callable[[Progress], None],
        clock: Callable[[], int] = time.time_ns,
        max_memory: int = MAX_BYTES,
        marks: CloudMarks = SYSTEM_MARKS,
        on_language: Callable[[str], None] | None = None,
        cluster: Cluster | None = None,
    ) -> None:
        self.catalog = catalog
        self.open_store = open_store
        # To open it anew for each file would ask the catalogue each time which models are wanted.
        self.open_embedder = cache(open_embedder)
        self.rules = rules
        self.on_progress = on_progress
        self.clock = clock
        self.max_memory = max_memory
        self.marks = marks
        self.on_language = on_language
        self.cluster = cluster

    def run(
        self,
        plans: list[Plan],
        on_large: Callable[[tuple[LargeFile, ...]], None] = unheard,
        on_read: Callable[[], None] = lambda: None,
    ) -> IngestReport:
        """Do the work of the plans and report it.

        A file that cannot be read is reported and does not end the run. `on_large` is given the
        large files before anything is read. `on_read` is called when all files were read, and
        nothing but vectors is missing. Raises StorageFull and IndexFailure.
        """
        # Each file once, in the order of the walk and in that of the reading.
        walked = {file.path: file for plan in plans for file in plan.read}
        files = by_priority(walked.values())
        # The files whose stored passages are not reused, even where their contents are known.
        reread = {path for plan in plans for path in plan.reread}
        large = large_files(self.catalog, walked.values())
        if large:
            on_large(large)
        tally = Tally(len(files), sum(file.size for file in files))
        tally.languages.update(dict(self.catalog.languages.counts()))
        tally.has_two_stages = tally.bytes_total > SMALL_RUN and self.cluster is None
        # Read, and store the words, or in a small run the vectors as well.
        upkeep = PacedUpkeep(self.open_store)
        with EmbeddingThread() as thread:
            later = LaterVectors(
                *(self.catalog, self.open_store, self.open_embedder, tally, self.on_progress),
                *(upkeep, thread),
            )
            with preloading(preload) if files else nullcontext():
                if self.cluster is None:
                    commits = self._read(files, reread, tally, later, upkeep)
                else:
                    self._choose_models(files, tally)
                    commits = self.cluster.read(files, reread, tally, upkeep)
            # Forget what is gone.
            for plan in plans:
                self._finish(plan, tally)
            on_read()
            # Embed what was stored by its words, now or by an earlier run.
            later.embed_all(
                entry for plan in plans for entry in self.catalog.words_only.entries(plan.top)
            )
        # Tidy the table up where it changed.
        if commits or later.commits or tally.removed:
            upkeep.now()
        if files or tally.completed:
            self.on_progress(tally.progress(files[-1].path if files else plans[-1].root.path))
        note_speed(self.catalog, tally)
        return report_of(self.catalog, plans, tally, walked.values(), large)

    def _read(
        self,
        files: list[File],
        reread: Collection[str],
        tally: Tally,
        later: LaterVectors,
        upkeep: PacedUpkeep,
    ) -> int:
        """Read the files and store their passages in batches; the number of commits."""
        writer = PassageWriter(
            *(self.catalog, self.open_store, self.open_embedder, tally, self.on_progress),
            embeds=not tally.has_two_stages,
            on_words=later.add,
        )
        commits, pace = 0, Pace()
        batch: list[Incoming] = []

        def store() -> None:
            nonlocal commits, batch
            if not batch:
                return
            started = time.perf_counter()
            writer.store(batch)
            pace.took(len(batch), time.perf_counter() - started)
            batch = []
            commits += 1
            upkeep.between_batches()

        with closing(self._incoming(files, reread, tally, later)) as incoming:
            for item in incoming:
                if item is not None:
                    batch.append(item)
                # A long document is stored at its end: a copy of it may follow.
                is_end = item is None or (item.last and item.entry.passages > TURN)
                if is_end or len(batch) >= pace.size:
                    store()
                if item is None and later.is_due:
                    later.embed_batch()
        store()
        return commits

    def _incoming(
        self, files: list[File], reread: Collection[str], tally: Tally, later: LaterVectors
    ) -> Generator[Incoming | None]:
        """The passages of the files: in order, and in turns where a file has many.

        Later files are read meanwhile. In a run of two stages, None stands for a time in which the
        next file is still being read: it is used for what waits for its vectors.
        """
        with (
            ReaderPool(module=cutting_worker.MODULE) as pool,
            FetchingAhead(files, partial(read_bytes, marks=self.marks)) as fetching,
        ):
            reading = FileReading(
                *(pool, lambda: self.open_embedder().tokenizer, self.rules, fetching.contents),
                cuts_in_workers=tally.bytes_total > LARGE_RUN,
            )
            intake = Intake(reading, self.catalog, self.open_store, tally, self.clock)

            def read_now(file: File, reserve: Reserve) -> ReadResult:
                return intake.read(file, file.path not in reread, reserve)

            def read_whole(file: File, reserve: Reserve) -> ReadResult:
                # The sample comes before the choice of the models, and so before the tokenizer.
                return intake.read(file, file.path not in reread, reserve, uncut=True)

            sample = Sample(files if self.on_language is not None else (), read_whole)
            if self.on_language is not None and files:
                self.on_language(sample.language())

            def read(file: File, reserve: Reserve) -> ReadResult:
                return sample.take(file.path) or read_now(file, reserve)

            def pieces(coming: Ahead[File, ReadResult]) -> Iterable[Incoming | None]:
                if tally.has_two_stages and not coming.is_ready(GRACE):
                    yield None
                    while later.is_due and not coming.is_ready(0):
                        yield None
                file = coming.item
                yield from intake.passages(
                    file, file.path not in reread, coming.result, coming.reserve
                )

            def source(coming: Ahead[File, ReadResult]) -> Source[Incoming | None]:
                return Source(coming.item.size, iter(pieces(coming)), coming.held, coming.release)

            with read_ahead(
                files, read, lambda result: result.memory, WORKERS, self.max_memory
            ) as ahead:
                sources = map(source, ahead)
                try:
                    # Half of the memory is for documents in work, half for those read ahead.
                    yield from in_turns(sources, self.max_memory // 2)
                except BaseException:
                    # An interrupted run does not wait for files that are being read.
                    pool.close()
                    raise

    def _choose_models(self, files: list[File], tally: Tally) -> None:
        """Read a sample of the files for the choice of the models, where those are not chosen."""
        if self.on_language is None or not files:
            return
        with ReaderPool() as pool:
            reading = FileReading(
                *(pool, lambda: self.open_embedder().tokenizer, self.rules),
                partial(read_bytes, marks=self.marks),
            )
            intake = Intake(reading, self.catalog, self.open_store, tally, self.clock)
            sample = Sample(files, lambda file, reserve: intake.read(file, False, reserve, True))
            self.on_language(sample.language())

    def _finish(self, plan: Plan, tally: Tally) -> None:
        """Forget the entries that are gone, and note the run on the root."""
        tally.removed += take_out(self.catalog, self.open_store, plan.gone)
        self.catalog.remove(entry.file.path for entry in plan.gone)
        self.catalog.put(
            replace(entry, file=replace(entry.file, root=plan.root.path))
            for entry in plan.moved_root
        )
        self.catalog.put((*plan.due, *plan.unread))
        if plan.whole:
            self.catalog.put_root(
                replace(plan.root, ingested_ns=self.clock(), passed_over=plan.passed_over)
            )
