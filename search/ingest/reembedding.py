"""An index's passages embedded anew by another model, into a table of their own beside the one in use.

The passages stay as they are, whatever the new model's tokenizer makes of them: they come from the table, so that nothing is read again, a
disk that is unplugged keeps its documents, and ids, lines and saved searches stay valid. They were cut to half of the shortest window that a
model here has; a document with a passage that is too long all the same is marked to be read and cut again by the next ingest that finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from ..documents import Row
from ..protocols import Embedder
from ..results import Progress
from ..storage.catalog import Catalog
from ..storage.entries import Entry
from ..storage.index_models import Change, clear, complete
from ..storage.store import Store
from ..text.passages import embedded_text
from .embedding import embedded, timed_batches
from .tally import Tally

MAINTAIN_EVERY = 20
SPECIAL_TOKENS = 4
"""Room for what a tokenizer puts around a text."""


class Reembedding:
    """Takes the passages of `source` into the table of a change; `run` may be repeated until it has come to its end.

    What an earlier run brought into the table counts where it is what `source` holds now.
    """

    def __init__(
        self, catalog: Catalog, source: Store, target: Store, embedder: Embedder, on_progress: Callable[[Progress], None]
    ) -> None:  # fmt: skip
        self.catalog = catalog
        self.source = source
        self.target = target
        self.embedder = embedder
        self.on_progress = on_progress
        self.tokens: dict[int, int] = {}

    def run(self) -> Tally:
        """Embed what is missing in the table, and take out of it what is no longer in the index."""
        entries = [entry for entry in self.catalog.entries() if entry.stored]
        here, there = self.source.counts(), self.target.counts()
        tally = Tally(
            len(entries),
            sum(entry.file.size for entry in entries),
            passages_total=sum(here.values()),
        )
        self.tokens = {entry.doc: 0 for entry in entries}
        missing = self._missing(
            [entry for entry in entries if entry.doc in here], here, there, tally
        )
        for number, batch in enumerate(timed_batches(missing), 1):
            self._embed(batch, tally)
            self.target.trim({entry.doc: here[entry.doc] for entry, _ in batch})
            self.target.sync()
            if number % MAINTAIN_EVERY == 0:
                self.target.maintain()
        self.target.delete(there.keys() - here.keys())
        self.target.maintain()
        self.target.sync()
        return tally

    def _missing(
        self, entries: list[Entry], here: dict[int, int], there: dict[int, int], tally: Tally
    ) -> Iterator[tuple[Entry, Row]]:
        """The rows that the table does not have yet."""
        for entry in entries:
            doc = entry.doc
            if here[doc] == there.get(doc) and self._same(doc):
                texts = [embedded_text(row.passage) for row in self.source.rows(doc)]
                self.tokens[doc] = sum(map(len, self.embedder.tokenizer.spans(texts)))
                tally.passages_kept += here[doc]
            else:
                yield from ((entry, row) for row in self.source.rows(doc))
            tally.files_read += 1

    def _same(self, doc: int) -> bool:
        pairs = zip_longest(self.source.rows(doc), self.target.rows(doc))
        return all(a and b and (a.passage, a.terms) == (b.passage, b.terms) for a, b in pairs)

    def _embed(self, batch: list[tuple[Entry, Row]], tally: Tally) -> None:
        by_text: dict[str, list[tuple[Entry, Row]]] = {}
        for entry, row in batch:
            by_text.setdefault(embedded_text(row.passage), []).append((entry, row))
        rows: list[Row] = []
        tally.begin(self.embedder.name)
        for chunk in embedded(self.embedder, by_text):
            for done in chunk:
                tally.tokens += done.tokens
                for entry, row in by_text[done.text]:
                    self.tokens[row.doc] += done.tokens
                    tally.passages += 1
                    rows.append(replace(row, vector=done.vector))
                    if done.tokens + SPECIAL_TOKENS > self.embedder.max_tokens:
                        self._read_again(entry)
            self.on_progress(tally.progress(by_text[chunk[-1].text][0][0].file.path))
        self.target.upsert(rows)

    def _read_again(self, entry: Entry) -> None:
        """Let the entry look as if its file had changed."""
        at = max(entry.file.mtime_ns, entry.file.ctime_ns)
        self.catalog.put([replace(entry, content="", ingested_ns=at)])


def reembed(
    folder: Path, catalog: Catalog, change: Change, source: Store, embedder: Embedder, on_progress: Callable[[Progress], None]
) -> Tally:  # fmt: skip
    """Carry a change through that was begun; the writer lock is held.

    The table in use stays whole until the new one is, which takes its place in one transaction of the catalogue. The old one is deleted then.
    """
    target = Store(folder, change.models.dimensions, create=True, table=change.table)
    if target.healed_to is not None:
        target.sync()
    work = Reembedding(catalog, source, target, embedder, on_progress)
    tally = work.run()
    complete(catalog, change, work.tokens, target.version)
    clear(folder, catalog)
    return tally
