"""Timing, memory and the table that all benchmarks write."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
COMMAND = Path(sys.executable).with_name("docsearch")
# An installed package has its bytecode, so the commands that are measured may write theirs.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# A resident process would answer commands that are to be measured in a process of their own.
os.environ["DOCSEARCH_DAEMON"] = "never"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, and the target that it should reach."""

    what: str
    value: float
    unit: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished process: wall seconds, peak memory in MB, and its output."""

    seconds: float
    peak_mb: float
    out: str


def median_seconds(call: Callable[[], object], rounds: int) -> float:
    """The median wall time of `call`, after one call that does not count."""
    call()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


_WRAPPER = """
import resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.call(sys.argv[1:])
seconds = time.perf_counter() - started
print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
"""A script that runs a command and adds its seconds and its peak memory to stderr."""


def run_command(*arguments: str) -> Run:
    """Run `docsearch` in a process of its own and measure it."""
    process = subprocess.run(
        [sys.executable, "-c", _WRAPPER, COMMAND, *arguments], capture_output=True, text=True
    )
    if process.returncode not in (0, 1):
        raise SystemExit(process.stderr)
    seconds, peak = map(float, process.stderr.split()[-2:])
    # macOS reports bytes, Linux kilobytes.
    return Run(seconds, peak / (1024**2 if sys.platform == "darwin" else 1024), process.stdout)


def write_results(name: str, rows: list[Row]) -> None:
    """Print the figures as a Markdown table, and write them as JSON under benchmarks/results."""
    print(f"\n| {name} | | target |\n|---|---|---|")
    for row in rows:
        value = f"{row.value:,.3g}" if row.value < 100 else f"{row.value:,.0f}"
        print(f"| {row.what} | {value} {row.unit} | {row.target} |")
    RESULTS.mkdir(exist_ok=True)
    machine = {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
    }
    (RESULTS / f"{name}.json").write_text(
        json.dumps({"machine": machine, "rows": [asdict(row) for row in rows]}, indent=1) + "\n"
    )
