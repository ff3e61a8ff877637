"""Work is shared out among cores, and BLAS is limited to one thread and gets its number back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event, current_thread

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from search.models.cpu_threads import SingleThreadedBlas, cores, each, quota


def blas_threads() -> list[int]:
    """The number of threads that each loaded BLAS library uses now."""
    return [
        library.num_threads
        for library in ThreadpoolController().select(user_api="blas").lib_controllers
    ]


def blas_threads_inside(single_threaded: SingleThreadedBlas) -> list[int]:
    """The same inside the context, which the calling thread enters."""
    with single_threaded():
        return blas_threads()


@pytest.fixture
def usual() -> list[int]:
    """The number of threads that each BLAS library uses by itself.

    The tests are skipped on a machine with one core, or with a BLAS that cannot be asked.
    """
    np.ones((2, 2)) @ np.ones((2, 2))
    threads = blas_threads()
    if not threads or max(threads) == 1:
        pytest.skip("BLAS has one thread anyway")
    return threads


def test_every_thread_that_enters_gets_one_thread(usual: list[int]) -> None:
    single_threaded, one_each = SingleThreadedBlas(), [1 for _ in usual]
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        assert blas_threads_inside(single_threaded) == one_each
        assert first.submit(blas_threads_inside, single_threaded).result() == one_each
        assert second.submit(blas_threads_inside, single_threaded).result() == one_each
        assert first.submit(blas_threads_inside, single_threaded).result() == one_each
    assert blas_threads() == usual


def test_the_last_thread_to_leave_gives_the_number_back(usual: list[int]) -> None:
    single_threaded, one_each = SingleThreadedBlas(), [1 for _ in usual]
    entered, leave = Event(), Event()

    def first() -> None:
        with single_threaded():
            entered.set()
            leave.wait(60)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(first)
        entered.wait(60)
        with single_threaded():
            leave.set()
            other.result(60)
            assert blas_threads() == one_each
    assert blas_threads() == usual


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, None),
        ({"cpu.max": "max 100000"}, None),
        ({"cpu.max": "200000 100000"}, 2),
        ({"box/cpu.max": "150000 100000"}, 2),
        ({"cpu.max": "100000 100000", "box/cpu.max": "400000 100000"}, 1),
        ({"other/cpu.max": "100000 100000"}, None),
    ],
)
def test_the_quota_of_a_container_limits_the_cores(
    tmp_path: Path, limits: dict[str, str], expected: int | None
) -> None:
    groups = tmp_path / "groups"
    (groups / "box").mkdir(parents=True)
    (groups / "other").mkdir()
    for name, text in limits.items():
        (groups / name).write_text(f"{text}\n")
    (tmp_path / "cgroup").write_text("1:name=systemd:/elsewhere\n0::/box\n")
    assert quota(tmp_path / "cgroup", groups) == expected


def test_a_system_without_control_groups_has_no_quota(tmp_path: Path) -> None:
    assert quota(tmp_path / "cgroup", tmp_path) is None


def test_a_call_does_not_wait_for_the_items_of_another_one() -> None:
    release, all_cores_are_busy = Event(), Barrier(cores() + 1)
    ingested: list[int] = []
    reranked: list[int] = []

    def ingest(item: int) -> None:
        if item < cores():
            all_cores_are_busy.wait(60)
            release.wait(60)
        ingested.append(item)

    items = range(4 * cores())
    with ThreadPoolExecutor(1) as pool:
        # The ingest has an item on every core and more of them behind, when the reranking comes.
        running = pool.submit(each, ingest, items)
        all_cores_are_busy.wait(60)
        each(reranked.append, range(20))
        assert (sorted(reranked), ingested) == (list(range(20)), [])
        release.set()
        running.result(60)
    assert sorted(ingested) == list(items)


def test_a_single_item_is_done_by_its_caller() -> None:
    threads: list[str] = []
    each(lambda item: threads.append(current_thread().name), ["query"])
    each(lambda item: threads.append(current_thread().name), [])
    assert threads == [current_thread().name]


def test_the_first_error_ends_the_work() -> None:
    def fail(item: int) -> None:
        raise ValueError(item)

    with pytest.raises(ValueError, match=r"^0$"):
        each(fail, range(100))
