"""The rerank stage: a cross-encoder reads the query with each of the best candidates' passages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..protocols import Reranker

SLICE = 8
"""Passages read between two looks at the clock, and between two orders for a watcher."""


def rerank(
    reranker: Reranker,
    query: str,
    passages: Sequence[str],
    budget: float | None = None,
    on_read: Callable[[Sequence[float]], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """The probability that each of the first passages answers the query.

    `passages` come best first. All are read, or as many as `budget` seconds allow. With a budget or
    a watcher the reranker reads them slice by slice: the last slice may overrun the budget, and a
    budget of 0 reads nothing. `on_read` is given the probabilities so far between two slices, and
    an exception that it raises ends the work.
    """
    if budget is None and on_read is None:
        return [float(score) for score in reranker.score(query, passages)] if passages else []
    end = clock() + (inf if budget is None else budget)
    scores: list[float] = []
    while len(scores) < len(passages) and clock() < end:
        next_slice = passages[len(scores) : len(scores) + SLICE]
        scores.extend(float(score) for score in reranker.score(query, next_slice))
        if on_read is not None and len(scores) < len(passages):
            on_read(scores)
    return scores
