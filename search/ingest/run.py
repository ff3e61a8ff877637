"""The ingest pipeline: plan → intake → embed → store, as generators, one batch = one commit.

A document's catalogue entry says `pending` before its first passage is stored, and `complete` after
its last passage is on the disk. So whatever ends a run, the next one takes up the documents that
are not complete.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from ..documents import File, Passage, Row
from ..paths import within
from ..readers.pool import WORKERS, ReaderPool
from ..results import IngestReport, NothingRead, Progress
from ..storage.catalog import Catalog
from ..storage.entries import EntryState
from ..storage.lance import preload
from ..text.passages import PassageRules, embedded_text
from ..text.terms import passage_terms
from .embedding import embedded, timed_batches
from .intake import Incoming, Intake, ReadResult
from .placeholders import SYSTEM_MARKS, CloudMarks
from .plan import Plan
from .priority import by_priority
from .read_ahead import MAX_BYTES, Ahead, read_ahead
from .removal import take_out
from .tally import Tally
from .turns import Source, in_turns

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..protocols import Embedder
    from ..readers.limits import Reserve
    from ..storage.store import Store

MAINTAIN_EVERY = 20


class Ingestion:
    """One run over planned roots.

    The store and the embedder are opened at their first use: an unchanged folder needs neither.
    `clock` gives the time in nanoseconds since the epoch. Documents that are read ahead or in work
    hold about `max_memory` bytes, or more where a single one does.
    """

    def __init__(
        self,
        catalog: Catalog,
        open_store: Callable[[], Store],
        open_embedder: Callable[[], Embedder],
        rules: PassageRules,
        on_progress: Callable[[Progress], None],
        clock: Callable[[], int] = time.time_ns,
        max_memory: int = MAX_BYTES,
        marks: CloudMarks = SYSTEM_MARKS,
    ) -> None:
        self.catalog = catalog
        self.open_store = open_store
        self.open_embedder = open_embedder
        self.rules = rules
        self.on_progress = on_progress
        self.clock = clock
        self.max_memory = max_memory
        self.marks = marks
        self.doc_tokens: Counter[int] = Counter()

    def run(self, plans: list[Plan]) -> IngestReport:
        """Do the work of the plans and report it.

        A file that cannot be read is reported and does not end the run. Raises StorageFull and
        IndexFailure.
        """
        # Each file once, in the order of the walk and in that of the reading.
        walked = {file.path: file for plan in plans for file in plan.read}
        files = by_priority(walked.values())
        # The files whose stored passages are not reused, even where their contents are known.
        reread = {path for plan in plans for path in plan.reread}
        tally = Tally(len(files), sum(file.size for file in files))
        if files:
            threading.Thread(target=preload, daemon=True).start()
        # Read, embed and store in batches.
        commits = 0
        with closing(self._incoming(files, reread, tally)) as incoming:
            for batch in timed_batches(incoming):
                self._store(batch, tally)
                commits += 1
                if commits % MAINTAIN_EVERY == 0:
                    self.open_store().maintain()
        # Forget what is gone, and tidy the table up where it changed.
        for plan in plans:
            self._finish(plan, tally)
        if commits or tally.removed:
            self.open_store().maintain()
        if files:
            self.on_progress(tally.progress(files[-1].path))
        passed_over: Counter[str] = Counter()
        for plan in plans:
            passed_over.update(dict(plan.passed_over))
        # Files are reported in the order of the walk, whatever the order of the reading was.
        place = {path: number for number, path in enumerate(walked)}
        failed, skipped = (
            sorted(skips, key=lambda skip: place[skip.path])
            for skips in (tally.failed, tally.skipped)
        )
        warnings = sorted(tally.warnings, key=lambda warning: place[warning[0]])
        return IngestReport(
            added=tally.added,
            changed=tally.changed,
            copied=tally.copied,
            unchanged=tally.touched + sum(plan.unchanged for plan in plans),
            removed=tally.removed,
            passages=tally.passages,
            tokens=tally.tokens,
            seconds=tally.seconds,
            failed=(*(skip for plan in plans for skip in plan.failed), *failed),
            skipped=(*(skip for plan in plans for skip in plan.skipped), *skipped),
            passed_over=tuple(
                sorted((str(reason), count) for reason, count in passed_over.items())
            ),
            warnings=(
                *(warning for plan in plans for warning in plan.warnings),
                *(f"{path}: {warning}" for path, warning in warnings),
            ),
            nothing_read=tuple(
                nothing for plan in plans if (nothing := self._nothing_read(plan, tally))
            ),
        )

    def _nothing_read(self, plan: Plan, tally: Tally) -> NothingRead | None:
        """What a folder gave instead, where it gave no document; None for any other root.

        Files that failed are reported with their reasons, so that their folder is not told of.
        """
        path = plan.root.path
        failed = [skip for skip in (*plan.failed, *tally.failed) if within(skip.path, path)]
        if not plan.whole or failed or not os.path.isdir(path):
            return None
        skipped = [skip for skip in (*plan.skipped, *tally.skipped) if within(skip.path, path)]
        if any(skip.path == path for skip in skipped):
            return None
        if any(entry.stored for entry in self.catalog.entries(path)):
            return None
        reasons = Counter(dict(plan.passed_over)) + Counter(skip.reason for skip in skipped)
        return NothingRead(path, tuple(sorted((str(why), count) for why, count in reasons.items())))

    def _incoming(
        self, files: list[File], reread: Collection[str], tally: Tally
    ) -> Generator[Incoming]:
        """The passages of the files: in order, and in turns where a file has many.

        Later files are read while passages are embedded.
        """
        with ReaderPool() as pool:
            intake = Intake(
                *(pool, self.catalog, self.open_store, lambda: self.open_embedder().tokenizer),
                *(self.rules, tally, self.clock, self.marks),
            )

            def read(file: File, reserve: Reserve) -> ReadResult:
                return intake.read(file, file.path not in reread, reserve)

            def source(coming: Ahead[File, ReadResult]) -> Source[Incoming]:
                file = coming.item
                passages = intake.passages(
                    file, file.path not in reread, coming.result, coming.reserve
                )
                return Source(file.size, passages, coming.held, coming.release)

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

    def _store(self, batch: list[Incoming], tally: Tally) -> None:
        """Store one batch; the order of the steps is what makes a crash harmless."""
        # The documents become pending before any of their passages is stored.
        entries = {item.entry.doc: item.entry for item in reversed(batch)}
        previous = {doc: self.catalog.entry(entry.file.path) for doc, entry in entries.items()}
        self.catalog.put(
            replace(entry, state=EntryState.PENDING, passages=old.passages if old else 0)
            for doc, entry in entries.items()
            if (old := previous[doc]) is None or old.state is not EntryState.PENDING
        )
        # Their new passages overwrite the old ones; what is left of the old ones is deleted.
        rows = [*self._reused(batch, tally), *self._embedded(batch, tally)]
        store = self.open_store()
        self._note_messages(batch)
        if rows:
            store.upsert(rows)
        finished = {item.entry.doc: item.entry for item in batch if item.last}
        store.trim({doc: entry.passages for doc, entry in finished.items()})
        for item in batch:
            if item.last:
                self.catalog.messages.trim(item.entry.doc, item.entry.passages)
                self.catalog.page_labels.put(item.entry.doc, item.page_labels)
        # Documents are complete only when all of that is on the disk.
        store.sync()
        self.catalog.put(
            replace(entry, tokens=entry.tokens + self.doc_tokens.pop(doc, 0), version=store.version)
            for doc, entry in finished.items()
        )

    def _note_messages(self, batch: list[Incoming]) -> None:
        """Note in the catalogue to which message each of the batch's passages belongs."""
        for doc, items in groupby(batch, lambda item: item.entry.doc):
            messages = [
                (item.passage.ordinal, item.message) for item in items if item.passage is not None
            ]
            self.catalog.messages.put(doc, messages)

    def _reused(self, batch: list[Incoming], tally: Tally) -> list[Row]:
        """The rows of the passages whose vectors are known already."""
        rows = [
            _row(item, item.passage, item.vector)
            for item in batch
            if item.passage and item.vector is not None
        ]
        tally.passages += len(rows)
        return rows

    def _embedded(self, batch: list[Incoming], tally: Tally) -> Iterator[Row]:
        """The rows of the other passages; each distinct text is embedded once."""
        by_text: dict[str, list[Incoming]] = {}
        for item in batch:
            if item.passage and item.vector is None:
                by_text.setdefault(embedded_text(item.passage), []).append(item)
        if not by_text:
            return
        embedder = self.open_embedder()
        tally.begin(embedder.name)
        for chunk in embedded(embedder, by_text):
            for result in chunk:
                tally.tokens += result.tokens
                for item in by_text[result.text]:
                    assert item.passage is not None
                    self.doc_tokens[item.entry.doc] += result.tokens
                    tally.passages += 1
                    yield _row(item, item.passage, result.vector)
            self.on_progress(tally.progress(by_text[chunk[-1].text][0].entry.file.path))

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


def _row(item: Incoming, passage: Passage, vector: Vectors) -> Row:
    """The row to store, with the words for the text leg: of title, headings, text and file name."""
    entry = item.entry
    name = os.path.basename(os.fsencode(entry.file.path)).decode("utf-8", "replace")
    title = item.message.title if item.message else entry.title
    return Row(
        entry.doc, passage, passage_terms(title, passage.headings, passage.text, name), vector
    )
