"""BLAS is held to one thread whichever thread enters or leaves, and gets its own number back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from search.models.cpu_threads import SingleThreadedBlas


def blas_threads() -> list[int]:
    """How many threads the loaded BLAS libraries use now."""
    return [
        library.num_threads
        for library in ThreadpoolController().select(user_api="blas").lib_controllers
    ]


def blas_threads_inside(held: SingleThreadedBlas) -> list[int]:
    """The same inside the context, entered by the thread that calls this."""
    with held():
        return blas_threads()


@pytest.fixture
def many() -> list[int]:
    """What BLAS uses by itself; a machine with one core, or a BLAS that nobody can ask, shows nothing."""
    np.ones((2, 2)) @ np.ones((2, 2))
    threads = blas_threads()
    if not threads or max(threads) == 1:
        pytest.skip("BLAS has one thread anyway")
    return threads


def test_every_thread_that_enters_gets_one_thread(many: list[int]) -> None:
    held, one = SingleThreadedBlas(), [1 for _ in many]
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        assert blas_threads_inside(held) == one
        assert first.submit(blas_threads_inside, held).result() == one
        assert second.submit(blas_threads_inside, held).result() == one
        assert first.submit(blas_threads_inside, held).result() == one
    assert blas_threads() == many


def test_the_last_to_leave_gives_it_back_though_another_thread_came_first(many: list[int]) -> None:
    held, one = SingleThreadedBlas(), [1 for _ in many]
    entered, leave = Event(), Event()

    def first() -> None:
        with held():
            entered.set()
            leave.wait(60)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(first)
        entered.wait(60)
        with held():
            leave.set()
            other.result(60)
            assert blas_threads() == one
    assert blas_threads() == many
