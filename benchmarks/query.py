"""Query latency at 10,000 passages, cold (a new process) and warm; the time of `docsearch --help`.

    python -m benchmarks.query [--passages 10000]

Most passages are made of the sample corpus's sentences. Their vectors are random ones near the
vectors of such texts, since embedding them would take an hour. Everything else is real.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

import numpy as np

from search import Index
from search.documents import File, Passage
from search.documents import Row as StoredRow
from search.storage.catalog import Catalog
from search.storage.entries import Entry, EntryState, doc_id
from search.storage.writable_store import WritableStore
from search.text.terms import passage_terms

from .measure import Row, median_seconds, run_command, write_results
from .texts import CORPUS, document

QUERIES = (
    "why are my radiators cold",
    "how long may the tenant stay",
    "retry after a failed call",
    "when is the next service due",
    "rent 2024",
)
PER_DOCUMENT = 20


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure queries.")
    parser.add_argument("--passages", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        fill(index, arguments.passages)
        write_results("query", [*warm(index, arguments.passages), *cold(index, arguments.passages)])


def fill(path: Path, passages: int) -> None:
    """Make an index of the sample corpus and made documents, with `passages` passages in all."""
    with Index.open(path) as index:
        report = index.ingest([CORPUS])
        embedder = index.embedder
        base = embedder.embed_passages([document(seed, 6) for seed in range(64)])
    # Store the made documents in batches of 5,000 passages.
    noise = np.random.default_rng(0)
    with Catalog.open(path, write=True) as catalog:
        store = WritableStore(path, embedder.dimensions)
        for first in range(0, passages - report.passages, 5000):
            rows: list[StoredRow] = []
            entries: list[Entry] = []
            for number in range(first, min(first + 5000, passages - report.passages), PER_DOCUMENT):
                name = f"/made/{number}.md"
                doc = doc_id(name)
                entries.append(
                    Entry(
                        File(name, "/made", 0, 0, 0, 0),
                        doc,
                        kind="markdown",
                        passages=PER_DOCUMENT,
                        state=EntryState.COMPLETE,
                    )
                )
                for ordinal in range(PER_DOCUMENT):
                    text = document(number + ordinal, 6)
                    vector = base[noise.integers(len(base))] + 0.05 * noise.standard_normal(
                        embedder.dimensions, np.float32
                    )
                    passage = Passage(ordinal, text, (), None, 1, 1, 0, len(text))
                    rows.append(
                        StoredRow(
                            doc,
                            passage,
                            passage_terms("", (), text, ""),
                            vector / np.linalg.norm(vector),
                        )
                    )
            store.upsert(rows)
            catalog.put(entries)
        store.sync()
        store.maintain()


def warm(path: Path, passages: int) -> list[Row]:
    """The time of Index.query in a process that has answered a query before, and of its parts."""
    rows = []
    with Index.open(path) as index:
        # The whole query, in each mode.
        for mode in ("hybrid", "vector", "text"):
            times = [
                median_seconds(
                    lambda text=text, mode=mode: index.query(text, mode=mode, rerank=False), 9
                )
                for text in QUERIES
            ]  # type: ignore[misc]
            target = "under 60 ms" if mode == "hybrid" else ""
            rows.append(
                Row(
                    f"warm Index.query, {mode}, {passages:,} passages",
                    1000 * statistics.median(times),
                    "ms",
                    target,
                )
            )
        # The parts of a query.
        vector = index.embedder.embed_query(QUERIES[0])
        rows.append(
            Row(
                "of it: embed the query",
                1000 * median_seconds(lambda: index.embedder.embed_query(QUERIES[0]), 15),
                "ms",
            )
        )
        rows.append(
            Row(
                "of it: nearest vectors",
                1000 * median_seconds(lambda: index.store.nearest(vector, 100), 15),
                "ms",
            )
        )
        rows.append(
            Row(
                "of it: matching words",
                1000 * median_seconds(lambda: index.store.matching([(1.0, QUERIES[0])], 100), 15),
                "ms",
            )
        )
    return rows


def cold(path: Path, passages: int) -> list[Row]:
    """The time of `docsearch` commands, each in a new process."""
    runs = [run_command("--index", str(path), "query", "--no-rerank", text) for text in QUERIES]
    help_times = [run_command("--help").seconds for _ in range(7)]
    return [
        Row(
            f"cold docsearch query, {passages:,} passages",
            statistics.median(run.seconds for run in runs),
            "s",
            "under 2.5 s",
        ),
        Row("its peak memory", statistics.median(run.peak_mb for run in runs), "MB"),
        Row("docsearch --help", statistics.median(help_times), "s", "under 0.15 s"),
    ]


if __name__ == "__main__":
    main()
