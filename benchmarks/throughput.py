"""Passages embedded in a second by the call that every ingest makes, on cores and on GPUs.

    python -m benchmarks.throughput [--cores 1 2 4] [--gpus 1 2] [--qwen3] [--sizes 64 2048]
                                    [--callers 1 2] [--seconds 8]

The passages are those of this project's own documentation, cut as an ingest cuts them, and each
call of `embed_counted` gets some of them at random, so tokenising is measured as well. Each GPU has
a process of its own, which sees no other GPU and has its share of the cores; all processes start
together, and the rate is that of all of them. `--callers` is the number of threads that call in a
process. `--qwen3` adds Qwen3-Embedding-0.6B with random weights, on the starter's tokens. Cosines
are the lowest ones to the vectors of the starter in float32 on the processor. The benchmark prints
a Markdown table and writes benchmarks/results/throughput.json.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from search.models.checkpoint import Checkpoint
from search.models.cpu_threads import cores
from search.models.embedder import load_embedder
from search.readers import read
from search.text.passage_rules import PassageRules
from search.text.passages import embedded_text, split

from .measure import RESULTS

if TYPE_CHECKING:
    from search.models.embedder import ModelEmbedder

HOME = Path(__file__).parent.parent
DEFAULT_SIZES = (64, 2048)
CORES_SIZE = 128
COMPARED = 64
"""So many passages are compared with the processor's vectors."""


@dataclass(frozen=True, slots=True)
class Load:
    """What each process does: its model, its passages a call and its threads that call."""

    model: str
    backend: str
    size: int
    callers: int
    seconds: float
    checkpoint: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """What processes did together, after their first calls."""

    model: str
    place: str
    size: int
    callers: int
    tokens_per_second: float
    passages_per_second: float
    cosine: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """What one process did."""

    passages: int
    tokens: int
    seconds: float
    cosine: float | None


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how fast passages are embedded.")
    parser.add_argument("--cores", type=int, nargs="*", default=[cores()])
    parser.add_argument("--gpus", type=int, nargs="*", default=[])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(DEFAULT_SIZES))
    parser.add_argument("--callers", type=int, nargs="+", default=[1])
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--qwen3", action="store_true")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(Load(**json.loads(arguments.worker)))
        return
    print("| model | on | calls | threads | tokens/s | passages/s | cosine |")
    print("|---|---|---:|---:|---:|---:|---:|")
    rates = []
    for count in arguments.cores:
        # A processor fills its cores with any call, so one size is enough.
        load = Load("starter", "cpu", CORES_SIZE, 1, arguments.seconds)
        rates.append(shown(measured(load, f"{count} cores", [core_set(0, 1, count)])))
    with tempfile.TemporaryDirectory() as scratch:
        checkpoints = {"starter": ""} | (
            {"Qwen3-0.6B": random_qwen3(Path(scratch))} if arguments.qwen3 else {}
        )
        for model, checkpoint in checkpoints.items():
            for count in arguments.gpus:
                shares = [core_set(number, count, cores()) for number in range(count)]
                for size in arguments.sizes:
                    for callers in arguments.callers:
                        load = Load(model, "mlx", size, callers, arguments.seconds, checkpoint)
                        rates.append(shown(measured(load, f"{count} GPUs", shares, gpus=True)))
    RESULTS.mkdir(exist_ok=True)
    results = json.dumps([asdict(row) for row in rates], indent=1)
    (RESULTS / "throughput.json").write_text(results + "\n")


def core_set(number: int, shares: int, count: int) -> list[int]:
    """The cores of one of `shares` equal parts of the first `count` cores that there are."""
    first = sorted(os.sched_getaffinity(0))[:count]
    width = count // shares
    return first[number * width : (number + 1) * width]


def random_qwen3(folder: Path) -> str:
    """A folder with a checkpoint of the 0.6B size, made where a process sees the GPU."""
    code = "import sys; from pathlib import Path; from benchmarks.gpu import made; "
    code += "made(Path(sys.argv[1]), '0.6B')"
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, cwd=HOME)
    return str(folder / "0.6B-0")


def measured(load: Load, place: str, shares: Sequence[list[int]], gpus: bool = False) -> Rate:
    """The rate of processes that start together; each has one of `shares` of the cores."""
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.throughput", "--worker", json.dumps(asdict(load))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HOME,
            env=os.environ
            | ({"CUDA_VISIBLE_DEVICES": str(number)} if gpus else {})
            | {"CORES": " ".join(map(str, share))},
        )
        for number, share in enumerate(shares)
    ]
    for child in children:
        assert child.stdout is not None
        if child.stdout.readline().strip() != "ready":
            raise SystemExit("a process ended before it could measure")
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    parts = [Part(**json.loads(child.communicate()[0])) for child in children]
    cosines = [part.cosine for part in parts if part.cosine is not None]
    return Rate(
        load.model,
        place,
        load.size,
        load.callers,
        sum(part.tokens / part.seconds for part in parts),
        sum(part.passages / part.seconds for part in parts),
        min(cosines, default=None),
    )


def shown(rate: Rate) -> Rate:
    """The same rate, after its row of the table was printed."""
    cosine = "" if rate.cosine is None else f"{rate.cosine:.5f}"
    cells = (rate.model, rate.place, f"{rate.size:,}", str(rate.callers))
    figures = (f"{rate.tokens_per_second:,.0f}", f"{rate.passages_per_second:,.0f}", cosine)
    print(f"| {' | '.join(cells + figures)} |", flush=True)
    return rate


def work(load: Load) -> None:
    """One process: load, call for a while without counting, wait for the start, and measure."""
    os.sched_setaffinity(0, set(map(int, os.environ["CORES"].split())))
    texts = passages()
    embedder = opened(load)
    calls = drawn(texts, load.size)
    repeat(embedder, calls, load.callers, load.seconds)
    cosine = None if load.checkpoint else likeness(embedder, texts[:COMPARED])
    print("ready", flush=True)
    sys.stdin.readline()
    done, tokens, seconds = repeat(embedder, calls, load.callers, load.seconds)
    print(json.dumps(asdict(Part(done, tokens, seconds, cosine))))


def passages() -> list[str]:
    """The texts that an ingest embeds for the passages of the documentation."""
    tokenizer = load_embedder("starter", "cpu").tokenizer
    pages = [*sorted((HOME / "docs").glob("*.md")), HOME / "README.md", HOME / "CHANGELOG.md"]
    return [
        embedded_text(passage)
        for page in pages
        for passage in split(read(page.read_bytes(), page.name), tokenizer, PassageRules())
    ]


def opened(load: Load) -> ModelEmbedder:
    """The embedder of the load; one with random weights has the starter's tokens."""
    if not load.checkpoint:
        return load_embedder(load.model, load.backend)
    from search.models.qwen3_mlx import Qwen3Mlx

    encoder = Qwen3Mlx(Checkpoint(Path(load.checkpoint)))
    starter = load_embedder("starter", "cpu")
    return replace(starter, encoder=encoder, dimensions=encoder.dimensions)


def drawn(texts: Sequence[str], size: int) -> Iterator[list[str]]:
    """Calls without end, each of `size` texts at random; every run draws the same."""
    draw = random.Random(size)
    while True:
        yield draw.choices(texts, k=size)


def repeat(
    embedder: ModelEmbedder, calls: Iterator[list[str]], callers: int, seconds: float
) -> tuple[int, int, float]:
    """Call from so many threads until the time is over: passages, tokens and the seconds taken."""
    started = time.perf_counter()
    lock, counted = threading.Lock(), [0, 0]

    def call() -> None:
        while time.perf_counter() - started < seconds:
            with lock:
                texts = next(calls)
            _, counts = embedder.embed_counted(texts)
            with lock:
                counted[0] += len(counts)
                counted[1] += sum(counts)

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counted[0], counted[1], time.perf_counter() - started


def likeness(embedder: ModelEmbedder, texts: Sequence[str]) -> float:
    """The lowest cosine of the embedder's vectors to those of the processor in float32."""
    reference = load_embedder("starter", "cpu").at("float32").embed_passages(texts)
    return float(np.vecdot(embedder.embed_passages(texts), reference).min())


if __name__ == "__main__":
    main()
