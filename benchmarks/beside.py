"""Queries beside a long run: what they take while vectors are made of passages in a large index.

    python -m benchmarks.beside [--passages 100000] [--rate 40] [--seconds 150]

The passages are made ones, as in `benchmarks.scale`, and so are the vectors: a stand-in for the
model makes those of `--rate` passages a second and leaves the cores free. The queries come from a
process of their own, three a second, and their processor time counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from search.ingest.embedding_thread import EmbeddingThread
from search.ingest.later_vectors import LaterVectors
from search.ingest.paced_upkeep import PacedUpkeep
from search.ingest.tally import Tally
from search.storage.catalog import Catalog
from search.storage.entries import Entry, EntryState, Root
from search.storage.index_models import put_models
from search.storage.writable_store import WritableStore

from .made_passages import DIMENSIONS, PER_DOCUMENT, ROOT, MadePassages
from .measure import Row, write_results
from .scale import BATCH, QUERIES, MadeQueries, models, opened, write

if TYPE_CHECKING:
    from search.documents import Vectors

PAUSE = 0.3


class NoTokenizer:
    """A tokenizer that finds no tokens."""

    file = None

    def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """No token for any text."""
        return [[] for _ in texts]


class PacedVectors(MadeQueries):
    """An embedder of made vectors, `rate` of them a second."""

    tokenizer = NoTokenizer()

    def __init__(self, rate: float) -> None:
        super().__init__([])
        self._rate = rate
        self._draw = np.random.default_rng(1)

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        """Vectors of no meaning, as late as a model would give them."""
        time.sleep(len(texts) / self._rate)
        vectors = self._draw.standard_normal((len(texts), DIMENSIONS), np.float32)
        return vectors / np.linalg.norm(vectors, axis=1)[:, None], [0] * len(texts)


class TimedStore(WritableStore):
    """A store that notes how long each of its upkeeps took, and the passages that waited for it."""

    upkeeps: list[tuple[float, int]]

    def maintain(self) -> bool:
        """As for any store."""
        waiting = self._table.index_stats("terms").num_unindexed_rows
        started = time.perf_counter()
        is_done = super().maintain()
        if is_done:
            self.upkeeps.append((time.perf_counter() - started, waiting))
        return is_done


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure queries beside a run.")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=40.0)
    parser.add_argument("--seconds", type=float, default=150.0)
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    made = MadePassages()
    size = arguments.passages - arguments.passages % PER_DOCUMENT
    if arguments.ask:
        ask(arguments.ask, made, size)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "index"
        with Catalog.open(folder, create=True, write=True) as catalog:
            catalog.put_root(Root(ROOT))
            put_models(catalog, models())
            store = TimedStore(folder, DIMENSIONS)
            store.upkeeps = []
            for first in range(0, size, BATCH):
                write(store, catalog, *made.batch(first, min(BATCH, size - first)))
            store.maintain()
            with asked(folder, size) as clean:
                time.sleep(QUERIES * PAUSE)
            count = int(arguments.seconds * arguments.rate) // PER_DOCUMENT * PER_DOCUMENT
            entries = words_only(store, catalog, made, size, count)
            store.maintain()
            store.upkeeps.clear()
            started = time.perf_counter()
            with asked(folder, size) as beside:
                embed(store, catalog, entries, arguments.rate)
                took = time.perf_counter() - started
    upkeep, tail = (list(column) for column in zip(*store.upkeeps, strict=True))
    load = f"{size:,} passages, {arguments.rate:.0f} more a second"
    rows = [
        Row(f"a query's processor time, {load}", statistics.median(clean), "ms"),
        Row(
            "beside the run, times as much",
            statistics.median(beside) / statistics.median(clean),
            "",
            "1.5",
        ),
        Row("the most passages that were not in the word index", max(tail), ""),
        Row("upkeep beside the embedding, of the time", 100 * sum(upkeep) / took, "%"),
        Row("the run, of the embedder's own time", took * arguments.rate / count, "", "1.1"),
    ]
    write_results("beside", rows)


def words_only(
    store: WritableStore, catalog: Catalog, made: MadePassages, first: int, count: int
) -> list[Entry]:
    """Store further passages by their words; the entries of their documents."""
    waiting = []
    for start in range(first, first + count, BATCH):
        rows, entries = made.batch(start, min(BATCH, first + count - start))
        entries = [replace(entry, state=EntryState.WORDS) for entry in entries]
        write(store, catalog, [replace(row, vector=None) for row in rows], entries)
        waiting += entries
    return waiting


def embed(store: WritableStore, catalog: Catalog, entries: list[Entry], rate: float) -> None:
    """The second stage of a run over these documents."""
    embedder = PacedVectors(rate)
    upkeep = PacedUpkeep(lambda: store)
    with EmbeddingThread() as thread:
        later = LaterVectors(
            catalog,
            lambda: store,
            lambda: embedder,  # type: ignore[arg-type, return-value]
            Tally(0, 0),
            lambda progress: None,
            upkeep,
            thread,
        )
        later.embed_all(entries)


@contextmanager
def asked(folder: Path, size: int) -> Iterator[list[float]]:
    """A process asks meanwhile; the list has each query's milliseconds of the processor then."""
    command = [sys.executable, "-m", "benchmarks.beside", "--passages", str(size)]
    process = subprocess.Popen(
        [*command, "--ask", str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    times: list[float] = []
    yield times
    answer, _ = process.communicate("stop\n")
    times += json.loads(answer)


def ask(folder: Path, made: MadePassages, size: int) -> None:
    """Ask until a line comes, and print what each query took."""
    queries = list(made.queries(QUERIES, size))
    stopped = threading.Event()
    times: list[float] = []
    with opened(folder, queries) as index:
        for text, _ in queries:
            index.query(text, rerank=False)
        print("ready", flush=True)
        threading.Thread(target=lambda: (sys.stdin.readline(), stopped.set()), daemon=True).start()
        while not stopped.wait(PAUSE):
            text, _ = queries[len(times) % len(queries)]
            started = time.process_time()
            index.query(text, rerank=False)
            times.append(1000 * (time.process_time() - started))
    print(json.dumps(times))


if __name__ == "__main__":
    main()
