"""Ingest end to end: its rate beside the embedder's, its memory, and a run over unchanged files.

python -m benchmarks.ingest [--documents 150] [--files 10000] [--rates]

`--rates` leaves out all but the rates.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from search.index import Index
from search.ingest import run
from search.ingest.run import SMALL_RUN
from search.models.embedder import load_embedder
from search.storage.catalog import Catalog
from search.storage.store import Store
from search.text.passages import embedded_text

from .measure import Row, run_command, write_results
from .texts import document

ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure ingest.")
    parser.add_argument("--documents", type=int, default=150)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rates", action="store_true", help="measure nothing else")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = rates(Path(folder), arguments.documents)
        if not arguments.rates:
            rows += [*stages(Path(folder)), *unchanged(Path(folder), arguments.files)]
    write_results("ingest", rows)


def rates(folder: Path, documents: int) -> list[Row]:
    """Tokens a second of `docsearch ingest`, and of the embedder alone on the passages it stored.

    The two take turns.
    """
    source = folder / "documents"
    source.mkdir()
    for seed in range(documents):
        (source / f"{seed:04}.md").write_text(document(seed, 40))
    ingest, alone, peaks = [], [], []
    for number in range(ROUNDS):
        index = folder / f"index-{number}"
        run = run_command("--quiet", "--index", str(index), "ingest", "--json", str(source))
        report = json.loads(run.out)
        ingest.append(report["tokens"] / report["seconds"])
        peaks.append(run.peak_mb)
        alone.append(_embedder_alone(index))
    ratio = statistics.median(
        ingest_rate / embedder_rate
        for ingest_rate, embedder_rate in zip(ingest, alone, strict=True)
    )
    length = report["tokens"] / report["passages"]
    load = f"{report['passages']:,} passages of {length:.0f} tokens"
    return [
        Row(f"embedder alone, {load}", statistics.median(alone), "tokens/s"),
        Row("ingest end to end, after start-up", statistics.median(ingest), "tokens/s"),
        Row("share of the embedder's own rate", 100 * ratio, "%", "at least 85 %"),
        Row("peak memory of the process", statistics.median(peaks), "MB", "under 900 MB"),
    ]


def stages(folder: Path) -> list[Row]:
    """Processor time of a run in two stages beside one in a single stage, in turns."""
    source = folder / "staged"
    source.mkdir()
    for seed in range(60):
        (source / f"{seed:04}.md").write_text(document(seed, 40))
    ratios = []
    for number in range(ROUNDS):
        seconds = {}
        for name, small_run in (("one", 10**12), ("two", 0)):
            run.SMALL_RUN = small_run
            before = sum(os.times()[:4])
            with Index.open(folder / f"{name}-{number}") as index:
                index.ingest([source])
            seconds[name] = sum(os.times()[:4]) - before
        ratios.append(100 * seconds["two"] / seconds["one"])
    run.SMALL_RUN = SMALL_RUN
    return [
        Row("processor time of two stages, of one", statistics.median(ratios), "%", "at most 105 %")
    ]


def _embedder_alone(index: Path) -> float:
    """Tokens a second of the embedder on the index's passages."""
    embedder = load_embedder()
    with Catalog.open(index) as catalog:
        store = Store(index, embedder.dimensions)
        texts = [
            embedded_text(passage)
            for entry in catalog.entries()
            for passage in store.passages(entry.doc)
        ]
    texts.sort(key=len)
    tokens = sum(map(len, embedder.tokenizer.spans(texts)))
    embedder.embed_passages(texts[:8])
    started = time.perf_counter()
    for start in range(0, len(texts), 64):
        embedder.embed_passages(texts[start : start + 64])
    return tokens / (time.perf_counter() - started)


def unchanged(folder: Path, files: int) -> list[Row]:
    """`docsearch ingest` over many files that have not changed."""
    source = folder / "many"
    for seed in range(files):
        path = source / f"{seed % 100:02}" / f"{seed}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Ledger entry number {seed}.\n")
    index = str(folder / "index-many")
    first = run_command("--quiet", "--index", index, "ingest", str(source))
    repeats = [
        run_command("--quiet", "--index", index, "ingest", str(source)) for _ in range(ROUNDS)
    ]
    return [
        Row(f"first ingest of {files:,} short files", first.seconds, "s"),
        Row(
            f"ingest of {files:,} unchanged files",
            statistics.median(run.seconds for run in repeats),
            "s",
            "under 2 s",
        ),
        Row("its peak memory", statistics.median(run.peak_mb for run in repeats), "MB"),
    ]


if __name__ == "__main__":
    main()
