"""Two ranked lists become one on an absolute scale: score = cosine + 0.2 · BM25 / (the query's highest BM25).

Unlike reciprocal ranks, a sum of scores keeps the distance between a good and a mediocre hit, and a leg that has nothing to say adds
little. The weight and its effect on fifteen collections are in benchmarks/README.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TEXT_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class Fused:
    """One candidate's scores: cosine, BM25 (0 where the text leg does not have it) and their fusion."""

    key: str
    vector: float
    text: float
    fused: float


def fuse(scores: Iterable[tuple[str, float, float]], text_weight: float = TEXT_WEIGHT) -> list[Fused]:
    """Fuse (key, cosine, BM25) triples, best first; ties keep the order given.

    >>> [(f.key, round(f.fused, 2)) for f in fuse([("a", 0.7, 0.0), ("b", 0.6, 8.0), ("c", 0.5, 4.0)])]
    [('b', 0.8), ('a', 0.7), ('c', 0.6)]
    """
    rows = list(scores)
    best = max((text for _, _, text in rows), default=0.0)
    share = text_weight / best if best > 0 else 0.0
    fused = [Fused(key, vector, text, vector + share * text) for key, vector, text in rows]
    return sorted(fused, key=lambda row: -row.fused)
