"""Measures how the work of a function grows with its input, by processor time."""

import time
from collections.abc import Callable

NOTICEABLE = 0.02
"""Seconds of processor time from which two inputs are compared; less is noise."""

TWICE = 3.0
"""Twice the input may take this many times as long; four times would be quadratic growth."""


def seconds(work: Callable[[int], object], size: int) -> float:
    """The processor time of the work in this thread, the better of two."""
    times = []
    for _ in range(2):
        start = time.thread_time()
        work(size)
        times.append(time.thread_time() - start)
    return min(times)


def growth(work: Callable[[int], object], short: int, long: int) -> float:
    """How many times as long `work` takes for twice the size.

    The size is doubled from `short` until the work is noticeable; 0 where it is not even at `long`.
    """
    size, spent = short, seconds(work, short)
    while spent < NOTICEABLE and size < long:
        size *= 2
        spent = seconds(work, size)
    if spent < NOTICEABLE:
        return 0
    # Another process may have slowed one of the measurements, so that growth is confirmed.
    return min(seconds(work, 2 * size) / seconds(work, size) for _ in range(2))
