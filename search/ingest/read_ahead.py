"""Work done ahead of whoever takes its results: in threads, so much at a time, and handed over in the order of the items."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_ITEMS = 256
MOST_BYTES = 64_000_000


def read_ahead(
    items: Iterable[Item], work: Callable[[Item], Result], size: Callable[[Item], int], threads: int
) -> Generator[tuple[Item, Future[Result]]]:
    """Each item with its result, in order. `size` gives an item's bytes, by which the results that wait are bounded.

    An error of `work` is raised by the future. When the iterator is closed, what has not begun is not done, and what has is waited for.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    held = 0
    source = iter(items)
    executor = ThreadPoolExecutor(threads, "reader")
    try:
        for item in source:
            waiting.append((item, executor.submit(work, item)))
            held += size(item)
            while len(waiting) >= MOST_ITEMS or (held >= MOST_BYTES and len(waiting) > threads):
                done, future = waiting.popleft()
                yield done, future
                held -= size(done)
        while waiting:
            yield waiting.popleft()
    finally:
        executor.shutdown(cancel_futures=True)
