"""The second stage of a large run: embeds the passages that the store has by their words only.

The passages come back from the store, so that no file is read again. A document is complete once
its last vector is on the disk. So whatever ends a run, the next one embeds only what still lacks a
vector.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from ..documents import Row
from ..results import Progress
from ..storage.catalog import Catalog
from ..storage.entries import Entry, EntryState
from ..text.passages import embedded_text
from .embedding import Embedded, Pace
from .embedding_thread import EmbeddingThread
from .paced_upkeep import PacedUpkeep
from .priority import priority
from .reuse import ReusableVectors
from .tally import Tally
from .turns import TURN, Source, in_turns

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..protocols import Embedder
    from ..storage.writable_store import WritableStore

READ = 2048
"""The passages that are read from the store at once, of one document or of several."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A passage that lacks its vector.

    `vector` is that of the same passage in a copy of the document, None where no copy has one, and
    `tokens` counts the passage's tokens where the vector is known. A document that lacks nothing
    any more comes as one Lacking whose `row` is None. `last` is true for a document's last passage.
    """

    entry: Entry
    row: Row | None = None
    vector: Vectors | None = None
    tokens: int = 0
    last: bool = False


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A batch that is being embedded, and its passages with their vectors to come.

    `contents` are the hashes of its files.
    """

    batch: list[Lacking]
    coming: Iterator[tuple[tuple[Entry, Row], Embedded]]
    contents: frozenset[str]


class LaterVectors:
    """The documents that wait for their vectors, and their embedding, a batch at a time.

    While a batch is embedded in the `thread`, the one before it is stored, and the next one read.
    """

    def __init__(
        self,
        catalog: Catalog,
        open_store: Callable[[], WritableStore],
        open_embedder: Callable[[], Embedder],
        tally: Tally,
        on_progress: Callable[[Progress], None],
        upkeep: PacedUpkeep,
        thread: EmbeddingThread,
    ) -> None:
        self.catalog = catalog
        self.open_store = open_store
        self.open_embedder = open_embedder
        self.tally = tally
        self.on_progress = on_progress
        self.upkeep = upkeep
        self.thread = thread
        self.commits = 0
        self._queue: deque[Entry] = deque()
        # About how many vectors each document lacks that has not got them all, and the documents
        # among them that this run read.
        self._lacking: dict[int, int] = {}
        self._own: set[int] = set()
        self._pieces: Iterator[Lacking] = iter(())
        self._under_way: _UnderWay | None = None
        self._pace = Pace()

    def add(self, entry: Entry, lacking: int) -> None:
        """Let a document wait behind the others; `lacking` is the number of vectors it lacks."""
        self._queue.append(entry)
        self._lacking[entry.doc] = lacking
        self._own.add(entry.doc)

    @property
    def is_due(self) -> bool:
        """True where a document waits."""
        return bool(self._lacking)

    def embed_all(self, entries: Iterable[Entry]) -> None:
        """Embed what these documents lack, and what is waiting already, by priority."""
        waiting = {entry.doc: entry for entry in (*entries, *self._queue)}
        begun = self._lacking.keys() - {entry.doc for entry in self._queue}
        self._queue = deque(
            sorted(
                (entry for doc, entry in waiting.items() if doc not in begun),
                key=lambda entry: priority(entry.file),
            )
        )
        for entry in self._queue:
            self._lacking.setdefault(entry.doc, entry.passages)
        if not self.is_due:
            return
        self.tally.begin_vectors(
            len(self._lacking),
            sum(entry.file.size for entry in waiting.values()),
            sum(self._lacking.values()),
        )
        self.upkeep.go_beside()
        while self.is_due:
            self.embed_batch()
            self.upkeep.between_batches()

    def embed_batch(self) -> None:
        """Begin to embed a batch, and store the one before it."""
        batch = self._next_batch()
        if not batch:
            # Documents came to wait since the last ones began.
            self._pieces = in_turns(self._sources(), READ)
            batch = self._next_batch()
        before, self._under_way = self._under_way, self._begun(batch) if batch else None
        if before is not None:
            self._finish(before)

    def _begun(self, batch: list[Lacking]) -> _UnderWay:
        """The batch, whose embedding begins now; each distinct text is embedded once."""
        waiting = [
            (embedded_text(item.row.passage), (item.entry, item.row))
            for item in batch
            if item.row and item.vector is None
        ]
        coming: Iterator[tuple[tuple[Entry, Row], Embedded]] = iter(())
        if waiting:
            coming = self.thread.begin(
                self.open_embedder(), waiting, self.tally, lambda last: self._advance(last[0])
            )
        return _UnderWay(batch, coming, frozenset(item.entry.content for item in batch))

    def _finish(self, under_way: _UnderWay) -> None:
        """Store a batch with its vectors; the order of the steps is what makes a crash harmless."""
        batch, tokens = under_way.batch, Counter[int]()
        seconds_before = self.tally.embedding_seconds
        rows = self._rows(under_way, tokens)
        self._pace.took(len(batch), self.tally.embedding_seconds - seconds_before)
        store = self.open_store()
        if rows:
            store.upsert(rows, words_known=True)
            store.sync()
        # The catalogue has the entries as they are now: a document may have had earlier batches.
        finished = {item.entry.doc for item in batch if item.last}
        entries, version = self.catalog.by_doc({item.entry.doc for item in batch}), store.version
        self.catalog.put(
            entry.with_vectors(tokens[doc], version)
            if doc in finished
            else replace(entry, tokens=entry.tokens + tokens[doc])
            for doc, entry in entries.items()
        )
        for row in rows:
            self._lacking[row.doc] -= 1
        for doc in finished:
            self.tally.vectors_done(self._lacking.pop(doc))
            self.tally.completed += doc not in self._own
        self.commits += 1

    def _next_batch(self) -> list[Lacking]:
        batch: list[Lacking] = []
        for item in islice(self._pieces, self._pace.size):
            batch.append(item)
            # The copy of a long document, which may follow, takes the vectors that are stored.
            if item.last and item.entry.passages > TURN:
                break
        return batch

    def _sources(self) -> Iterator[Source[Lacking]]:
        """The waiting documents; short ones are read from the store together."""
        while self._queue:
            group = [self._queue.popleft()]
            passages = group[0].passages
            while self._queue and passages + self._queue[0].passages <= READ:
                group.append(self._queue.popleft())
                passages += group[-1].passages
            if passages > READ:
                yield self._source(group[0], self._rows_of_long(group[0]))
                continue
            rows_by_doc: dict[int, list[Row]] = {entry.doc: [] for entry in group}
            for row in self.open_store().without_vectors(rows_by_doc):
                rows_by_doc[row.doc].append(row)
            for entry in group:
                yield self._source(entry, iter(rows_by_doc[entry.doc]))

    def _rows_of_long(self, entry: Entry) -> Iterator[Row]:
        for first in range(0, entry.passages, READ):
            yield from self.open_store().without_vectors([entry.doc], first, first + READ)

    def _source(self, entry: Entry, rows: Iterator[Row]) -> Source[Lacking]:
        return Source(entry.file.size, self._pieces_of(entry, rows), lambda: 0, lambda: None)

    def _pieces_of(self, entry: Entry, rows: Iterator[Row]) -> Iterator[Lacking]:
        """The document's passages without vectors; one is held back to tell which is the last."""
        tokenizer = self.open_embedder().tokenizer
        # A copy that is complete by now lends its vectors; one that is under way is awaited.
        if self._under_way is not None and entry.content in self._under_way.contents:
            before, self._under_way = self._under_way, None
            self._finish(before)
        twin = self.catalog.same_content(entry.content)
        is_complete = twin is not None and twin.state is EntryState.COMPLETE
        copies = self.open_store().rows(twin.doc) if twin is not None and is_complete else ()
        reusable = ReusableVectors(copies, tokenizer)
        held = Lacking(entry)
        for row in rows:
            if held.row is not None:
                yield held
            tokens_before = reusable.tokens
            vector = reusable.look_up(row.passage)
            held = Lacking(entry, row, vector, reusable.tokens - tokens_before)
        yield replace(held, last=True)

    def _rows(self, under_way: _UnderWay, tokens: Counter[int]) -> list[Row]:
        """The batch's passages with their vectors; `tokens` counts those of each document."""
        known = [
            (item, item.row) for item in under_way.batch if item.row and item.vector is not None
        ]
        rows = [replace(row, vector=item.vector) for item, row in known]
        for item, row in known:
            tokens[row.doc] += item.tokens
        self.tally.passages += len(rows)
        for (_, row), result in under_way.coming:
            tokens[row.doc] += result.tokens
            rows.append(replace(row, vector=result.vector))
        return rows

    def _advance(self, entry: Entry) -> None:
        self.on_progress(self.tally.progress(entry.file.path))
