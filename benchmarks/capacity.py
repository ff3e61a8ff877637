"""What 1M, 10M, 100M and 1B passages take: storage, memory, ingest, queries and cost.

    python -m benchmarks.capacity [--storage-price 0.02] [--core-price 0.05] [--gpu-price 4]
                                  [--memory-price 0.005]

It prints the tables of the section Capacity in docs/scale.md. Nothing is measured here: the figures
of `capacity_inputs` are put through the functions below. Each figure is marked: (m) was measured at
that size, (c) is computed from measured figures, and (a) is computed with an assumed price.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from .capacity_inputs import MIB, MILLION, Input, Inputs, Prices, inputs

SIZES = {"1M": MILLION, "10M": 10 * MILLION, "100M": 100 * MILLION, "1B": 1000 * MILLION}
SMALL = 300_000
"""The smaller of the two measured sizes that a line is drawn through."""
MEASURED_CORES = 16
MEASURED_GPUS = 2
REPLICA_CORES = 2
HOURS_OF_MONTH = 730


@dataclass(frozen=True, slots=True)
class Fleet:
    """The machines of an ingest: how many, and the cores and GPUs of each."""

    name: str
    model: str
    machines: int
    cores: int
    gpus: int = 0


FLEETS = (
    Fleet("1 machine of 16 cores", "starter", 1, 16),
    Fleet("10 machines of 16 cores", "starter", 10, 16),
    Fleet("16 cores, 1 H200", "starter", 1, 16, 1),
    Fleet("64 cores, 4 H200", "starter", 1, 64, 4),
    Fleet("128 cores, 8 H200", "starter", 1, 128, 8),
    Fleet("16 cores, 1 H200", "Qwen3-0.6B", 1, 16, 1),
    Fleet("64 cores, 4 H200", "Qwen3-0.6B", 1, 64, 4),
    Fleet("128 cores, 8 H200", "Qwen3-0.6B", 1, 128, 8),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the tables of capacity.")
    for name, value in asdict(Prices()).items():
        parser.add_argument(f"--{name}-price", dest=name, type=float, default=value)
    print(tables(inputs(Prices(**vars(parser.parse_args())))), end="")


def disk(known: Inputs, passages: int) -> float:
    """Bytes of a local index: passages, vectors, both indexes, catalogue and words."""
    return known.disk.value * MIB / MILLION * passages


def snapshot(known: Inputs, passages: int) -> float:
    """Bytes that the catalogue takes in an object store besides."""
    return known.snapshot.value * passages / known.passages_of_document.value


def query_memory(known: Inputs, passages: int) -> float:
    """Bytes of a process that queries and has both indexes in memory."""
    return known.process_memory.value * MIB + known.index_memory.value * passages


def ingest_memory(known: Inputs, passages: int) -> float:
    """Bytes at the peak of the process that stores."""
    return MIB * on_line(*known.ingest_memory, passages)


def query_seconds(known: Inputs, passages: int) -> float:
    """Median seconds of a query by both legs, not reranked, with the indexes in memory."""
    return on_line(*known.query_time, passages) / 1000


def query_processor_seconds(known: Inputs, passages: int) -> float:
    """Processor seconds of such a query."""
    return on_line(*known.query_processor, passages) / 1000


def queries_per_second(known: Inputs, passages: int) -> float:
    """How many queries a replica's cores answer, one of them all the time."""
    return REPLICA_CORES / query_processor_seconds(known, passages)


def on_line(small: Input, large: Input, passages: int) -> float:
    """The value on the line through those of 300,000 passages and of a million.

    >>> on_line(Input("", 40, "ms", ""), Input("", 61, "ms", ""), 10_000_000)
    331.0
    """
    slope = (large.value - small.value) / (MILLION - SMALL)
    return round(large.value + slope * (passages - MILLION), 9)


def stages(known: Inputs, fleet: Fleet) -> dict[str, float]:
    """Seconds that a million passages take in each stage; the stages run beside each other.

    Without GPUs, embedding and cutting share the cores. The driver is one process, whatever the
    machines are. Milliseconds for a thousand passages are as many seconds for a million.
    """
    cores = fleet.machines * fleet.cores
    cutting = (known.processing.value - known.main_process.value) * 1000 / cores
    embedding = MILLION * known.passage_tokens.value / tokens_per_second(known, fleet)
    driver = known.driver.value
    if fleet.gpus:
        return {"cutting": cutting, "embedding": embedding, "driver": driver}
    return {"embedding": cutting + embedding, "driver": driver}


def tokens_per_second(known: Inputs, fleet: Fleet) -> float:
    """What the fleet embeds: as many times the measured rate as it has cores or GPUs."""
    if not fleet.gpus:
        return known.cores_starter.value * fleet.machines * fleet.cores / MEASURED_CORES
    two = known.gpus_starter if fleet.model == "starter" else known.gpus_qwen3
    return two.value * fleet.machines * fleet.gpus / MEASURED_GPUS


def slowest(known: Inputs, fleet: Fleet) -> tuple[str, float]:
    """The stage that limits an ingest, and its hours for a million passages."""
    stage, seconds = max(stages(known, fleet).items(), key=lambda item: item[1])
    return stage, seconds / 3600


def storage_cost(known: Inputs, passages: int) -> float:
    """The price of an index in an object store for a month."""
    return (disk(known, passages) + snapshot(known, passages)) / 1e9 * known.storage_price.value


def replica_cost(known: Inputs, passages: int) -> float:
    """The price of a process that queries for a month: its cores, and memory for both indexes."""
    memory = query_memory(known, passages) / 1e9 * known.memory_price.value
    return HOURS_OF_MONTH * (REPLICA_CORES * known.core_price.value + memory)


def ingest_cost(known: Inputs, fleet: Fleet) -> float:
    """The price of a million passages: all machines for as long as the slowest stage takes."""
    hour = fleet.cores * known.core_price.value + fleet.gpus * known.gpu_price.value
    return slowest(known, fleet)[1] * fleet.machines * hour


def tables(known: Inputs) -> str:
    """The three tables as Markdown: the index, its ingest, and what both are reckoned from."""
    return "\n".join([*index_table(known), "", *ingest_table(known), "", *input_table(known), ""])


def index_table(known: Inputs) -> Iterator[str]:
    """What an index of each size takes."""
    yield f"| one index | {' | '.join(SIZES)} |"
    yield "|---|---|---|---|---|"
    rows: list[tuple[str, Callable[[Inputs, int], float], Callable[[float], str], str]] = [
        ("on a disk", disk, in_bytes, "m"),
        ("in a store, the catalogue besides", snapshot, in_bytes, "c"),
        ("memory of the process that stores, at its peak", ingest_memory, in_bytes, "m"),
        ("memory of a process that queries", query_memory, in_bytes, "c"),
        ("a query by both legs, median", query_seconds, in_seconds, "m"),
        ("its processor time", query_processor_seconds, in_seconds, "m"),
        (f"queries a second on {REPLICA_CORES} cores", queries_per_second, digits, "c"),
        ("the store, for a month", storage_cost, in_dollars, "a"),
        (f"a replica with {REPLICA_CORES} cores, for a month", replica_cost, in_dollars, "a"),
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
        stage, hours = slowest(known, fleet)
        cells = [f"{digits(hours * size / MILLION)} (c)" for size in SIZES.values()]
        cost = f"{in_dollars(ingest_cost(known, fleet))} (a)"
        yield f"| {fleet.name} | {fleet.model} | {stage} | {' | '.join(cells)} | {cost} |"


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


def in_seconds(value: float) -> str:
    """Seconds, or milliseconds below one second."""
    return f"{digits(value)} s" if value >= 1 else f"{digits(1000 * value)} ms"


def in_dollars(value: float) -> str:
    """Dollars, with cents where they count."""
    return f"${value:,.0f}" if value >= 100 else f"${value:.2f}"


if __name__ == "__main__":
    main()
