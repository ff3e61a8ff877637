"""A query's candidates in their final order, each with the score that put it there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .calibration import Calibration, text_score
from .feedback import DOCUMENTS, with_feedback
from .fusion import Fused, fuse
from .legs import Legs


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with the scores of all stages; `score` lies in [0, 1], `rerank` is None where the reranker has not read it."""

    row: Fused
    score: float
    rerank: float | None = None


def rank(legs: Legs, mode: str, calibration: Calibration) -> list[Ranked]:
    """The candidates of `mode`'s legs, best first."""
    if mode == "text":
        return [Ranked(Fused(key, 0.0, score, score), text_score(score)) for key, score in legs.text.items()]
    if mode == "vector":
        return [Ranked(Fused(key, score, 0.0, score), calibration.score(score)) for key, score in legs.vector.items()]
    rows = fuse(
        ((key, legs.cosine(key), legs.text.get(key, 0.0)) for key in legs.candidates), legs.full, legs.text_weight
    )
    return [Ranked(row, calibration.score(row.fused)) for row in _with_feedback(legs, rows)]


def _with_feedback(legs: Legs, rows: list[Fused]) -> list[Fused]:
    """The rows fused again, with a query that the best of them have joined; `vector` stays the cosine to the query alone."""
    best: dict[int, Fused] = {}
    for row in rows:
        best.setdefault(legs.candidates[row.key].doc, row)
        if len(best) == DOCUMENTS:
            break
    if not best or legs.query_vector is None:
        return rows
    heard = legs.vectors(row.key for row in best.values())
    moved = with_feedback(legs.query_vector, heard, [row.fused for row in best.values()])
    keys = [row.key for row in rows]
    cosines = legs.vectors(keys) @ moved
    plain = {row.key: row for row in rows}
    again = fuse(
        ((key, float(cosine), plain[key].text) for key, cosine in zip(keys, cosines, strict=True)),
        legs.full,
        legs.text_weight,
    )
    return [replace(row, vector=plain[row.key].vector) for row in again]


def reordered(ranked: Sequence[Ranked], probabilities: Sequence[float]) -> list[Ranked]:
    """The order after reranking the first candidates: by probability, ties by the fused order; what was not read keeps its order behind them.

    >>> a, b, c = (Ranked(Fused(key, 0.0, 0.0, 0.0), 0.5) for key in "abc")
    >>> [(item.row.key, item.score) for item in reordered([a, b, c], [0.1, 0.9])]
    [('b', 0.9), ('a', 0.1), ('c', 0.5)]
    """
    read = [
        replace(item, score=probability, rerank=probability)
        for item, probability in zip(ranked, probabilities, strict=False)
    ]
    return [*sorted(read, key=lambda item: -item.score), *ranked[len(read) :]]
