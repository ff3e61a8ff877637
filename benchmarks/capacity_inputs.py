"""What benchmarks.capacity reckons with: figures that were measured, and prices that are assumed.

Measured figures are those of docs/plots/speed.json, or name the page that has them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from .plots import PLOTS, read

MILLION = 1_000_000
MIB = 2**20
Mark = Literal["measured", "assumed"]


@dataclass(frozen=True, slots=True)
class Input:
    """A figure with its unit and where it is from."""

    name: str
    value: float
    unit: str
    source: str
    mark: Mark = "measured"


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars for 1 GB in an object store a month; for a core, a GPU and 1 GB of memory an hour.

    The defaults are round numbers, and no one's offer.
    """

    storage: float = 0.02
    core: float = 0.05
    gpu: float = 4.0
    memory: float = 0.005


@dataclass(frozen=True, slots=True)
class Inputs:
    """All of them.

    Pairs are of an index of 300,000 passages and of a million, and `index_building` is of a million
    vectors and of three.
    """

    passage_tokens: Input
    passages_of_document: Input
    disk: Input
    snapshot: Input
    index_memory: Input
    process_memory: Input
    ingest_memory: tuple[Input, Input]
    query_time: tuple[Input, Input]
    query_processor: tuple[Input, Input]
    cores_starter: Input
    gpus_starter: Input
    gpus_qwen3: Input
    processing: Input
    main_process: Input
    process: Input
    driver: Input
    index_building: tuple[Input, Input]
    storage_price: Input
    core_price: Input
    gpu_price: Input
    memory_price: Input

    def all(self) -> list[Input]:
        """The inputs in order."""
        values = [getattr(self, field.name) for field in fields(self)]
        return [
            one for value in values for one in (value if isinstance(value, tuple) else (value,))
        ]


def inputs(prices: Prices) -> Inputs:
    """The measured figures, with these prices."""
    alone = "1,000 passages without the model"
    two = "calls of 64, two threads"
    return Inputs(
        passage_tokens=measured(
            "tokens of a passage", "throughput", "passages of this documentation", "length"
        ),
        passages_of_document=Input(
            "passages of a document", 15, "", "`benchmarks.made_passages`", "assumed"
        ),
        disk=measured("index", "scale", "The index on the disk, 1,000,000 passages", "docsearch"),
        snapshot=Input(
            "catalogue in a store, a document",
            *(210, "B", "[An index in a store](remote.md#an-index-in-a-store)"),
        ),
        index_memory=Input(
            "both search indexes in memory, a passage",
            *(540, "B", "`READER_CACHES` in `search/storage/passage_table.py`"),
        ),
        process_memory=measured(
            "process that queries", "resident process", "resident process", "memory"
        ),
        ingest_memory=at_both("peak of storing", "Peak memory of an ingest", "docsearch"),
        query_time=at_both("query", "A query by both legs", "median time"),
        query_processor=at_both("its processor time", "A query by both legs", "processor time"),
        cores_starter=measured(
            "starter on 16 cores", "throughput", "starter, calls of 128", "16 cores"
        ),
        gpus_starter=measured("starter on two H200s", "throughput", f"starter, {two}", "two H200s"),
        gpus_qwen3=measured(
            "Qwen3 on two H200s", "throughput", f"Qwen3-Embedding-0.6B, {two}", "two H200s"
        ),
        processing=measured("all but the model, 1,000 passages", "ingest", alone, "processor time"),
        main_process=measured("of it the main process", "ingest", alone, "the main process's"),
        process=process(),
        driver=driver(),
        index_building=(index_building("1,000,000"), index_building("3,000,000")),
        storage_price=price("object storage, 1 GB a month", prices.storage, "storage-price"),
        core_price=price("a core, an hour", prices.core, "core-price"),
        gpu_price=price("a GPU, an hour", prices.gpu, "gpu-price"),
        memory_price=price("1 GB of memory, an hour", prices.memory, "memory-price"),
    )


def measured(label: str, table: str, group: str, name: str) -> Input:
    """A figure of docs/plots/speed.json."""
    (figure,) = (
        row
        for row in read(PLOTS / "speed.json")
        if (row.table, row.group, row.name) == (table, group, name)
    )
    return Input(label, float(figure.value), figure.unit, f"`{figure.command}`")


def at_both(label: str, group: str, name: str) -> tuple[Input, Input]:
    """The figures of 300,000 passages and of a million."""
    small, large = (
        measured(f"{label}, {size} passages", "scale", f"{group}, {size} passages", name)
        for size in ("300,000", "1,000,000")
    )
    return small, large


def process() -> Input:
    """What `docsearch ingest` takes for 1,000 passages where a GPU embeds them."""
    group = "an ingest of 15,542 passages, 16 cores and one H200"
    seconds = measured("", "throughput", group, "time")
    value = round(1000 * seconds.value / 15.542)
    return Input("docsearch ingest beside a GPU, 1,000 passages", value, "ms", seconds.source)


def index_building(size: str) -> Input:
    """The processor time of the vector index of so many vectors."""
    label = f"building the vector index, {size} passages"
    return measured(
        label, "vectors", f"Vectors alone, {size}", "building the index, processor time"
    )


def driver() -> Input:
    """What the driver of a Ray ingest does for 1,000 passages: to take them in, and the upkeep.

    The upkeep is that of an index of a million.
    """
    taking_in = measured("", "cluster", "Ray, the driver takes in 1,000 passages", "two machines")
    upkeep = measured("", "scale", "Upkeep of 1,000 passages, 1,000,000 passages", "processor time")
    source = f"{taking_in.source} and {upkeep.source}"
    value = taking_in.value + upkeep.value
    return Input("driver on Ray, 1,000 passages", value, "ms", source)


def price(label: str, value: float, option: str) -> Input:
    """An assumed price in dollars."""
    return Input(label, value, "$", f"`--{option}`", "assumed")
