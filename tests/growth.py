"""Measures how the work of a function grows with its input, by processor time."""

import time
from collections.abc import Callable

NOTICEABLE = 0.005
"""Seconds of processor time from which two inputs are compared; less is noise."""

TWICE = 3.0
"""Twice the input may take this many times as long; four times would be quadratic growth."""

TRIALS = 4
"""How often growth is measured before it is believed: other processes slow a measurement too."""


def seconds(work: Callable[[int], object], size: int) -> float:
    """The processor time of the work in this thread."""
    start = time.thread_time()
    work(size)
    return time.thread_time() - start


def growth(work: Callable[[int], object], short: int, long: int) -> float:
    """How many times as long `work` takes for twice the size, in the best of TRIALS.

    The size is doubled from `short` until the work is noticeable; 0 where it is not even at `long`.
    """
    size, spent = short, seconds(work, short)
    while spent < NOTICEABLE and size < long:
        size *= 2
        spent = seconds(work, size)
    if spent < NOTICEABLE:
        return 0
    least = seconds(work, 2 * size) / spent
    for _ in range(TRIALS):
        if least <= TWICE:
            break
        least = min(least, seconds(work, 2 * size) / seconds(work, size))
    return least
