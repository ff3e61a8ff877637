"""How the table and the catalogue grow, from 10,000 passages to a million: queries, disk, upkeep.

    python -m benchmarks.scale [--sizes 10000 100000 300000] [--million] [--files 10000 100000]
                               [--keep FOLDER] [--queries]

Passages and vectors are made by a seed, so that neither reading nor embedding is measured. They are
stored as an ingest stores them, each size in a process of its own. The processor time of all
threads is told beside the time on the clock, since other programs on the machine change it less.
`--keep` leaves the indexes in a folder, and with `--queries` a later run only queries them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from search import Filter, Index
from search.ingest.paced_upkeep import PacedUpkeep
from search.process_memory import peak
from search.results import IndexModels
from search.storage.arrow_rows import known_vectors
from search.storage.catalog import Catalog
from search.storage.entries import Entry, Root
from search.storage.index_models import put_models
from search.storage.store import Store
from search.storage.upkeep import tail_limit
from search.storage.writable_store import WritableStore
from search.supply.model_choice import ModelChoice
from search.text.passage_rules import PassageRules

from .made_passages import DIMENSIONS, PER_DOCUMENT, ROOT, MadePassages
from .measure import Row, write_results
from .unchanged_files import unchanged

if TYPE_CHECKING:
    from search.documents import Vectors

BATCH = 8190
QUERIES = 30
MILLION = 1_000_000
HALF = Filter(paths=tuple(f"part-{number:02}/**" for number in range(50)))
"""Admits one half of the made documents."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Queries one after the other: the median of their times, and the processor time of each."""

    p50_ms: float
    cpu_ms: float


class MadeQueries:
    """An embedder that knows the vectors of made queries, in place of a model."""

    name = "made"
    revision = "1"
    dimensions = DIMENSIONS
    max_tokens = 512
    notice = ""
    query_prompt = ""
    passage_prompt = ""
    precision = "float32"

    def __init__(self, queries: Iterable[tuple[str, Vectors]]) -> None:
        self.vectors = dict(queries)

    def at(self, precision: str) -> MadeQueries:
        """The same: no products are computed."""
        return self

    def embed_query(self, text: str) -> Vectors:
        """The made vector of a made query."""
        return self.vectors[text]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure growth.")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 300_000])
    parser.add_argument("--million", action="store_true", help="a million passages as well")
    parser.add_argument("--files", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the indexes stay")
    parser.add_argument("--queries", action="store_true", help="only query indexes that were kept")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = arguments.keep or Path(temporary)
        if arguments.one:
            made, size = MadePassages(), arguments.one - arguments.one % PER_DOCUMENT
            index = home / str(arguments.one)
            rows = [] if arguments.queries else filled(index, made, size)
            rows += queried(index, made, size)
            rows += [] if arguments.queries else saved_often(index, made, size)
            json.dump([asdict(row) for row in rows], sys.stdout)
            return
        rows = []
        for size in [*arguments.sizes, *([MILLION] if arguments.million else [])]:
            command = [sys.executable, "-m", "benchmarks.scale", "--one", str(size)]
            command += ["--keep", str(home), *["--queries"] * arguments.queries]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            rows += [Row(**row) for row in json.loads(done.stdout)]
        for count in arguments.files:
            rows += unchanged(Path(temporary) / str(count), count)
    write_results("scale", rows)


def queried(folder: Path, made: MadePassages, size: int) -> list[Row]:
    """The figures of queries: on the tidy index, filtered, and with passages not indexed yet."""
    queries = list(made.queries(QUERIES, size))
    with opened(folder, queries) as index:
        texts = [text for text, _ in queries]
        clean = latency(index, texts)
        rows = [
            figure(size, "hybrid query", clean.p50_ms, "ms", "at most 60 ms at a million"),
            figure(size, "its processor time", clean.cpu_ms, "ms"),
            figure(size, "text query", latency(index, texts, mode="text").p50_ms, "ms"),
            figure(size, "recall of the vector leg at 10", recall(index, queries), "", "≥ 0.97"),
        ]
        half = latency(index, texts, where=HALF)
        rows += ratios(size, "with a filter that admits half", half, clean, "at most 1.3")
        started = time.process_time()
        index.status()
        index.skips()
        rows.append(figure(size, "counts of the app", time.process_time() - started, "s", "≤ 1 s"))
    # The most passages that a run leaves without the word index.
    tail = tail_limit(size) // PER_DOCUMENT * PER_DOCUMENT
    store = WritableStore(folder, DIMENSIONS)
    store.upsert(made.batch(size, tail)[0])
    store.sync()
    with opened(folder, queries) as index:
        what = f"with {tail} passages that are not indexed yet"
        rows += ratios(size, what, latency(index, texts), clean, "at most 1.5")
    # The index is as it was before, for another run.
    store.delete({row.doc for row in made.batch(size, tail)[0]})
    store.sync()
    return rows


def opened(folder: Path, queries: Sequence[tuple[str, Vectors]]) -> Index:
    """The index, with the vectors of the queries in place of a model."""
    return Index(
        folder.as_posix(),
        ModelChoice(),
        lambda name: MadeQueries(queries),  # type: ignore[arg-type, return-value]
        PassageRules(),
    )


def filled(folder: Path, made: MadePassages, size: int) -> list[Row]:
    """Store the passages as a run does, and tell what that took."""
    stored = kept = 0.0
    with Catalog.open(folder, create=True) as catalog:
        catalog.put_root(Root(ROOT))
        store = WritableStore(folder, DIMENSIONS)
        put_models(catalog, models())
        upkeep = PacedUpkeep(lambda: store)
        for first in range(0, size, BATCH):
            rows, entries = made.batch(first, min(BATCH, size - first))
            started = time.process_time()
            write(store, catalog, rows, entries)
            stored += time.process_time() - started
            started = time.process_time()
            upkeep.between_batches()
            kept += time.process_time() - started
        started, clock = time.process_time(), time.perf_counter()
        upkeep.now()
        kept += time.process_time() - started
        last = time.perf_counter() - clock
    return [
        figure(size, "storing a thousand passages", 1000 * stored / (size / 1000), "ms CPU"),
        figure(size, "upkeep of a thousand passages", 1000 * kept / (size / 1000), "ms CPU"),
        figure(size, "upkeep at the end", last, "s"),
        figure(size, "peak memory", peak() / 2**20, "MB", "at most 900 MB at a million"),
        figure(size, "index as left", disk_mb(folder), "MB", "at most 2,500 MB at a million"),
    ]


def write(store: Store, catalog: Catalog, rows: Sequence[object], entries: Iterable[Entry]) -> None:
    """Store a batch in the order of a run."""
    store.upsert(rows)  # type: ignore[arg-type]
    store.sync()
    catalog.put(entries)


def models() -> IndexModels:
    """The record of the stand-in."""
    return IndexModels(
        *("starter", "", "", MadeQueries.name, MadeQueries.revision, DIMENSIONS),
        *("", "", 256, 0, 0, "float32"),
    )


def latency(index: Index, texts: Sequence[str], **options: object) -> Latency:
    """That of the queries, after each has been asked once."""
    ask = partial(index.query, rerank=False, **options)  # type: ignore[arg-type]
    for text in texts:
        ask(text)
    times, started = [], time.process_time()
    for text in texts:
        clock = time.perf_counter()
        ask(text)
        times.append(time.perf_counter() - clock)
    used = time.process_time() - started
    return Latency(1000 * statistics.median(times), 1000 * used / len(texts))


def ratios(size: int, what: str, slow: Latency, clean: Latency, goal: str) -> list[Row]:
    """How many times as long queries take as without."""
    return [
        figure(size, what, slow.p50_ms, "ms"),
        figure(size, f"{what}, times as long", slow.p50_ms / clean.p50_ms, "", goal),
        figure(size, f"{what}, times the processor time", slow.cpu_ms / clean.cpu_ms, ""),
    ]


def recall(index: Index, queries: Sequence[tuple[str, Vectors]]) -> float:
    """The share of the ten nearest passages that the vector leg finds."""
    store = index.store
    best: list[list[tuple[float, int, int]]] = [[] for _ in queries]
    asked = np.stack([vector for _, vector in queries])
    for table in store.tables():
        docs, ordinals = (table[name].to_numpy() for name in ("doc", "ordinal"))
        cosines = asked @ known_vectors(table, DIMENSIONS).T
        for place, row in enumerate(cosines):
            top = np.argsort(-row)[:10]
            best[place] += [(float(row[at]), int(docs[at]), int(ordinals[at])) for at in top]
    found = 0
    for (_, vector), exact in zip(queries, best, strict=True):
        wanted = {hit[1:] for hit in sorted(exact, reverse=True)[:10]}
        found += len(wanted & {(hit.doc, hit.passage.ordinal) for hit in store.nearest(vector, 10)})
    return found / (10 * len(queries))


def saved_often(folder: Path, made: MadePassages, size: int) -> list[Row]:
    """What two hundred saves of one document leave."""
    store = WritableStore(folder, DIMENSIONS)
    rows, _ = made.batch(0, PER_DOCUMENT)
    for _ in range(200):
        store.upsert(rows)
        store.sync()
        store.maintain()
    versions = len(list((folder / "passages.lance" / "_versions").glob("*.manifest")))
    return [
        figure(size, "versions after 200 saves of a file", versions, ""),
        figure(size, "index after 200 saves of a file", disk_mb(folder), "MB"),
    ]


def disk_mb(folder: Path) -> float:
    """The megabytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


def figure(size: int, what: str, value: float, unit: str, target: str = "") -> Row:
    """A figure of one size."""
    return Row(f"{what}, {size:,} passages", value, unit, target)


if __name__ == "__main__":
    main()
