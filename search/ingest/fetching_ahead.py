"""Fetches objects of stores ahead of those who read them, more at once than files are read at once.

Most of the time of a small object is the way to the store and back.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from ..documents import File
from ..urls import is_url

AT_ONCE = 32

MOST_AHEAD = 64
"""How many objects are fetched or wait to be read."""

MAX_SIZE = 1_000_000
"""A larger object is fetched when it is read: there its bytes count as those of the run."""


class FetchingAhead:
    """Gives the contents of files, which `read` reads, in about the order of `files`.

    Use it as a context manager; at its end, what is being fetched is waited for.
    """

    def __init__(self, files: Iterable[File], read: Callable[[File], bytes]) -> None:
        self._read = read
        self._coming = deque(file for file in files if is_url(file.path) and file.size <= MAX_SIZE)
        self._waiting: dict[str, Future[bytes]] = {}
        self._taken: set[str] = set()
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(AT_ONCE, "fetch")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._executor.shutdown(cancel_futures=True)

    def contents(self, file: File) -> bytes:
        """The file's bytes. Raises what `read` raises."""
        if not is_url(file.path):
            return self._read(file)
        with self._lock:
            fetched = self._waiting.pop(file.path, None)
            if fetched is None:
                self._taken.add(file.path)
            while self._coming and len(self._waiting) < MOST_AHEAD:
                following = self._coming.popleft()
                if following.path not in self._taken:
                    self._waiting[following.path] = self._executor.submit(self._read, following)
                self._taken.discard(following.path)
        return self._read(file) if fetched is None else fetched.result()
