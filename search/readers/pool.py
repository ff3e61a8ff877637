"""Files read in worker processes, several at once; those whose readers are plain Python of our own in this process."""

from __future__ import annotations

import os
import threading
from types import TracebackType
from typing import Self

from .. import readers
from ..documents import Document, Reason
from ..errors import Unreadable
from .limits import LIMITS, Limits
from .process import ReaderProcess

WORKERS = min(os.cpu_count() or 1, 4)


class ReaderPool:
    """Worker processes, each started when a file needs it and none is idle, kept for the next file. Use it as a context manager."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self._turn = threading.Lock()
        self._idle: list[ReaderProcess] = []
        self._busy: set[ReaderProcess] = set()
        self._closed = False

    def read(self, data: bytes, path: str) -> Document:
        """The document that the file at `path` with the contents `data` holds; may be called by several threads at once.

        Raises Unreadable with a reason where there is none, ReaderFailure where no process can be started.
        """
        if readers.is_safe(data, path):
            try:
                return readers.read(data, path)
            except MemoryError as error:
                raise Unreadable(Reason.LIMIT, "there is not enough memory to read it") from error
        process = self._taken()
        try:
            return process.read(data, path)
        finally:
            self._put_back(process)

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
        """End all processes; files that are being read are given up."""
        with self._turn:
            self._closed = True
            idle, self._idle = self._idle, []
            for process in self._busy:
                process.kill()
        for process in idle:
            process.close()

    def _taken(self) -> ReaderProcess:
        with self._turn:
            process = self._idle.pop() if self._idle else None
        process = process or ReaderProcess(self.limits)
        with self._turn:
            self._busy.add(process)
            if self._closed:
                process.kill()
        return process

    def _put_back(self, process: ReaderProcess) -> None:
        with self._turn:
            self._busy.discard(process)
            keep = not (process.spent or self._closed)
            if keep:
                self._idle.append(process)
        if not keep:
            process.close()
