"""Reads files in worker processes, several at once.

Small files whose readers are our own plain Python are read in this process, unless a worker is to
cut them as well.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from .. import readers
from ..documents import Document, Reason
from ..errors import Unreadable
from .cut_document import CutDocument
from .limits import LIMITS, Limits, Reserve, no_limit
from .process import WORKER, ReaderProcess

WORKERS = min(os.cpu_count() or 1, 4)

MOST_HERE = 250_000
"""Bytes above which no file is read in this process, whose threads nothing can interrupt.

A worker process can be ended at once, so that Ctrl-C never waits for a reader.
"""

TEXT_FACTOR = 4
"""The bytes of memory that each byte of a text file takes while it is read in this process.

They are those of a text whose characters need up to 4 bytes, or of many short blocks.
"""


class ReaderPool:
    """Worker processes: each starts when a file needs one and none is idle, and serves later files.

    They run `module`. Use the pool as a context manager.
    """

    def __init__(self, limits: Limits = LIMITS, module: str = WORKER) -> None:
        self.limits = limits
        self.module = module
        self._lock = threading.Lock()
        self._idle: list[ReaderProcess] = []
        self._busy: set[ReaderProcess] = set()
        self._closed = False

    def read(self, data: bytes, path: str, reserve: Reserve = no_limit) -> Document:
        """The document in the file at `path`, whose contents are `data`.

        Several threads may call it at once. `reserve` is called before memory is taken for the
        document, with the number of bytes; it may wait, and what it raises comes through. Raises
        Unreadable with a reason where the file holds no document, ReaderFailure where no process
        can be started.
        """
        if len(data) <= MOST_HERE and readers.is_safe(data, path):
            reserve(TEXT_FACTOR * len(data))
            try:
                return readers.read(data, path)
            except MemoryError as error:
                raise Unreadable(Reason.LIMIT, "there is not enough memory to read it") from error
        with self._process() as process:
            return process.read(data, path, reserve)

    def cut(
        self, data: bytes, path: str, order: bytes, reserve: Reserve = no_limit
    ) -> CutDocument | Document:
        """The same document, which a worker cuts as the `order` says if it is not long.

        Raises as `read` does, and ReaderFailure where documents cannot be cut so.
        """
        with self._process() as process:
            return process.cut(data, path, order, reserve)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all processes; files that are being read are abandoned."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for process in self._busy:
                process.kill()
        for process in idle:
            process.close()

    @contextmanager
    def _process(self) -> Iterator[ReaderProcess]:
        """A process for one file."""
        process = self._taken()
        try:
            yield process
        finally:
            self._put_back(process)

    def _taken(self) -> ReaderProcess:
        """An idle process, or a new one, now marked as busy."""
        with self._lock:
            process = self._idle.pop() if self._idle else None
        process = process or ReaderProcess(self.limits, self.module)
        with self._lock:
            self._busy.add(process)
            if self._closed:
                process.kill()
        return process

    def _put_back(self, process: ReaderProcess) -> None:
        """Keep a process for the next file, or end it where it can take none."""
        with self._lock:
            self._busy.discard(process)
            keep = not (process.spent or self._closed)
            if keep:
                self._idle.append(process)
        if not keep:
            process.close()
