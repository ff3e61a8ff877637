"""The tables of benchmarks.capacity as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import capacity
from .capacity import QWEN3, REPLICA_CORES, STARTER, Fleet
from .capacity_inputs import MILLION, Inputs

SIZES = {"1M": MILLION, "10M": 10 * MILLION, "100M": 100 * MILLION, "1B": 1000 * MILLION}
FLEETS = (
    Fleet("1 machine", STARTER, 1, ray=False),
    Fleet("1 machine with an H200", STARTER, 1, 1, ray=False),
    Fleet("10 machines, Ray", STARTER, 10),
    Fleet("1 machine with an H200, Ray", STARTER, 1, 1),
    Fleet("4 machines with an H200, Ray", STARTER, 4, 1),
    Fleet("8 machines with an H200, Ray", STARTER, 8, 1),
    Fleet("1 machine with an H200, Ray", QWEN3, 1, 1),
    Fleet("4 machines with an H200, Ray", QWEN3, 4, 1),
    Fleet("8 machines with an H200, Ray", QWEN3, 8, 1),
)


def tables(known: Inputs) -> str:
    """The three tables as Markdown: the index, its ingest, and what both are reckoned from."""
    return "\n".join([*index_table(known), "", *ingest_table(known), "", *input_table(known), ""])


def index_table(known: Inputs) -> Iterator[str]:
    """What an index of each size takes."""
    yield f"| one index | {' | '.join(SIZES)} |"
    yield "|---|---|---|---|---|"
    rows: list[tuple[str, Callable[[Inputs, int], float], Callable[[float], str], str]] = [
        ("on a disk", capacity.disk, in_bytes, "m"),
        ("in a store, the catalogue besides", capacity.snapshot, in_bytes, "c"),
        ("memory of the process that stores, at its peak", capacity.ingest_memory, in_bytes, "m"),
        ("building its vector index, processor time", capacity.index_building, in_time, "m"),
        ("memory of a process that queries", capacity.query_memory, in_bytes, "c"),
        ("a query by both legs, median", capacity.query_seconds, in_time, "m"),
        ("its processor time", capacity.query_processor_seconds, in_time, "m"),
        (f"queries a second on {REPLICA_CORES} cores", capacity.queries_per_second, digits, "c"),
        ("the store, for a month", capacity.storage_cost, in_dollars, "a"),
        (
            f"a replica with {REPLICA_CORES} cores, for a month",
            capacity.replica_cost,
            in_dollars,
            "a",
        ),
    ]
    for name, value, shown, mark in rows:
        cells = [
            f"{shown(value(known, size))} ({mark if size == MILLION or mark == 'a' else 'c'})"
            for size in SIZES.values()
        ]
        yield f"| {name} | {' | '.join(cells)} |"


def ingest_table(known: Inputs) -> Iterator[str]:
    """How long each fleet takes, and at which price."""
    yield f"| hours of an ingest | model | limited by | {' | '.join(SIZES)} | cost of 1M |"
    yield "|---|---|---|---|---|---|---|---|"
    for fleet in FLEETS:
        stage, _ = capacity.slowest(known, fleet)
        hours = [capacity.ingest_hours(known, fleet, size) for size in SIZES.values()]
        cells = " | ".join(f"{digits(value)} (c)" for value in hours)
        cost = f"{in_dollars(capacity.ingest_cost(known, fleet))} (a)"
        yield f"| {fleet.name} | {fleet.model} | {stage} | {cells} | {cost} |"


def input_table(known: Inputs) -> Iterator[str]:
    """Every input with its mark and where it is from."""
    yield "| reckoned from | | | see |"
    yield "|---|---|---|---|"
    for row in known.all():
        value = f"{row.value:,.3f}".rstrip("0").rstrip(".")
        yield f"| {row.name} | {f'{value} {row.unit}'.strip()} | {row.mark} | {row.source} |"


def digits(value: float) -> str:
    """Three digits: 1234 → "1,230", 0.0456 → "0.0456"."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if rounded >= 100 else f"{rounded:g}"


def in_bytes(value: float) -> str:
    """Bytes in a unit that leaves at most three digits before the point."""
    for unit, size in (("TB", 1e12), ("GB", 1e9)):
        if value >= size:
            return f"{digits(value / size)} {unit}"
    return f"{digits(value / 1e6)} MB"


def in_time(seconds: float) -> str:
    """Milliseconds below a second, and hours from one on."""
    if seconds >= 3600:
        return f"{digits(seconds / 3600)} h"
    return f"{digits(seconds)} s" if seconds >= 1 else f"{digits(1000 * seconds)} ms"


def in_dollars(value: float) -> str:
    """Dollars, with cents where they count."""
    return f"${value:,.0f}" if value >= 100 else f"${value:.2f}"
