"""Tidies the table up during a run, within a small share of the run's time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..storage.writable_store import WritableStore

SHARE = 0.05
"""The share of a run's time that tidying up may take while the run waits for it.

It takes the longer, the larger the table is. So it comes rarely while a long run stores words, and
queries meanwhile read the new passages one by one.
"""

SHARE_BESIDE = 0.2
"""The share that it may take beside the embedding, which goes on meanwhile.

Of the processor time of two cores that is about a tenth.
"""


class PacedUpkeep:
    """The upkeep of the table that a run writes; `clock` gives seconds."""

    def __init__(
        self,
        open_store: Callable[[], WritableStore],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._open_store = open_store
        self._clock = clock
        self._began = clock()
        self._spent, self._share = 0.0, SHARE
        # What the first time takes is a guess. Most runs end before its turn comes.
        self._last = 1.0

    def go_beside(self) -> None:
        """Note that from now on the run embeds, and need not wait: the share is SHARE_BESIDE."""
        self._share, self._began, self._spent = SHARE_BESIDE, self._clock(), 0.0

    def between_batches(self) -> None:
        """Tidy the table up where that is due, and there was time enough since the last time."""
        if self._spent + self._last <= self._share * (self._clock() - self._began):
            self.now()

    def now(self) -> None:
        """Tidy the table up where that is due."""
        started = self._clock()
        if self._open_store().maintain():
            self._last = self._clock() - started
            self._spent += self._last
