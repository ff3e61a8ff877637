"""Reads files in threads, ahead of the pipeline that takes the results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MAX_ITEMS = 256
MAX_BYTES = 64_000_000


def read_ahead(
    items: Iterable[Item], work: Callable[[Item], Result], size: Callable[[Item], int], threads: int
) -> Generator[tuple[Item, Future[Result]]]:
    """Each item with the future of its result, in the order of the items.

    `size` gives an item's bytes: at most MAX_ITEMS items and about MAX_BYTES bytes wait to be
    taken, but every thread has work even where single items are larger. An error of `work` is
    raised by the future. Closing the iterator cancels the work that has not begun and waits for
    the rest.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    waiting_bytes = 0
    executor = ThreadPoolExecutor(threads, "reader")
    try:
        for item in items:
            waiting.append((item, executor.submit(work, item)))
            waiting_bytes += size(item)
            # Give results away until what waits is within the bounds again.
            while len(waiting) >= MAX_ITEMS or (
                waiting_bytes >= MAX_BYTES and len(waiting) > threads
            ):
                first, future = waiting.popleft()
                yield first, future
                waiting_bytes -= size(first)
        while waiting:
            yield waiting.popleft()
    finally:
        executor.shutdown(cancel_futures=True)
