"""How the vector leg grows beyond a million passages: a table of vectors alone.

    python -m benchmarks.vectors [--sizes 1000000 3000000] [--cache 768 3072]

The vectors have 384 numbers in 16 bits and are made by a seed, as those of `benchmarks.scale`: the
direction of a topic with noise. The index is built, and queries are made, as in an index of
docsearch. `--cache` names megabytes for LanceDB's cache of indexes, of which the first is
docsearch's own. The processor time of all threads is told beside the time on the clock, since other
programs on the machine change it less. Each size has a process of its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from search.process_memory import peak
from search.storage.lance_reader import LanceReader
from search.storage.passage_table import READER_CACHES
from search.storage.table_reader import probes

from .made_passages import DIMENSIONS, NOISE, TOPICS
from .measure import Row, write_results
from .scale import disk_mb, figure

if TYPE_CHECKING:
    from search.documents import Vectors

BATCH = 20_000
QUERIES = 30
CANDIDATES = 100
"""The passages that a query asks the vector leg for."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how the vector leg grows.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 3_000_000])
    own = READER_CACHES["index_cache_size_bytes"] >> 20
    parser.add_argument("--cache", type=int, nargs="+", default=[own, 4 * own], metavar="MB")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        with tempfile.TemporaryDirectory() as folder:
            rows = grown(Path(folder), arguments.one, arguments.cache)
        json.dump([asdict(row) for row in rows], sys.stdout)
        return
    rows = []
    for size in arguments.sizes:
        command = [sys.executable, "-m", "benchmarks.vectors", "--one", str(size)]
        command += ["--cache", *map(str, arguments.cache)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        rows += [Row(**row) for row in json.loads(done.stdout)]
        write_results("vectors", rows)


def made(size: int, centres: Vectors) -> Iterator[Vectors]:
    """(n, 384) unit vectors, `size` of them in all; every run makes the same."""
    for first in range(0, size, BATCH):
        draw = np.random.default_rng([1, first])
        count = min(BATCH, size - first)
        noise = draw.standard_normal((count, DIMENSIONS), np.float32)
        near = centres[draw.integers(0, TOPICS, count)] + NOISE / DIMENSIONS**0.5 * noise
        yield near / np.linalg.norm(near, axis=1, keepdims=True)


def grown(folder: Path, size: int, caches: list[int]) -> list[Row]:
    """The figures of one size: building the index, and queries with each cache."""
    import lancedb
    import pyarrow as pa
    from lancedb.index import IvfSq

    draw = np.random.default_rng(1)
    centres = unit(draw.standard_normal((TOPICS, DIMENSIONS), np.float32))
    queries, best = asked(centres), Nearest()
    vectors = pa.list_(pa.float16(), DIMENSIONS)
    schema = pa.schema([pa.field("row", pa.int64()), pa.field("vector", vectors)])

    # The table, and the exact answers.
    def batches() -> Iterator[Any]:
        first = 0
        for batch in made(size, centres):
            best.see(queries @ batch.T, first)
            numbers = np.arange(first, first + len(batch))
            column = pa.FixedSizeListArray.from_arrays(
                pa.array(batch.astype(np.float16).ravel()), DIMENSIONS
            )
            yield pa.record_batch([pa.array(numbers), column], schema=schema)
            first += len(batch)

    reader = pa.RecordBatchReader.from_batches(schema, batches())
    table = lancedb.connect(folder).create_table("vectors", reader)
    data = disk_mb(folder)
    # The index.
    started, clock, before = time.process_time(), time.perf_counter(), peak()
    table.create_index("vector", config=IvfSq(distance_type="cosine"), name="vector")
    rows = [
        figure(size, "vectors on the disk", data, "MB"),
        figure(size, "building the index, processor time", time.process_time() - started, "s"),
        figure(size, "building the index", time.perf_counter() - clock, "s"),
        figure(size, "peak memory of that", peak() / 2**20, "MB"),
        figure(size, "of it before", before / 2**20, "MB"),
        figure(size, "index on the disk", disk_mb(folder) - data, "MB"),
    ]
    # Queries, each on a connection of its own.
    del table
    for megabytes in caches:
        session = lancedb.Session(
            index_cache_size_bytes=megabytes << 20, metadata_cache_size_bytes=64 << 20
        )
        opened = LanceReader(lancedb.connect(folder, session=session).open_table("vectors"), None)
        ask = partial(opened.nearest, columns=["row"], probes=probes(size))
        found = [ask(query, 10)["row"].to_pylist() for query in queries]
        times, started = [], time.process_time()
        for query in queries:
            clock = time.perf_counter()
            ask(query, CANDIDATES)
            times.append(time.perf_counter() - clock)
        used = time.process_time() - started
        share = best.share(found)
        what = f"with a cache of {megabytes} MB"
        rows += [
            figure(size, f"a query {what}, median", 1000 * statistics.median(times), "ms"),
            figure(size, f"a query {what}, processor time", 1000 * used / QUERIES, "ms"),
            figure(size, f"recall at 10 {what}", share, ""),
        ]
    return rows


def asked(centres: Vectors) -> Vectors:
    """(QUERIES, 384) unit vectors near topics, as the passages are."""
    draw = np.random.default_rng(2)
    noise = draw.standard_normal((QUERIES, DIMENSIONS), np.float32)
    return unit(centres[draw.integers(0, TOPICS, QUERIES)] + NOISE / DIMENSIONS**0.5 * noise)


def unit(x: Vectors) -> Vectors:
    """Rows of length 1."""
    return x / np.linalg.norm(x, axis=1, keepdims=True)


class Nearest:
    """The ten nearest rows of each query, while batches of rows are seen."""

    def __init__(self) -> None:
        self.best: list[list[tuple[float, int]]] = [[] for _ in range(QUERIES)]

    def see(self, cosines: Vectors, first: int) -> None:
        """(QUERIES, n) cosines of the rows from `first` on."""
        for query, row in enumerate(cosines):
            top = np.argpartition(row, -10)[-10:]
            seen = self.best[query] + [(float(row[at]), first + int(at)) for at in top]
            self.best[query] = sorted(seen, reverse=True)[:10]

    def share(self, found: list[list[int]]) -> float:
        """The share of them that was found."""
        hits = [
            len({row for _, row in best} & set(rows))
            for best, rows in zip(self.best, found, strict=True)
        ]
        return sum(hits) / (10 * QUERIES)


if __name__ == "__main__":
    main()
