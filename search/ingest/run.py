"""The ingest pipeline: plan → intake → embed → store, as generators, one batch of passages = one commit.

A document's catalogue entry says `pending` before its first passage is stored and `complete` after its last one is on the disk, so whatever
ends a run, the next one takes up what was open.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from ..documents import File, Passage, Row
from ..readers.pool import WORKERS, ReaderPool
from ..results import IngestReport, Progress
from ..storage.catalog import Catalog
from ..storage.entries import EntryState
from ..storage.lance import preload
from ..text.passages import PassageRules, embedded_text
from ..text.terms import passage_terms
from .embedding import embedded, timed_batches
from .intake import Incoming, Intake
from .plan import Plan
from .read_ahead import read_ahead
from .removal import take_out
from .tally import Tally

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..protocols import Embedder
    from ..storage.store import Store

MAINTAIN_EVERY = 20


class Ingestion:
    """One run over planned roots. Store and embedder are opened at the first need: an unchanged folder needs neither.

    `clock` gives the time in nanoseconds since the epoch.
    """

    def __init__(
        self,
        catalog: Catalog,
        open_store: Callable[[], Store],
        open_embedder: Callable[[], Embedder],
        rules: PassageRules,
        on_progress: Callable[[Progress], None],
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.catalog = catalog
        self.open_store = open_store
        self.open_embedder = open_embedder
        self.rules = rules
        self.on_progress = on_progress
        self.clock = clock
        self.doc_tokens: Counter[int] = Counter()

    def run(self, plans: list[Plan]) -> IngestReport:
        """Do what the plans say and report it. Raises StorageFull and IndexFailure; a bad file is reported only."""
        read = list(
            {
                file.path: (file, file.path not in plan.again)
                for plan in plans
                for file in plan.read
            }.values()
        )
        tally = Tally(len(read), sum(file.size for file, _ in read))
        if read:
            threading.Thread(target=preload, daemon=True).start()
        commits = 0
        with closing(self._incoming(read, tally)) as incoming:
            for batch in timed_batches(incoming):
                self._store(batch, tally)
                commits += 1
                if commits % MAINTAIN_EVERY == 0:
                    self.open_store().maintain()
        for plan in plans:
            self._finish(plan, tally)
        if commits or tally.removed:
            self.open_store().maintain()
        if read:
            self.on_progress(tally.progress(read[-1][0].path))
        over: Counter[str] = Counter()
        for plan in plans:
            over.update(dict(plan.passed_over))
        return IngestReport(
            added=tally.added,
            changed=tally.changed,
            copied=tally.copied,
            unchanged=tally.touched + sum(plan.unchanged for plan in plans),
            removed=tally.removed,
            passages=tally.passages,
            tokens=tally.tokens,
            seconds=tally.seconds,
            failed=(*(skip for plan in plans for skip in plan.failed), *tally.failed),
            skipped=(*(skip for plan in plans for skip in plan.skipped), *tally.skipped),
            passed_over=tuple(sorted((str(reason), count) for reason, count in over.items())),
            warnings=(*(warning for plan in plans for warning in plan.warnings), *tally.warnings),
        )

    def _incoming(self, files: list[tuple[File, bool]], tally: Tally) -> Generator[Incoming]:
        """The passages of the files in order; files are read ahead while others are embedded."""
        with ReaderPool() as pool:
            intake = Intake(
                *(pool, self.catalog, self.open_store, lambda: self.open_embedder().tokenizer),
                *(self.rules, tally, self.clock),
            )
            with closing(
                read_ahead(
                    files, lambda item: intake.find(*item), lambda item: item[0].size, WORKERS
                )
            ) as ahead:
                try:
                    for (file, reuse), found in ahead:
                        yield from intake.passages(file, reuse, found.result)
                except BaseException:
                    # Whatever ends the run does not wait for what is being read.
                    pool.close()
                    raise

    def _store(self, batch: list[Incoming], tally: Tally) -> None:
        first = {item.entry.doc: item.entry for item in reversed(batch)}
        before = {doc: self.catalog.entry(entry.file.path) for doc, entry in first.items()}
        self.catalog.put(
            replace(entry, state=EntryState.PENDING, passages=old.passages if old else 0)
            for doc, entry in first.items()
            if (old := before[doc]) is None or old.state is not EntryState.PENDING
        )
        rows = [*self._copied(batch, tally), *self._embedded(batch, tally)]
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
        store.sync()
        self.catalog.put(
            replace(entry, tokens=entry.tokens + self.doc_tokens.pop(doc, 0), version=store.version)
            for doc, entry in finished.items()
        )

    def _note_messages(self, batch: list[Incoming]) -> None:
        """Tell the catalogue of which messages the passages are that are about to be stored."""
        for doc, items in groupby(batch, lambda item: item.entry.doc):
            places = [
                (item.passage.ordinal, item.message) for item in items if item.passage is not None
            ]
            self.catalog.messages.put(doc, places)

    def _copied(self, batch: list[Incoming], tally: Tally) -> list[Row]:
        rows = [
            _row(item, item.passage, item.vector)
            for item in batch
            if item.passage and item.vector is not None
        ]
        tally.passages += len(rows)
        return rows

    def _embedded(self, batch: list[Incoming], tally: Tally) -> Iterator[Row]:
        by_text: dict[str, list[Incoming]] = {}
        for item in batch:
            if item.passage and item.vector is None:
                by_text.setdefault(embedded_text(item.passage), []).append(item)
        if not by_text:
            return
        embedder = self.open_embedder()
        tally.begin(embedder.name)
        for chunk in embedded(embedder, by_text):
            for done in chunk:
                tally.tokens += done.tokens
                for item in by_text[done.text]:
                    assert item.passage is not None
                    self.doc_tokens[item.entry.doc] += done.tokens
                    tally.passages += 1
                    yield _row(item, item.passage, done.vector)
            self.on_progress(tally.progress(by_text[chunk[-1].text][0].entry.file.path))

    def _finish(self, plan: Plan, tally: Tally) -> None:
        """Forget what is gone, note the run on the root."""
        tally.removed += take_out(self.catalog, self.open_store, plan.gone)
        self.catalog.remove(entry.file.path for entry in plan.gone)
        self.catalog.put(
            replace(entry, file=replace(entry.file, root=plan.root.path))
            for entry in plan.moved_root
        )
        if plan.whole:
            self.catalog.put_root(
                replace(plan.root, ingested_ns=self.clock(), passed_over=plan.passed_over)
            )


def _row(item: Incoming, passage: Passage, vector: Vectors) -> Row:
    entry = item.entry
    name = os.path.basename(os.fsencode(entry.file.path)).decode("utf-8", "replace")
    title = item.message.title if item.message else entry.title
    return Row(
        entry.doc, passage, passage_terms(title, passage.headings, passage.text, name), vector
    )
