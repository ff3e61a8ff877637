"""Fusing two ranked lists on an absolute scale: cosine + weight · BM25 / full + feedback.

A sum of scores keeps the distance between a good and a mediocre hit, which reciprocal ranks lose.
The text leg gets little weight where no passage matches most of the query's words, as for a
question in other words than the answer's, and where many documents match them about equally. It
gets more weight where no passage is near to the query: then its words are the better evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

MIN_WEIGHT, LEAD_WEIGHT = 0.06, 0.2
"""BM25 counts for more when it singles out a few documents (up to LEAD_WEIGHT more)."""

FEW_DOCUMENTS = 5

WORD_SHARE = 0.8
"""The share of the rarest word's BM25 that a word of a question gives.

A word that only one passage has gives a BM25 of about ln(passages). Most words are less rare.
"""


MOST_WORDS = 4
"""A full match holds no more words than this: no passage has all words of a long description."""

DOUBT_WEIGHT = 0.2
"""What a full match of words gains where the nearest passage is surely no answer."""


@dataclass(frozen=True, slots=True)
class Fused:
    """One candidate's scores: cosine, BM25, feedback, doubt, and `fused`, their weighted sum.

    BM25 is 0 where the text leg does not have the candidate. See `feedback.py` for the feedback,
    and `fuse` for the doubt.
    """

    key: str
    vector: float
    text: float
    fused: float
    feedback: float = 0.0
    doubt: float = 0.0


def full_match(passages: int, words: float, best: float) -> float:
    """The BM25 that counts as a full match of a query of `words` words.

    A word that the query repeats counts more than once. `passages` is the number of passages in the
    index, `best` the BM25 of the best one.

    >>> round(full_match(999, words=2, best=8.0), 2), full_match(999, words=1, best=8.0)
    (11.05, 8.0)
    >>> full_match(999, words=40, best=8.0) == full_match(999, words=4, best=8.0)
    True
    """
    return max(WORD_SHARE * math.log1p(passages) * min(words, MOST_WORDS), best)


def text_weight(best: Sequence[float], full: float) -> float:
    """The weight of a full match of words: the larger, the further a few documents stand out.

    `best` is the BM25 of each document's best passage, best first, and `full` the BM25 of a full
    match. The widest gap behind one of the first FEW_DOCUMENTS documents decides.

    >>> text_weight([8.0] * 9, full=10.0), text_weight([8.0, 8.0, 3.0], full=10.0)
    (0.06, 0.16)
    >>> text_weight([], full=0.0)
    0.06
    """
    count = FEW_DOCUMENTS + 1
    first = [*best[:count], 0.0, 0.0][:count]
    widest_gap = max(before - after for before, after in pairwise(first))
    return MIN_WEIGHT + (LEAD_WEIGHT * widest_gap / full if full > 0 else 0.0)


def fuse(
    scores: Iterable[tuple[str, float, float]], full: float, weight: float, doubt: float = 0.0
) -> list[Fused]:
    """Fuse (key, cosine, BM25) triples, best first; ties keep the order given.

    `doubt`, in [0, 1], is how little the nearest passage convinces. Each candidate gains by the
    cube of its share of a full match, so that hardly any gains that lacks words of the query. Then
    all lose so much that the best one scores what the best one would without doubt: the order
    changes, and the scale stays as it is.

    >>> rows = fuse([("a", 0.7, 0.0), ("b", 0.6, 8.0), ("c", 0.5, 4.0)], full=8.0, weight=0.2)
    >>> [(row.key, round(row.fused, 2)) for row in rows]
    [('b', 0.8), ('a', 0.7), ('c', 0.6)]
    >>> rows = fuse([("a", 0.7, 0.0), ("b", 0.5, 8.0)], full=8.0, weight=0.1, doubt=1.0)
    >>> [(row.key, round(row.fused, 2), round(row.doubt, 2)) for row in rows]
    [('b', 0.7, 0.1), ('a', 0.6, -0.1)]
    """
    share = weight / full if full > 0 else 0.0
    certain = [Fused(key, vector, text, vector + share * text) for key, vector, text in scores]
    if not certain or full <= 0:
        return sorted(certain, key=lambda row: -row.fused)
    gains = [DOUBT_WEIGHT * doubt * (row.text / full) ** 3 for row in certain]
    shift = max(row.fused for row in certain) - max(
        row.fused + gain for row, gain in zip(certain, gains, strict=True)
    )
    fused = [
        replace(row, fused=row.fused + gain + shift, doubt=gain + shift)
        for row, gain in zip(certain, gains, strict=True)
    ]
    return sorted(fused, key=lambda row: -row.fused)
