"""An ingest of small objects from a store that is far away, beside one from a folder.

    python -m benchmarks.slow_store [--documents 400] [--milliseconds 80]

The store is moto's server of S3 behind a proxy that makes each request wait. The embedder is a toy,
so that the time is that of fetching, reading and storing.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from pathlib import Path

from search import Index
from search.object_store.client import store_at
from search.text.passages import PassageRules
from tests.faulty_proxy import faulty_proxy
from tests.s3_server import BUCKET, ENVIRONMENT, put_files, s3_server
from tests.toys import ToyEmbedder

from .measure import Row, write_results

WORDS = [f"w{number}" for number in range(3000)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure an ingest from a slow store.")
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--milliseconds", type=int, default=80)
    arguments = parser.parse_args()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as name, s3_server() as endpoint:
        folder = Path(name)
        (folder / "notes").mkdir()
        for number in range(arguments.documents):
            text = " ".join(chance.choices(WORDS, k=250))
            (folder / "notes" / f"{number}.md").write_text(f"# Note {number}\n\n{text}\n")
        os.environ.update(ENVIRONMENT, AWS_ENDPOINT_URL=endpoint)
        put_files(folder / "notes", f"s3://{BUCKET}/notes")

        def wait(method: str, path: str, number: int) -> str:
            time.sleep(arguments.milliseconds / 1000)
            return ""

        with faulty_proxy(endpoint, wait) as slow:
            os.environ["AWS_ENDPOINT_URL"] = slow
            store_at.cache_clear()
            away = seconds(folder / "away", f"s3://{BUCKET}/notes")
        what = f"{arguments.documents} documents"
        write_results(
            "slow_store",
            [
                Row(
                    f"ingest of {what}, from a folder",
                    seconds(folder / "own", folder / "notes"),
                    "s",
                ),
                Row(f"the same from a store that takes {arguments.milliseconds} ms", away, "s"),
            ],
        )


def seconds(index: Path, root: str | Path) -> float:
    """The seconds that a first ingest of a root takes."""
    with Index(str(index), None, lambda name: ToyEmbedder(), PassageRules()) as opened:
        started = time.perf_counter()
        opened.ingest([root])
        return time.perf_counter() - started


if __name__ == "__main__":
    main()
