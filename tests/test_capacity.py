"""The arithmetic of the capacity tables, and that docs/scale.md has them as they are printed."""

from pathlib import Path

import pytest

from benchmarks import capacity
from benchmarks.capacity import QWEN3, STARTER, Fleet
from benchmarks.capacity_inputs import Input, Inputs, Prices, inputs
from benchmarks.capacity_tables import tables

MILLION = 1_000_000
CORES = Fleet("two machines", STARTER, 2)
GPUS = Fleet("four GPUs", STARTER, 2, 2)
ALONE = Fleet("one machine", STARTER, 1, 1, ray=False)


def of(*values, unit=""):
    given = [Input(f"figure {value}", value, unit, "`here`") for value in values]
    return given[0] if len(given) == 1 else tuple(given)


KNOWN = Inputs(
    passage_tokens=of(200, unit="tokens"),
    passages_of_document=of(10),
    disk=of(1000, unit="MB"),
    snapshot=of(300, unit="B"),
    index_memory=of(500, unit="B"),
    process_memory=of(100, unit="MB"),
    ingest_memory=of(300, 1000, unit="MB"),
    query_time=of(30, 44, unit="ms"),
    query_processor=of(60, 95, unit="ms"),
    cores_starter=of(32_000, unit="tokens/s"),
    gpus_starter=of(2_000_000, unit="tokens/s"),
    gpus_qwen3=of(400_000, unit="tokens/s"),
    processing=of(2.6, unit="s"),
    main_process=of(1.0, unit="s"),
    process=of(1500, unit="ms"),
    driver=of(90, unit="ms"),
    index_building=of(32, 192, unit="s"),
    storage_price=of(0.02, unit="$"),
    core_price=of(0.1, unit="$"),
    gpu_price=of(2.0, unit="$"),
    memory_price=of(0.01, unit="$"),
)


@pytest.mark.parametrize(
    ("compute", "at_a_million", "at_ten_millions"),
    [
        # 1,000 MB of 2^20 bytes for a million passages.
        (capacity.disk, 1_048_576_000, 10_485_760_000),
        # A document of ten passages has 300 bytes.
        (capacity.snapshot, 30_000_000, 300_000_000),
        # 100 MB and 500 bytes for each passage.
        (capacity.query_memory, 604_857_600, 5_104_857_600),
        # From 300,000 to a million, 700 MB more: 1 kB for each passage.
        (capacity.ingest_memory, 1000 * 2**20, 10_000 * 2**20),
        # 16 s for each million and 16 s for its square are 32 s, and 48 + 144 = 192 s of three.
        (capacity.index_building, 32, 160 + 1600),
        # 14 ms more for 700,000 passages: 20 ms for each million.
        (capacity.query_seconds, 0.044, 0.224),
        # 35 ms more for 700,000 passages: 50 ms for each million.
        (capacity.query_processor_seconds, 0.095, 0.545),
        # Two cores over the processor time.
        (capacity.queries_per_second, 2 / 0.095, 2 / 0.545),
        # (1.048576 + 0.03) GB at 2 cents.
        (capacity.storage_cost, 0.02157152, 0.2157152),
        # 730 hours of two cores and of 0.6048576 GB.
        (capacity.replica_cost, 146 + 4.41546048, 146 + 37.26546048),
    ],
)
def test_what_an_index_takes(compute, at_a_million, at_ten_millions):
    found = [compute(KNOWN, size) for size in (MILLION, 10 * MILLION)]
    assert found == pytest.approx([at_a_million, at_ten_millions], rel=1e-9)


def test_cores_share_their_time_between_cutting_and_embedding():
    # 1.6 s of a thousand passages on 32 cores are 50 s of a million. Then 200 million tokens at
    # twice the rate of 16 cores.
    assert capacity.stages(KNOWN, CORES) == {"embedding": 50 + 3125, "driver": 90}
    assert capacity.slowest(KNOWN, CORES) == ("embedding", 3175)
    # Both build the index: 32 s on 32 cores. With ten times the passages it is 1,760 s.
    hours = [capacity.ingest_hours(KNOWN, CORES, size) for size in (MILLION, 10 * MILLION)]
    assert hours == pytest.approx([(3175 + 1) / 3600, (31750 + 55) / 3600])
    # Both machines' cores, at 10 cents an hour.
    assert capacity.ingest_cost(KNOWN, CORES) == pytest.approx(32 * 0.1 * 3176 / 3600)


def test_with_gpus_the_stages_run_beside_each_other():
    # Four GPUs make four million tokens a second.
    assert capacity.stages(KNOWN, GPUS) == {"cutting": 50, "embedding": 50, "driver": 90}
    assert capacity.slowest(KNOWN, GPUS) == ("driver", 90)
    assert capacity.ingest_cost(KNOWN, GPUS) == pytest.approx(2 * (1.6 + 4) * 91 / 3600)
    # Sixteen GPUs make 3.2 million tokens of the larger model a second.
    many = Fleet("sixteen machines", QWEN3, 16, 1)
    assert capacity.stages(KNOWN, many) == {"cutting": 6.25, "embedding": 62.5, "driver": 90}
    # Four of the sixteen build the index.
    assert capacity.ingest_hours(KNOWN, many, MILLION) == 90.5 / 3600


def test_without_ray_one_process_does_all():
    assert capacity.stages(KNOWN, ALONE) == {"cutting": 100, "embedding": 200, "process": 1500}
    assert capacity.ingest_hours(KNOWN, ALONE, MILLION) == 1502 / 3600


def test_the_tables():
    index, ingest, reckoned = tables(KNOWN).removesuffix("\n").split("\n\n")
    assert index.splitlines()[:6] == [
        "| one index | 1M | 10M | 100M | 1B |",
        "|---|---|---|---|---|",
        "| on a disk | 1.05 GB (m) | 10.5 GB (c) | 105 GB (c) | 1.05 TB (c) |",
        "| in a store, the catalogue besides | 30 MB (c) | 300 MB (c) | 3 GB (c) | 30 GB (c) |",
        "| memory of the process that stores, at its peak "
        "| 1.05 GB (m) | 10.5 GB (c) | 105 GB (c) | 1.05 TB (c) |",
        "| building its vector index, processor time "
        "| 32 s (m) | 1,760 s (c) | 44.9 h (c) | 4,450 h (c) |",
    ]
    assert index.splitlines()[-2:] == [
        "| the store, for a month | $0.02 (a) | $0.22 (a) | $2.16 (a) | $21.57 (a) |",
        "| a replica with 2 cores, for a month | $150 (a) | $183 (a) | $512 (a) | $3,797 (a) |",
    ]
    assert ingest.splitlines()[:5] == [
        "| hours of an ingest | model | limited by | 1M | 10M | 100M | 1B | cost of 1M |",
        "|---|---|---|---|---|---|---|---|",
        "| 1 machine | starter | embedding "
        "| 1.76 (c) | 17.7 (c) | 179 (c) | 2,040 (c) | $2.82 (a) |",
        "| 1 machine with an H200 | starter | process "
        "| 0.417 (c) | 4.2 (c) | 44.5 (c) | 695 (c) | $1.50 (a) |",
        "| 10 machines, Ray | starter | embedding "
        "| 0.177 (c) | 1.77 (c) | 18.3 (c) | 246 (c) | $2.82 (a) |",
    ]
    assert reckoned.splitlines()[:4] == [
        "| reckoned from | | | see |",
        "|---|---|---|---|",
        "| figure 200 | 200 tokens | measured | `here` |",
        "| figure 10 | 10 | measured | `here` |",
    ]


def test_the_page_has_the_tables_as_they_are_printed():
    page = (Path(__file__).parent.parent / "docs" / "scale.md").read_text(encoding="utf-8")
    assert tables(inputs(Prices())) in page
