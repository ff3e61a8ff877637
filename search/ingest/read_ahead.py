"""Reads files in threads, ahead of the pipeline that takes the results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from typing import Generic, TypeVar

from ..readers.limits import Reserve
from .room import Room

Item = TypeVar("Item")
Result = TypeVar("Result")

MAX_ITEMS = 256
MAX_BYTES = 128_000_000


class Ahead(Generic[Item, Result]):
    """An item whose result is made ahead. It is `released` once the result is needed no more."""

    def __init__(self, item: Item, number: int, future: Future[Result], room: Room) -> None:
        self.item = item
        self._number = number
        self._future: Future[Result] | None = future
        self._room = room

    def is_ready(self, seconds: float) -> bool:
        """Wait so long for the result at most; True where it is there."""
        assert self._future is not None
        self._room.wait_for(self._number)
        return not wait([self._future], seconds).not_done

    def result(self) -> Result:
        """Wait for the result and return it, or raise what making it raised."""
        assert self._future is not None
        self._room.wait_for(self._number)
        return self._future.result()

    def reserve(self, amount: int) -> None:
        """Count more bytes as held by the item, once its result is awaited."""
        self._room.reserve(self._number, amount)

    def held(self) -> int:
        """The bytes that the item holds now."""
        return self._room.held_by(self._number)

    def release(self) -> None:
        """Let go of the result, which makes room for others."""
        self._future = None
        self._room.settle(self._number, 0)


@contextmanager
def read_ahead(
    items: Iterable[Item],
    work: Callable[[Item, Reserve], Result],
    memory: Callable[[Result], int],
    threads: int,
    max_bytes: int = MAX_BYTES,
) -> Iterator[Iterator[Ahead[Item, Result]]]:
    """Each item with its result to come, in the order of the items.

    `work` reserves the bytes of memory that it is about to take, and `memory` tells how many its
    result holds. At most MAX_ITEMS items wait to be taken. What the waiting items, the items in
    work and the results that are not released hold is bounded as `Room` says. At its end, the
    context cancels the work that has not begun and waits for the rest.
    """
    room = Room(max_bytes)
    executor = ThreadPoolExecutor(threads, "reader")

    def make(item: Item, number: int) -> Result:
        held = 0
        try:
            result = work(item, partial(room.reserve, number))
            held = memory(result)
            return result
        finally:
            # What is left of all reservations is the result, or nothing after an error.
            room.settle(number, held)

    def coming() -> Iterator[Ahead[Item, Result]]:
        waiting: deque[Ahead[Item, Result]] = deque()
        for number, item in enumerate(items):
            waiting.append(Ahead(item, number, executor.submit(make, item, number), room))
            if len(waiting) >= MAX_ITEMS:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()

    try:
        yield coming()
    finally:
        room.close()
        executor.shutdown(cancel_futures=True)
