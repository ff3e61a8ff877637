"""Questions over HTTP: whole requests, each on a connection of its own.

    python -m benchmarks.web [--passages 10000] [--clients 50] [--soak MINUTES]

Beside them stand the engine's own times in another process.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from search import Index

from .measure import COMMAND, Row, median_seconds, write_results
from .query import QUERIES, fill

ROUNDS = 9
IDLE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: its process, its port, and its token."""

    process: int
    port: int
    token: str

    def ask(self, text: str, rerank: bool = False, as_events: bool = False) -> float:
        """Ask, and check the answer; returns the seconds to its end, or to the first event."""
        query = urlencode({"q": text, "rerank": "on" if rerank else "off"})
        headers = {"Authorization": f"Bearer {self.token}"}
        headers |= {"Accept": "text/event-stream"} if as_events else {}
        started = time.perf_counter()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET", f"/search?{query}", headers=headers)
        response = connection.getresponse()
        line = response.readline() + response.readline() if as_events else response.read()
        seconds = time.perf_counter() - started
        # The next question does not share the processor with what is left of this one.
        response.read()
        connection.close()
        assert response.status == 200, line
        assert json.loads(line.partition(b"data: ")[2] or line)["hits"], "each has hits"
        return seconds

    def median(self, rerank: bool = False, as_events: bool = False) -> float:
        """The median of all queries in seconds, after one that does not count."""
        self.ask(QUERIES[0], rerank, as_events)
        return statistics.median(
            self.ask(text, rerank, as_events) for text in QUERIES for _ in range(ROUNDS)
        )

    @property
    def cpu_seconds(self) -> float:
        """The processor time that it has taken."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def megabytes(self) -> float:
        """The memory that it holds."""
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(re.findall(r"VmRSS:\s*(\d+)", status)[0]) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the service over HTTP.")
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        fill(index, arguments.passages)
        os.environ.update(DOCSEARCH_INDEX=str(index), XDG_STATE_HOME=f"{folder}/state")
        with Index.open(index) as opened:
            engine = {
                rerank: statistics.median(
                    median_seconds(partial(opened.query, text, rerank=rerank), 3)
                    for text in QUERIES
                )
                for rerank in (False, True)
            }
        with serving() as service:
            rows = [
                *warm(service, engine, arguments.passages),
                *many(service, arguments.clients),
                *idle(service),
                *soak(service, arguments.soak),
            ]
        write_results("web", rows)


@contextmanager
def serving() -> Iterator[Service]:
    """`docsearch serve --http`, until the end of the block."""
    command = [COMMAND, "serve", "--http", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        match = re.search(r":(\d+)/\?token=(\S+)", process.stderr.readline())
        assert match is not None
        try:
            yield Service(process.pid, int(match[1]), match[2])
        finally:
            process.terminate()


def warm(service: Service, engine: dict[bool, float], passages: int) -> list[Row]:
    """Questions one after the other, against the engine's own time."""
    plain, reranked = service.median(), service.median(rerank=True)
    first = service.median(rerank=True, as_events=True)
    return [
        Row(f"/search without reranking, {passages:,} passages, p50", 1000 * plain, "ms"),
        Row("the engine's own time", 1000 * engine[False], "ms"),
        Row("/search reranked, p50", 1000 * reranked, "ms"),
        Row("the engine's own time, reranked", 1000 * engine[True], "ms"),
        Row("the fused hits as the first event of it, p50", 1000 * first, "ms"),
    ]


def many(service: Service, clients: int) -> list[Row]:
    """All clients at once, of which as many ask as may wait."""
    single = service.median()
    with ThreadPoolExecutor(clients) as pool:
        seconds = sorted(pool.map(lambda _: service.ask(QUERIES[0]), range(clients)))
    p95 = seconds[int(0.95 * (len(seconds) - 1))]
    return [
        Row(f"{clients} clients at once, p95", 1000 * p95, "ms"),
        Row("in medians of a single one", p95 / single, "times"),
    ]


def idle(service: Service) -> list[Row]:
    """The processor time while nobody asks, and the memory."""
    before = service.cpu_seconds
    time.sleep(IDLE_SECONDS)
    used = service.cpu_seconds - before
    return [
        Row("idle CPU", 100 * used / IDLE_SECONDS, "%", "under 0.5 %"),
        Row("memory of the service", service.megabytes, "MB"),
    ]


def soak(service: Service, minutes: float) -> list[Row]:
    """The memory while questions are asked for some minutes, in the first and the last tenth."""
    if not minutes:
        return []
    held, started = [], time.monotonic()
    while time.monotonic() - started < 60 * minutes:
        for text in QUERIES:
            service.ask(text)
        held.append(service.megabytes)
    tenth = max(1, len(held) // 10)
    return [
        Row("memory in the first tenth of the soak", statistics.median(held[:tenth]), "MB"),
        Row("memory in its last tenth", statistics.median(held[-tenth:]), "MB"),
        Row("its questions", len(held) * len(QUERIES), "questions"),
    ]


if __name__ == "__main__":
    main()
