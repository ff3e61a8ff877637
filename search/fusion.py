"""Two ranked lists become one on an absolute scale: score = cosine + 0.2 · BM25 / full, where `full` is the BM25 of a full match.

A sum of scores keeps the distance between a good and a mediocre hit, which reciprocal ranks lose. Where no passage matches most of the
query's words, as for a question in other words than the answer's, the text leg has little to say and gets little weight.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

TEXT_WEIGHT = 0.2
WORD_SHARE = 0.8
"""Of the BM25 that a word gives which a single passage has, about ln(passages): most words of a question are less rare than that."""


@dataclass(frozen=True, slots=True)
class Fused:
    """One candidate's scores: cosine, BM25 (0 where the text leg does not have it) and their fusion."""

    key: str
    vector: float
    text: float
    fused: float


def full_match(passages: int, words: int, best: float) -> float:
    """The BM25 that counts as a full match of `words` words among `passages` passages of which the best scores `best`.

    >>> round(full_match(999, words=2, best=8.0), 2), full_match(999, words=1, best=8.0)
    (11.05, 8.0)
    """
    return max(WORD_SHARE * math.log1p(passages) * words, best)


def fuse(scores: Iterable[tuple[str, float, float]], full: float) -> list[Fused]:
    """Fuse (key, cosine, BM25) triples, best first; ties keep the order given.

    >>> [(f.key, round(f.fused, 2)) for f in fuse([("a", 0.7, 0.0), ("b", 0.6, 8.0), ("c", 0.5, 4.0)], full=8.0)]
    [('b', 0.8), ('a', 0.7), ('c', 0.6)]
    """
    share = TEXT_WEIGHT / full if full > 0 else 0.0
    fused = [Fused(key, vector, text, vector + share * text) for key, vector, text in scores]
    return sorted(fused, key=lambda row: -row.fused)
