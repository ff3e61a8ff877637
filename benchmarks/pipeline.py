"""What an ingest costs besides the model: passages a second with a forward pass that costs nothing.

python -m benchmarks.pipeline [--documents 600] [--engine TOKENS] [--profile FILE]

With `--engine`, the forward pass makes so many tokens a second and leaves the cores free meanwhile,
as a graphics processor does. The documents are Markdown and plain text of ordinary English.
Everything else is real: the walk, the readers, the starter's tokenizer, the words, the table, the
catalogue and their upkeep.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from search import Index
from search.models.embedder import load_embedder
from search.supply.model_choice import ModelChoice
from search.text.passages import PassageRules

from .measure import Row, write_results
from .texts import document

if TYPE_CHECKING:
    from search.documents import Vectors
    from search.models.embedder import ModelEmbedder

ROUNDS = 3


class TokenSums:
    """An encoder whose pooled state is the sum of one made vector for each token.

    It makes `rate` tokens a second at most.
    """

    poolings: ClassVar[tuple[str, ...]] = ()
    dimensions = 384
    max_tokens = 512
    vocab_size = 30_522

    def __init__(self, rate: float = float("inf")) -> None:
        self._rate = rate
        draw = np.random.default_rng(1)
        self._vectors = draw.standard_normal((self.vocab_size, self.dimensions), np.float32)

    def encode(self, ids: Sequence[Sequence[int]]) -> Vectors:
        """(n, dimensions) float32 sums."""
        started = time.perf_counter()
        sums = np.stack([self._vectors[row].sum(axis=0) for row in map(list, ids)])
        time.sleep(max(0.0, sum(map(len, ids)) / self._rate - (time.perf_counter() - started)))
        return sums

    def encode_after(self, prefix: Sequence[int], ids: Sequence[Sequence[int]]) -> Vectors:
        """As `encode`: the prefix is a part of each text."""
        return self.encode(ids)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the pipeline without the model.")
    parser.add_argument("--documents", type=int, default=600)
    parser.add_argument("--engine", type=float, default=float("inf"), metavar="TOKENS")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="where cProfile writes")
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        json.dump(ingested(*arguments.one, arguments.engine, arguments.profile), sys.stdout)
        return
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "documents"
        source.mkdir()
        for seed in range(arguments.documents):
            (source / f"{seed:05}.{'txt' if seed % 4 == 0 else 'md'}").write_text(
                document(seed, 40)
            )
        runs = []
        for number in range(ROUNDS):
            command = [sys.executable, "-m", "benchmarks.pipeline"]
            command += ["--one", str(source), f"{folder}/index-{number}"]
            command += ["--engine", str(arguments.engine)]
            if arguments.profile:
                command += ["--profile", str(arguments.profile)]
            runs.append(json.loads(subprocess.check_output(command)))
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    load = f"{medians['passages']:,.0f} passages of {medians['length']:.0f} tokens"
    rows = [
        Row(f"passages in a second of the clock, {load}", medians["rate"], "passages/s"),
        Row("processor time of a thousand, all processes", medians["cpu"], "s"),
        Row("the main process's part of it", medians["main"], "s"),
        Row("the driving thread's part of it", medians["thread"], "s"),
        Row("end to end, of the engine's own rate", medians["share"], "%"),
    ]
    write_results("pipeline", rows)


def stand_in(rate: float = float("inf")) -> ModelEmbedder:
    """The starter with TokenSums in place of its forward pass, which makes `rate` tokens/s."""
    return replace(
        load_embedder(), encoder=TokenSums(rate), projections=(), precisions=("float32",)
    )


def ingested(source: Path, folder: Path, rate: float, profile: Path | None) -> dict[str, float]:
    """The figures of one ingest into a new index; `folder` is where the index lies."""
    embedder = stand_in(rate)
    embedder.embed_passages(["The first call opens what it needs."])
    profiler = cProfile.Profile()
    with Index(folder.as_posix(), ModelChoice(), lambda name: embedder, PassageRules()) as index:
        clock, thread, main = time.perf_counter(), time.thread_time(), time.process_time()
        if profile:
            profiler.enable()
        report = index.ingest([source])
        profiler.disable()
        seconds, driving = time.perf_counter() - clock, time.thread_time() - thread
        own = time.process_time() - main
    if profile:
        profiler.dump_stats(profile)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    thousands = report.passages / 1000
    return {
        "passages": report.passages,
        "length": report.tokens / report.passages,
        "rate": report.passages / seconds,
        "cpu": (own + children.ru_utime + children.ru_stime) / thousands,
        "main": own / thousands,
        "thread": driving / thousands,
        "share": 100 * report.tokens / seconds / rate,
    }


if __name__ == "__main__":
    main()
