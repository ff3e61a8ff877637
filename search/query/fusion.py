"""Two ranked lists become one on an absolute scale: score = cosine + weight · BM25 / full + feedback.

A sum of scores keeps the distance between a good and a mediocre hit, which reciprocal ranks lose. Where no passage matches most of the
query's words, as for a question in other words than the answer's, or many documents match them alike, the text leg gets little weight.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

LEAST_WEIGHT, LEAD_WEIGHT = 0.08, 0.2
"""Words that single out a few documents name what is meant; where many documents have them about equally, they mislead more often."""

FEW = 5

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


def text_weight(best: Sequence[float], full: float) -> float:
    """How much a full match of words counts, by the BM25 of the documents' best passages, best first, and that of a full match.

    It is the widest gap behind one of the first FEW documents that counts.

    >>> text_weight([8.0] * 9, full=10.0), text_weight([8.0, 8.0, 3.0], full=10.0), text_weight([], full=0.0)
    (0.08, 0.18, 0.08)
    """
    first = [*best[: FEW + 1], 0.0, 0.0][: FEW + 1]
    gap = max(before - after for before, after in pairwise(first))
    return LEAST_WEIGHT + (LEAD_WEIGHT * gap / full if full > 0 else 0.0)


def fuse(scores: Iterable[tuple[str, float, float]], full: float, weight: float) -> list[Fused]:
    """Fuse (key, cosine, BM25) triples, best first; ties keep the order given.

    >>> [(f.key, round(f.fused, 2)) for f in fuse([("a", 0.7, 0.0), ("b", 0.6, 8.0), ("c", 0.5, 4.0)], 8.0, 0.2)]
    [('b', 0.8), ('a', 0.7), ('c', 0.6)]
    """
    share = weight / full if full > 0 else 0.0
    fused = [Fused(key, vector, text, vector + share * text) for key, vector, text in scores]
    return sorted(fused, key=lambda row: -row.fused)
