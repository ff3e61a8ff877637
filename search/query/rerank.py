"""The rerank stage: a cross-encoder reads the query with each candidate's own passage, the most promising first."""

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
    """The probabilities that the first passages answer the query: of all, or of those that are read within `budget` seconds.

    With a budget or a watcher, work is done in slices, of which the last may overrun the budget; with a budget of 0
    nothing is read. `on_read` is given what is known between two slices, and ends the work by raising.
    """
    if budget is None and on_read is None:
        return [float(score) for score in reranker.score(query, passages)] if passages else []
    end = clock() + (inf if budget is None else budget)
    scores: list[float] = []
    while len(scores) < len(passages) and clock() < end:
        part = passages[len(scores) : len(scores) + SLICE]
        scores.extend(float(score) for score in reranker.score(query, part))
        if on_read is not None and len(scores) < len(passages):
            on_read(scores)
    return scores
