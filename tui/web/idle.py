"""What the service does when nobody asks: it lets go of its models, and ends where it is to end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from search.process_memory import held

TICK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Idle:
    """Models are let go of after `rest_seconds` without a question, or with more than `max_bytes`.

    The service ends after `end_seconds` without a question; None means never. `let_go` closes
    indexes and models, which the next question opens again.
    """

    let_go: Callable[[], None]
    rest_seconds: float
    max_bytes: float
    end_seconds: float | None = None

    async def watch(
        self,
        asked_at: Callable[[], float],
        end: Callable[[], None],
        tick_seconds: float = TICK_SECONDS,
        memory: Callable[[], int] = held,
    ) -> None:
        """Look at the time now and then; `asked_at` tells when the last question came in."""
        rested_at = 0.0
        while True:
            await asyncio.sleep(tick_seconds)
            last = asked_at()
            idle = time.monotonic() - last
            is_much = memory() > self.max_bytes
            if rested_at < last and (is_much or idle > self.rest_seconds):
                rested_at = time.monotonic()
                await asyncio.to_thread(self.let_go)
            if self.end_seconds is not None and idle > self.end_seconds:
                end()
                return
