"""Two ranked lists become one on an absolute scale: score = cosine + weight · BM25 / full + feedback.

A sum of scores keeps the distance between a good and a mediocre hit, which reciprocal ranks lose. Where no passage matches most of the
query's words, as for a question in other words than the answer's, the text leg has little to say and gets little weight.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

LEAST_WEIGHT, AGREEMENT_WEIGHT = 0.1, 0.3
"""Where both legs bring the same documents, words say what is meant, and their finer order counts; elsewhere they mislead more often."""

AGREEING = 10
"""So many documents at the head of each leg are compared."""

WORD_SHARE = 0.8
"""Of the BM25 that a word gives which a single passage has, about ln(passages): most words of a question are less rare than that."""


@dataclass(frozen=True, slots=True)
class Fused:
    """One candidate's scores: cosine, BM25 (0 where the text leg does not have it), feedback (see `feedback`) and their sum."""

    key: str
    vector: float
    text: float
    fused: float
    feedback: float = 0.0


def full_match(passages: int, words: int, best: float) -> float:
    """The BM25 that counts as a full match of `words` words among `passages` passages of which the best scores `best`.

    >>> round(full_match(999, words=2, best=8.0), 2), full_match(999, words=1, best=8.0)
    (11.05, 8.0)
    """
    return max(WORD_SHARE * math.log1p(passages) * words, best)


def text_weight(vector: Sequence[Hashable], text: Sequence[Hashable]) -> float:
    """How much a full match of words counts, by the documents that each leg brings, best first and each once.

    >>> text_weight([1, 2, 3], [4]), round(text_weight(range(10), range(5, 20)), 2)
    (0.1, 0.25)
    """
    common = set(vector[:AGREEING]) & set(text[:AGREEING])
    return LEAST_WEIGHT + AGREEMENT_WEIGHT * len(common) / AGREEING


def fuse(scores: Iterable[tuple[str, float, float]], full: float, weight: float) -> list[Fused]:
    """Fuse (key, cosine, BM25) triples, best first; ties keep the order given.

    >>> [(f.key, round(f.fused, 2)) for f in fuse([("a", 0.7, 0.0), ("b", 0.6, 8.0), ("c", 0.5, 4.0)], 8.0, 0.2)]
    [('b', 0.8), ('a', 0.7), ('c', 0.6)]
    """
    share = weight / full if full > 0 else 0.0
    fused = [Fused(key, vector, text, vector + share * text) for key, vector, text in scores]
    return sorted(fused, key=lambda row: -row.fused)
