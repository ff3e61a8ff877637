"""A query's candidates in their final order, each with the score that put it there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .calibration import Calibration, text_score
from .feedback import with_feedback
from .fusion import Fused, fuse
from .legs import Legs


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with the scores of all stages; `score` lies in [0, 1], `rerank` is None where the reranker has not read it.

    `leads`: it is the beginning of a section, and has the score of a passage behind it.
    """

    row: Fused
    score: float
    rerank: float | None = None
    leads: bool = False


def rank(legs: Legs, mode: str, calibration: Calibration) -> list[Ranked]:
    """The candidates of `mode`'s legs, best first."""
    if mode == "text":
        return [
            Ranked(Fused(key, 0.0, score, score), text_score(score))
            for key, score in legs.text.items()
        ]
    if mode == "vector":
        return [
            Ranked(Fused(key, score, 0.0, score), calibration.score(score))
            for key, score in legs.vector.items()
        ]
    rows = fuse(
        ((key, legs.cosine(key), legs.text.get(key, 0.0)) for key in legs.candidates),
        legs.full_match_bm25,
        legs.text_weight,
    )
    documents = [legs.candidates[row.key].document for row in rows]
    heard = with_feedback(rows, legs.vectors(row.key for row in rows), documents)
    return [Ranked(row, calibration.score(row.fused)) for row in heard]


def reordered(
    ranked: Sequence[Ranked],
    probabilities: Sequence[float],
    score: Callable[[Ranked, float], float] | None = None,
) -> list[Ranked]:
    """The order after reranking the first candidates, whose probabilities are given; what was not read keeps its order behind them.

    `score` makes a score of a candidate and its probability; None is the probability itself. Ties stand in the fused order.

    >>> a, b, c = (Ranked(Fused(key, 0.0, 0.0, 0.0), 0.5) for key in "abc")
    >>> [(item.row.key, item.score) for item in reordered([a, b, c], [0.1, 0.9])]
    [('b', 0.9), ('a', 0.1), ('c', 0.5)]
    """
    read = [
        replace(item, score=score(item, probability) if score else probability, rerank=probability)
        for item, probability in zip(ranked, probabilities, strict=False)
    ]
    return [*sorted(read, key=lambda item: -item.score), *ranked[len(read) :]]
