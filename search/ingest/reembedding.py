"""Embeds an index's passages with another model, into a table beside the one in use.

The passages come from the table in use and stay as they are, whatever the new model's tokenizer
makes of them. So no file is read again, documents on an unplugged disk are kept, and ids, lines
and saved searches stay valid. Passages were cut to half of the shortest window that any model here
has. A document with a passage that is too long nevertheless is marked, so that the next ingest that
finds its file reads and cuts it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest

from ..documents import Row
from ..protocols import Embedder
from ..results import Progress
from ..storage.catalog import Catalog
from ..storage.entries import Entry, due_again
from ..storage.home import Home
from ..storage.index_models import Change, complete_change, remove_unused_tables
from ..storage.store import Store
from ..storage.writable_store import WritableStore
from ..text.passages import embedded_text
from .embedding import embedded, timed_batches
from .paced_upkeep import PacedUpkeep
from .tally import Tally

SPECIAL_TOKENS = 4
"""Room for the special tokens that a tokenizer puts around a text."""


class Reembedding:
    """Copies the passages of `source` into `target`, the table of a change, with new vectors.

    `run` may be repeated until it comes to its end. Passages that an earlier run brought into the
    table count where they are still those of `source`.
    """

    def __init__(
        self,
        catalog: Catalog,
        source: Store,
        target: WritableStore,
        embedder: Embedder,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.catalog = catalog
        self.source = source
        self.target = target
        self.embedder = embedder
        self.on_progress = on_progress
        self.tokens: dict[int, int] = {}

    def run(self) -> Tally:
        """Embed the passages that the target lacks, and delete those that left the index."""
        entries = [entry for entry in self.catalog.entries() if entry.stored]
        source_counts, target_counts = self.source.counts(), self.target.counts()
        tally = Tally(
            len(entries),
            sum(entry.file.size for entry in entries),
            passages_total=sum(source_counts.values()),
        )
        tally.languages.update(dict(self.catalog.languages.counts()))
        self.tokens = {entry.doc: 0 for entry in entries}
        # Embed what is missing; each batch is on the disk before the next one begins.
        stored = [entry for entry in entries if entry.doc in source_counts]
        missing = self._missing(stored, source_counts, target_counts, tally)
        upkeep = PacedUpkeep(lambda: self.target)
        for batch in timed_batches(missing):
            self._embed(batch, tally)
            self.target.trim({entry.doc: source_counts[entry.doc] for entry, _ in batch})
            self.target.sync()
            upkeep.between_batches()
        # Delete the documents that left the index since an earlier run.
        self.target.delete(target_counts.keys() - source_counts.keys())
        self.target.maintain()
        self.target.sync()
        return tally

    def _missing(
        self,
        entries: list[Entry],
        source_counts: dict[int, int],
        target_counts: dict[int, int],
        tally: Tally,
    ) -> Iterator[tuple[Entry, Row]]:
        """The rows of the documents that the target does not have as they are now."""
        for entry in entries:
            doc = entry.doc
            if source_counts[doc] == target_counts.get(doc) and self._has_same_rows(doc):
                texts = [embedded_text(row.passage) for row in self.source.rows(doc)]
                self.tokens[doc] = sum(map(len, self.embedder.tokenizer.spans(texts)))
                tally.passages_kept += source_counts[doc]
            else:
                yield from ((entry, row) for row in self.source.rows(doc))
            tally.files_read += 1

    def _has_same_rows(self, doc: int) -> bool:
        pairs = zip_longest(self.source.rows(doc), self.target.rows(doc))
        return all(
            row and copy and (row.passage, row.terms) == (copy.passage, copy.terms)
            for row, copy in pairs
        )

    def _embed(self, batch: list[tuple[Entry, Row]], tally: Tally) -> None:
        """Embed a batch and store it: each distinct text is embedded once."""
        waiting = [(embedded_text(row.passage), (entry, row)) for entry, row in batch]
        rows: list[Row] = []
        for (entry, row), result in embedded(
            self.embedder,
            waiting,
            tally,
            lambda last: self.on_progress(tally.progress(last[0].file.path)),
        ):
            self.tokens[row.doc] += result.tokens
            rows.append(replace(row, vector=result.vector))
            if result.tokens + SPECIAL_TOKENS > self.embedder.max_tokens:
                self._mark_as_changed(entry)
        self.target.upsert(rows)

    def _mark_as_changed(self, entry: Entry) -> None:
        """Let the entry look as if its file had changed, so that the next ingest reads it."""
        self.catalog.put([due_again(entry)])


def reembed(
    home: Home,
    catalog: Catalog,
    change: Change,
    source: Store,
    embedder: Embedder,
    on_progress: Callable[[Progress], None],
) -> Tally:
    """Carry a change of models through to its end; the caller holds the writer lock.

    The table in use stays whole until the new one is complete. The new table then takes its place
    in one transaction of the catalogue, and the old one is deleted.
    """
    target = WritableStore(
        catalog.folder, change.models.dimensions, change.table, home.place(change.table)
    )
    if target.healed_to is not None:
        target.sync()
    reembedding = Reembedding(catalog, source, target, embedder, on_progress)
    tally = reembedding.run()
    complete_change(catalog, change, reembedding.tokens, target.version)
    remove_unused_tables(home, catalog)
    return tally
