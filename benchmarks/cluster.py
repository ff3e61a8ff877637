"""Ingest on a Ray cluster of machines of one core each, on this machine.

    python -m benchmarks.cluster [FOLDER] [--machines 1 2] [--rounds 2]

Each machine of the cluster is pinned to a core of its own, so the driver, which runs beside them,
takes part of their time. The folder is that of the documentation and the code of docsearch, unless
another one is named. All rounds with one machine and with several take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .measure import Row, write_results

ROOT = Path(__file__).parent.parent
MEMORY = 300 << 20
RUN = """
import json
import resource
import sys
import time

from search import Index
from search.cluster.taking_in import TakingIn

taken, take = [], TakingIn.take


def timed(*arguments):
    started = time.process_time()
    take(*arguments)
    taken.append(time.process_time() - started)


TakingIn.take = timed
with Index.open(sys.argv[2], profile="starter") as index:
    report = index.ingest([sys.argv[1]], ray=sys.argv[3])
used = resource.getrusage(resource.RUSAGE_SELF)
seconds = used.ru_utime + used.ru_stime
peak = used.ru_maxrss / 1000
print(json.dumps([report.passages, report.tokens, report.seconds, seconds, sum(taken), peak]))
"""


@dataclass(frozen=True, slots=True)
class Round:
    """An ingest: passages, tokens, its seconds, and what its driver needed.

    That are processor seconds in all, those of them in which it took waves in, and its peak in MB.
    """

    passages: int
    tokens: int
    seconds: float
    driver_seconds: float
    taking_in_seconds: float
    driver_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure ingest on a Ray cluster.")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--machines", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or documents(Path(scratch, "documents"))
        done: dict[int, list[Round]] = {count: [] for count in arguments.machines}
        for _ in range(arguments.rounds):
            for count, rounds in done.items():
                rounds.append(ingested(folder, Path(scratch, "index"), count))
    write_results("cluster", list(rows(done)))


def documents(folder: Path) -> Path:
    """A folder with copies of the project's own documents and source code."""
    for name in ("docs", "sample_corpus", "search", "tui", "tests"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("starter*", "*.svg")
        )
    return folder


def ingested(folder: Path, place: Path, machines: int) -> Round:
    """Ingest a folder into a new index on a new cluster."""
    from ray.cluster_utils import Cluster

    from tests.ray_cluster import ENVIRONMENT

    os.environ.update(ENVIRONMENT)
    shutil.rmtree(place, ignore_errors=True)
    cores = sorted(os.sched_getaffinity(0))
    machine = {"num_cpus": 1, "object_store_memory": MEMORY, "node_ip_address": "127.0.0.1"}
    cluster = Cluster()
    try:
        for core in cores[:machines]:
            # What this process starts has its affinity.
            os.sched_setaffinity(0, {core})
            cluster.add_node(**machine, include_dashboard=False)
        os.sched_setaffinity(0, cores)
        out = subprocess.run(
            [sys.executable, "-c", RUN, folder, place, cluster.address],
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        ).stdout
    finally:
        os.sched_setaffinity(0, cores)
        cluster.shutdown()
    return Round(*json.loads(out))


def rows(done: dict[int, list[Round]]) -> Sequence[Row]:
    """The figures of all rounds; the first number of machines is what others are compared with."""
    found = []
    base = 0.0
    for machines, rounds in done.items():
        speed = statistics.median(each.tokens / each.seconds for each in rounds)
        base = base or speed
        found += [
            Row(f"{machines} machines, {rounds[0].passages:,} passages", speed, "tokens/s"),
            Row(f"{machines} machines against the first", speed / base, "times", "1.6 for two"),
            Row(
                f"{machines} machines, driver in all",
                statistics.median(each.driver_seconds for each in rounds),
                "s of processor time",
            ),
            Row(
                f"{machines} machines, taking in 1,000 passages",
                statistics.median(
                    1_000_000 * each.taking_in_seconds / each.passages for each in rounds
                ),
                "ms of processor time",
            ),
            Row(
                f"{machines} machines, driver's peak",
                max(each.driver_mb for each in rounds),
                "MB",
            ),
        ]
    return found


if __name__ == "__main__":
    main()
