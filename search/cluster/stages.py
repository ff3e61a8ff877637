"""The stages that run as actors of Ray: one reads and cuts files, the other embeds passages.

Both call the functions of an ingest on one machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from ..documents import Reason, Row
from ..errors import Unreadable
from ..ingest import cutting_worker
from ..ingest.embedding import CHUNK, chunks, embed, items_by_text, with_items
from ..ingest.fetching_ahead import FetchingAhead
from ..ingest.file_reading import FileReading
from ..ingest.incoming import Incoming, described, incoming
from ..ingest.sources import read_bytes
from ..ingest.tally import Tally
from ..readers.limits import no_limit
from ..readers.pool import ReaderPool
from ..storage.entries import Entry, doc_id
from ..text.passages import embedded_text
from .counts import Counts, Done
from .file_notes import FileNote, Outcome
from .orders import StageOrder
from .parcels import Ordered, Parcel
from .staged import Staged, staged_passages, staged_table, with_vectors

ROWS = 1_024
"""The most rows in one table, which an embedding actor takes at a time."""


class ReadStage:
    """Reads the files of parcels and cuts them into passages.

    A worker process of its own reads them, so that a file that takes it down costs one file.
    """

    def __init__(
        self, order: StageOrder, counts: Counts, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self._pool = ReaderPool(module=cutting_worker.MODULE)
        self._tokenizer = order.tokenizer()
        self._rules = order.rules
        self._schema = order.schema
        self._counts = counts
        self._clock = clock

    def __call__(self, batch: Any) -> Iterator[Any]:
        """The passages of the parcels in an Arrow table, as tables of at most ROWS rows."""
        rows = self._rows(batch)
        while staged := list(islice(rows, ROWS)):
            self._counts.add(Done(cut=sum(item.row is not None for item in staged)))
            yield staged_table(staged, self._schema)

    def _rows(self, batch: Any) -> Iterator[Staged]:
        for text in batch["parcel"].to_pylist():
            files = Parcel.decoded(text).files
            with FetchingAhead((ordered.file for ordered in files), read_bytes) as fetching:
                reading = FileReading(
                    *(self._pool, lambda: self._tokenizer, self._rules, fetching.contents),
                    cuts_in_workers=True,
                )
                for ordered in files:
                    yield from self._read(ordered, reading)
                    file = ordered.file
                    self._counts.add(Done(files=1, size=file.size, path=file.path))

    def _read(self, ordered: Ordered, reading: FileReading) -> Iterator[Staged]:
        """The rows of one file."""
        file = ordered.file
        entry = Entry(file, doc_id(file.path), ingested_ns=self._clock())
        try:
            data, content = reading.contents(file)
            entry = replace(entry, content=content)
            if content == ordered.known:
                yield Staged(None, note=FileNote(Outcome.SAME, entry))
                return
            document = reading.document(data, file.path, no_limit)
            cutting = reading.cutting(document)
            entry = described(entry, document, cutting.language)
            passages = ((passage, None) for passage in cutting.passages)
            for item in incoming(entry, passages, document.messages):
                note = FileNote(
                    Outcome.DOCUMENT, item.entry, document.warnings, document.page_labels
                )
                yield _staged(item, note if item.last else None)
        except FileNotFoundError:
            yield Staged(None, note=FileNote(Outcome.MISSING, entry))
        except Unreadable as error:
            entry = replace(entry, reason=error.reason, message=error.message)
            yield Staged(None, note=FileNote(Outcome.UNREADABLE, entry))
        except MemoryError:
            message = "there is not enough memory to read it"
            entry = replace(entry, reason=Reason.LIMIT, message=message)
            yield Staged(None, note=FileNote(Outcome.UNREADABLE, entry))


class EmbedStage:
    """Embeds passages."""

    def __init__(self, order: StageOrder, counts: Counts) -> None:
        self._embedder = order.embedder()
        self._counts = counts
        self._executor = ThreadPoolExecutor(order.embedding_threads, "embedding")

    def __call__(self, table: Any) -> Any:
        """The same table with the vectors of its passages."""
        places, passages = staged_passages(table)
        by_text = items_by_text(
            (embedded_text(passage), number) for number, passage in enumerate(passages)
        )
        embedded = self._executor.map(partial(embed, self._embedder), chunks(by_text, CHUNK))
        results = dict(with_items(by_text, embedded, Tally(0, 0), lambda last: None))
        done = [results[number] for number in range(len(passages))]
        tokens = [result.tokens for result in done]
        self._counts.add(Done(passages=len(passages), tokens=sum(tokens)))
        return with_vectors(table, places, [result.vector for result in done], tokens)


def _staged(item: Incoming, note: FileNote | None) -> Staged:
    if item.passage is None:
        return Staged(None, note=note)
    return Staged(Row(item.entry.doc, item.passage, item.terms, None), item.message, note)
