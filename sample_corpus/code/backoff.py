"""Uploads that try again: exponential waits with jitter, bounded by a budget."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

FIRST_WAIT = 0.25
LONGEST_WAIT = 30.0


class QuotaExhaustedError(Exception):
    """The server said that today's allowance is used up; waiting will not help."""


@dataclass
class RetryBudget:
    """Limits retries to a share of all calls, so that a dead server is not flooded.

    Each first attempt earns `ratio` of a token and each retry costs a whole one.
    """

    ratio: float = 0.1
    tokens: float = 10.0
    ceiling: float = 10.0

    def earn(self) -> None:
        """Credit the budget for one first attempt."""
        self.tokens = min(self.ceiling, self.tokens + self.ratio)

    def spend(self) -> bool:
        """Take one token; False when none is left."""
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def backoff_delays(attempts: int, rng: random.Random) -> Iterator[float]:
    """Yield the seconds to wait before each retry.

    Full jitter: a random moment between nothing and the doubled ceiling. Clients that failed
    together would otherwise all knock again at the same instant.
    """
    ceiling = FIRST_WAIT
    for _ in range(attempts):
        yield rng.uniform(0, ceiling)
        ceiling = min(LONGEST_WAIT, ceiling * 2)


def call_with_retries(
    action: Callable[[], T],
    sleep: Callable[[float], None],
    budget: RetryBudget,
    attempts: int = 5,
    rng: random.Random | None = None,
) -> T:
    """Run `action` until it succeeds, the attempts are used up or the budget is empty.

    Only ConnectionError and TimeoutError are tried again. QuotaExhaustedError and everything else pass through at once.
    """
    budget.earn()
    delays = backoff_delays(attempts - 1, rng or random.Random())
    while True:
        try:
            return action()
        except (ConnectionError, TimeoutError):
            delay = next(delays, None)
            if delay is None or not budget.spend():
                raise
            sleep(delay)
