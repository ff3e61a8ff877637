"""Queries that the resident process answers: whole commands, from their start to their end.

    python -m benchmarks.resident [--passages 10000] [--clients 50] [--soak MINUTES]

Every command is a process of its own, interpreter start included. Beside them stand the same
commands without a resident process, and the engine's own time. The app is measured with models of
its own and with those of the resident process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from search import Index
from search.models.loaded import LoadedModels
from search.protocols import ModelSource
from tui.client.address import Address
from tui.client.asked_models import AskedModels
from tui.client.asking import ask

from .app import start, typing
from .measure import COMMAND, Row, median_seconds, write_results
from .query import QUERIES, fill

ROUNDS = 9
IDLE_SECONDS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the resident process.")
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ds") as folder:
        index = Path(folder) / "index"
        fill(index, arguments.passages)
        os.environ.update(
            DOCSEARCH_INDEX=str(index), XDG_RUNTIME_DIR=folder, XDG_STATE_HOME=f"{folder}/state"
        )
        engine = {rerank: _engine_seconds(index, rerank) for rerank in (False, True)}
        rows = [*cold(arguments.passages), *app(index, Path(folder), "models of its own")]
        os.environ["DOCSEARCH_DAEMON"] = "auto"
        with resident():
            rows += [
                *warm(engine),
                *many(arguments.clients),
                *app(index, Path(folder), "the resident process's models"),
                *idle(),
                *soak(arguments.soak),
            ]
        write_results("resident", rows)


@contextmanager
def resident() -> Iterator[None]:
    """`docsearch serve`, until the end of the block."""
    process = subprocess.Popen([COMMAND, "serve", "--quiet"])
    try:
        while not os.path.exists(Address.of(os.environ).socket):
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(60)


def cold(passages: int) -> list[Row]:
    """Commands without a resident process."""
    seconds, processor = _command_seconds("--no-rerank", rounds=5)
    return [
        Row(
            f"query --no-rerank by itself, {passages:,} passages", 1000 * seconds, "ms", "1,000 ms"
        ),
        Row("its processor time", 1000 * processor, "ms"),
    ]


def app(index: Path, folder: Path, whose: str) -> list[Row]:
    """The app with its own models, or with those of the process that runs."""
    own = LoadedModels()
    models: ModelSource = (
        own
        if os.environ["DOCSEARCH_DAEMON"] == "never"
        else AskedModels(Address.of(os.environ), lambda: own)
    )
    latencies = asyncio.run(typing(index, 1, folder, models))
    memory = Row("memory after a query", start(index, measure_idle=True)[1], "MB")
    return [replace(row, what=f"app with {whose}: {row.what}") for row in (*latencies, memory)]


def warm(engine: dict[bool, float]) -> list[Row]:
    """Commands one after the other, against the engine's own time."""
    (plain, processor), (reranked, _) = (
        [1000 * value for value in _command_seconds(flag, ROUNDS)]
        for flag in ("--no-rerank", "--rerank")
    )
    return [
        Row("the same, asked of the resident process, p50", plain, "ms", "under 120 ms"),
        Row("processor time of the command that asks", processor, "ms"),
        Row("the engine's own time", 1000 * engine[False], "ms"),
        Row("reranked, asked of the resident process, p50", reranked, "ms"),
        Row("the engine's own time, reranked", 1000 * engine[True], "ms"),
        Row("the difference of these two", reranked - 1000 * engine[True], "ms", "under 120 ms"),
    ]


def many(clients: int) -> list[Row]:
    """All clients at once."""
    single, _ = _command_seconds("--no-rerank", ROUNDS)
    with ThreadPoolExecutor(clients) as pool:
        seconds = sorted(pool.map(lambda _: _timed("--no-rerank", QUERIES[0]), range(clients)))
    p95 = seconds[int(0.95 * (len(seconds) - 1))]
    return [
        Row(f"{clients} clients at once, p95", 1000 * p95, "ms"),
        Row("in medians of a single one", p95 / single, "times", "under 10"),
    ]


def idle() -> list[Row]:
    """The processor time of the process while nobody asks."""
    status = ask(Address.of(os.environ), {"about": "status"})
    before = _cpu_seconds(status["pid"])
    time.sleep(IDLE_SECONDS)
    used = _cpu_seconds(status["pid"]) - before
    return [
        Row("idle CPU", 100 * used / IDLE_SECONDS, "%", "under 0.5 %"),
        Row("memory of the resident process", status["megabytes"], "MB"),
    ]


def soak(minutes: float) -> list[Row]:
    """The memory while queries are asked for some minutes, after the first and the last tenth."""
    if not minutes:
        return []
    address, held = Address.of(os.environ), []
    started = time.monotonic()
    while time.monotonic() - started < 60 * minutes:
        for text in QUERIES:
            _timed("--no-rerank", text)
        held.append(ask(address, {"about": "status"})["megabytes"])
    tenth = max(1, len(held) // 10)
    return [
        Row("memory in the first tenth of the soak", statistics.median(held[:tenth]), "MB"),
        Row("memory in its last tenth", statistics.median(held[-tenth:]), "MB"),
        Row("its queries", len(held) * len(QUERIES), "queries"),
    ]


def _engine_seconds(path: Path, rerank: bool) -> float:
    with Index.open(path) as index:
        return statistics.median(
            median_seconds(partial(index.query, text, rerank=rerank), 3) for text in QUERIES
        )


def _command_seconds(flag: str, rounds: int) -> tuple[float, float]:
    """The medians of the seconds of all queries, and of their own processor seconds.

    One query before them does not count.
    """
    _timed(flag, QUERIES[0])
    seconds, processor = [], []
    for text in (text for text in QUERIES for _ in range(rounds)):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(_timed(flag, text))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(seconds), statistics.median(processor)


def _timed(flag: str, text: str) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        [COMMAND, "query", "--json", flag, text], capture_output=True, check=True, timeout=120
    )
    seconds = time.perf_counter() - started
    assert json.loads(done.stdout)["hits"], "each of these queries has hits"
    return seconds


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
