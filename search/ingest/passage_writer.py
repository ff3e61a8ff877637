"""Stores batches of passages that were just read, with their vectors or with their words only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from ..documents import Row
from ..results import Progress
from ..storage.catalog import Catalog
from ..storage.entries import Entry, EntryState
from ..text.passages import embedded_text
from .embedding import embedded
from .incoming import Incoming
from .tally import Tally

if TYPE_CHECKING:
    from ..protocols import Embedder
    from ..storage.writable_store import WritableStore


class PassageWriter:
    """Writes passages into the store, and how far their documents are into the catalogue.

    With `embeds`, each batch is embedded before it is stored. Otherwise `on_words` is called with
    the entry of each document that has all its words in the store and waits for some vectors, and
    with the number of these vectors.
    """

    def __init__(
        self,
        catalog: Catalog,
        open_store: Callable[[], WritableStore],
        open_embedder: Callable[[], Embedder],
        tally: Tally,
        on_progress: Callable[[Progress], None],
        embeds: bool,
        on_words: Callable[[Entry, int], None],
    ) -> None:
        self.catalog = catalog
        self.open_store = open_store
        self.open_embedder = open_embedder
        self.tally = tally
        self.on_progress = on_progress
        self.embeds = embeds
        self.on_words = on_words
        self._tokens: Counter[int] = Counter()
        self._lacking: Counter[int] = Counter()

    def store(self, batch: list[Incoming]) -> None:
        """Store one batch; the order of the steps is what makes a crash harmless."""
        # The documents become pending before any of their passages is stored.
        entries = {item.entry.doc: item.entry for item in reversed(batch)}
        previous = self.catalog.by_doc(entries)
        self.catalog.put(
            replace(entry, state=EntryState.PENDING, passages=old.passages if old else 0)
            for doc, entry in entries.items()
            if (old := previous.get(doc)) is None or old.state is not EntryState.PENDING
        )
        # Their new passages overwrite the old ones; what is left of the old ones is deleted.
        rows = [*self._reused(batch), *(self._embedded if self.embeds else self._words)(batch)]
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
        # Documents have their words or are complete only when all of that is on the disk.
        store.sync()
        lacking, version = {doc: self._lacking.pop(doc, 0) for doc in finished}, store.version
        stored = [
            replace(
                entry,
                state=EntryState.WORDS if lacking[doc] else entry.state,
                tokens=entry.tokens + self._tokens.pop(doc, 0),
                version=version,
            )
            for doc, entry in finished.items()
        ]
        self.catalog.put(stored)
        for entry in stored:
            if lacking[entry.doc]:
                self.on_words(entry, lacking[entry.doc])

    def _note_messages(self, batch: list[Incoming]) -> None:
        """Note in the catalogue to which message each of the batch's passages belongs."""
        for doc, items in groupby(batch, lambda item: item.entry.doc):
            messages = [
                (item.passage.ordinal, item.message) for item in items if item.passage is not None
            ]
            self.catalog.messages.put(doc, messages)

    def _reused(self, batch: list[Incoming]) -> list[Row]:
        """The rows of the passages whose vectors are known already."""
        rows = [
            Row(item.entry.doc, item.passage, item.terms, item.vector)
            for item in batch
            if item.passage and item.vector is not None
        ]
        self.tally.passages += len(rows)
        return rows

    def _words(self, batch: list[Incoming]) -> list[Row]:
        """The rows of the other passages, which wait for their vectors."""
        rows = [
            Row(item.entry.doc, item.passage, item.terms, None)
            for item in batch
            if item.passage and item.vector is None
        ]
        self._lacking.update(row.doc for row in rows)
        self._advance(batch[-1].entry)
        return rows

    def _embedded(self, batch: list[Incoming]) -> Iterator[Row]:
        """The rows of the other passages; each distinct text is embedded once."""
        waiting = [
            (embedded_text(item.passage), (item, item.passage))
            for item in batch
            if item.passage and item.vector is None
        ]
        if not waiting:
            return
        for (item, passage), result in embedded(
            self.open_embedder(), waiting, self.tally, lambda last: self._advance(last[0].entry)
        ):
            self._tokens[item.entry.doc] += result.tokens
            yield Row(item.entry.doc, passage, item.terms, result.vector)

    def _advance(self, entry: Entry) -> None:
        self.on_progress(self.tally.progress(entry.file.path))
