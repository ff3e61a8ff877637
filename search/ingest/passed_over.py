"""Lists what the walks of the roots leave out for a reason; the catalogue only counts it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from ..documents import Skip
from ..storage.entries import Root
from .plan import rules_of
from .sources import source_of

MOST_SECONDS = 10.0
"""The walk ends then, with what was found so far."""
STEP = 200
"""After so many paths the caller may end the walk."""


def passed_over(
    roots: Iterable[Root], reason: str, limit: int, on_step: Callable[[], None]
) -> tuple[Skip, ...]:
    """Up to `limit` files and folders that are left out for `reason`, root by root."""
    return tuple(islice(_skips(roots, reason, on_step), limit))


def _skips(roots: Iterable[Root], reason: str, on_step: Callable[[], None]) -> Iterator[Skip]:
    end = time.monotonic() + MOST_SECONDS
    for root in roots:
        for number, found in enumerate(source_of(root.path).walk(root.path, rules_of(root), None)):
            if number % STEP == 0:
                on_step()
                if time.monotonic() > end:
                    return
            if isinstance(found, Skip) and found.reason == reason:
                yield found
