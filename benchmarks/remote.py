"""Queries of an index in an object store, beside a local one with the same passages.

    python -m benchmarks.remote [--passages 10000]

The store is moto's server of S3 on the loopback interface, which takes some milliseconds for a
request; a store that is far away takes longer, and one in C or Go less. DOCSEARCH_TEST_S3 names
another one, as in tests/s3_server.py.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from search import Index
from tests.s3_server import BUCKET, ENVIRONMENT, s3_server

from .measure import Row, write_results
from .query import QUERIES, fill

ROUNDS = 9


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure queries of a remote index.")
    parser.add_argument("--passages", type=int, default=10_000)
    passages = parser.parse_args().passages
    with tempfile.TemporaryDirectory() as folder, s3_server() as endpoint:
        os.environ.update(
            ENVIRONMENT, AWS_ENDPOINT_URL=endpoint, XDG_CACHE_HOME=str(Path(folder, "cache"))
        )
        local, url = str(Path(folder, "index")), f"s3://{BUCKET}/index"
        fill(Path(local), passages)
        with Index.open(local) as index:
            index.export(Path(folder, "export"))
        with Index.open(url) as index:
            index.import_(Path(folder, "export"))
        here, store = warm(local), warm(url, is_copied=False)
        write_results(
            "remote",
            [
                Row(f"p50 of a query, {passages:,} passages, local", 1000 * here, "ms"),
                Row("the same in the store, without a copy", 1000 * store, "ms"),
                Row("the same in the store, on a copy", 1000 * warm(url), "ms", "3 times local"),
            ],
        )


def warm(place: str, is_copied: bool = True) -> float:
    """The median seconds of a query, once the table is copied, or without that."""
    with Index.open(place) as index:
        if not is_copied:
            index.home.note_query = lambda place: None  # type: ignore[method-assign]
        for text in QUERIES:
            index.query(text, rerank=False)
        while is_copied and index.home.is_remote and index.opened.place.uri == place:
            time.sleep(0.1)
        seconds = []
        for text in QUERIES * ROUNDS:
            started = time.perf_counter()
            index.query(text, rerank=False)
            seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
