"""BLAS is limited to one thread whichever thread enters or leaves, and gets its number back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from search.models.cpu_threads import SingleThreadedBlas


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
