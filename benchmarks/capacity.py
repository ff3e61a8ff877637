"""What 1M, 10M, 100M and 1B passages take: storage, memory, ingest, queries and cost.

    python -m benchmarks.capacity [--storage-price 0.02] [--core-price 0.05] [--gpu-price 4]
                                  [--memory-price 0.005]

It prints the tables of the section Capacity in docs/scale.md. Nothing is measured here: the figures
of `capacity_inputs` are put through the functions below. Each figure is marked: (m) was measured at
that size, (c) is computed from measured figures, and (a) is computed with an assumed price.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass

from .capacity_inputs import MIB, MILLION, Input, Inputs, Prices, inputs

SMALL = 300_000
"""The smaller of the two measured sizes that a line is drawn through."""
CORES = 16
"""The cores of each machine, and those that each GPU was measured with."""
MEASURED_GPUS = 2
BUILDERS = 4
"""The most workers that build an index on a Ray cluster."""
REPLICA_CORES = 2
HOURS_OF_MONTH = 730
STARTER, QWEN3 = "starter", "Qwen3-0.6B"


@dataclass(frozen=True, slots=True)
class Fleet:
    """The machines of an ingest, the GPUs of each, and whether Ray drives them.

    Each machine has CORES cores.
    """

    name: str
    model: str
    machines: int
    gpus: int = 0
    ray: bool = True


def main() -> None:
    from .capacity_tables import tables

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


def index_building(known: Inputs, passages: int) -> float:
    """Processor seconds of building the vector index: a·n + b·n², through both measured points.

    With more vectors there are also more clusters that each of them is compared with.

    >>> curve = Input("", 30, "s", ""), Input("", 150, "s", "")
    >>> [on_curve(*curve, n) for n in (MILLION, 3 * MILLION, 10 * MILLION)]
    [30.0, 150.0, 1200.0]
    """
    return on_curve(*known.index_building, passages)


def on_curve(one: Input, three: Input, passages: int) -> float:
    """The value on the curve through those of a million, of three millions and of none."""
    square = (three.value - 3 * one.value) / 6
    millions = passages / MILLION
    return round((one.value - square) * millions + square * millions**2, 9)


def stages(known: Inputs, fleet: Fleet) -> dict[str, float]:
    """Seconds that a million passages take in each stage; the stages run beside each other.

    Without GPUs, embedding and cutting share the cores. Without Ray, one process reads, embeds and
    stores. With it, the driver is one process, whatever the machines are. Milliseconds for a
    thousand passages are as many seconds for a million.
    """
    cutting = (known.processing.value - known.main_process.value) * 1000 / (fleet.machines * CORES)
    embedding = MILLION * known.passage_tokens.value / tokens_per_second(known, fleet)
    last = {"driver": known.driver.value} if fleet.ray else {"process": known.process.value}
    if fleet.gpus:
        return {"cutting": cutting, "embedding": embedding, **last}
    return {"embedding": cutting + embedding, **last}


def tokens_per_second(known: Inputs, fleet: Fleet) -> float:
    """What the fleet embeds: as many times the measured rate as it has machines or GPUs."""
    if not fleet.gpus:
        return known.cores_starter.value * fleet.machines
    two = known.gpus_starter if fleet.model == STARTER else known.gpus_qwen3
    return two.value * fleet.machines * fleet.gpus / MEASURED_GPUS


def slowest(known: Inputs, fleet: Fleet) -> tuple[str, float]:
    """The stage that limits an ingest, and its seconds for a million passages."""
    return max(stages(known, fleet).items(), key=lambda item: item[1])


def ingest_hours(known: Inputs, fleet: Fleet, passages: int) -> float:
    """Hours of the slowest stage, and of the vector index at the end.

    One machine builds the index, and on Ray as many as BUILDERS of them.
    """
    seconds = slowest(known, fleet)[1] * passages / MILLION
    builders = min(fleet.machines, BUILDERS) if fleet.ray else 1
    return (seconds + index_building(known, passages) / (builders * CORES)) / 3600


def storage_cost(known: Inputs, passages: int) -> float:
    """The price of an index in an object store for a month."""
    return (disk(known, passages) + snapshot(known, passages)) / 1e9 * known.storage_price.value


def replica_cost(known: Inputs, passages: int) -> float:
    """The price of a process that queries for a month: its cores, and memory for both indexes."""
    memory = query_memory(known, passages) / 1e9 * known.memory_price.value
    return HOURS_OF_MONTH * (REPLICA_CORES * known.core_price.value + memory)


def ingest_cost(known: Inputs, fleet: Fleet) -> float:
    """The price of a million passages: all machines for the hours of the ingest."""
    hour = CORES * known.core_price.value + fleet.gpus * known.gpu_price.value
    return ingest_hours(known, fleet, MILLION) * fleet.machines * hour


if __name__ == "__main__":
    main()
