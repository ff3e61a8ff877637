"""Ends what takes too long by the clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TICK = 0.1
"""The alarm looks at the clock every TICK seconds: a thread for each stretch would take longer."""


class Alarm:
    """Calls `ring` once where a stretch of work takes longer than it may, until it is `ended`."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._until: float | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._watch, name="reader-alarm", daemon=True).start()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """The work inside the block may take so long."""
        self._until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._until = None

    def end(self) -> None:
        """Watch no more."""
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.wait(TICK):
            until = self._until
            if until is not None and time.monotonic() > until:
                self._ring()
                return
