"""How good a ranking is, how sure that is, and whether two systems differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DEPTH = 10
"""How many places of a ranking the metrics look at."""

RESAMPLES = 2000
"""Resamples of a bootstrap and of a permutation test. With these, the third decimal is stable."""

SEED = 20
"""The seed of the random numbers, fixed so that two runs give the same intervals."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over questions with the bounds of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better the second of two systems is on the same questions.

    `p` is the probability that chance alone makes as large a difference.
    """

    value: float
    p: float


def metrics(ranking: Sequence[str], relevant: Mapping[str, int]) -> dict[str, float]:
    """nDCG@10 (gain 2^grade - 1), MRR@10, recall@10, hit@1 and hit@5 of a ranking without repeats.

    >>> metrics(["b", "a"], {"a": 1})["MRR@10"]
    0.5
    """
    grades = [relevant.get(document, 0) for document in ranking[:DEPTH]]
    found = [place for place, grade in enumerate(grades) if grade > 0]
    return {
        f"nDCG@{DEPTH}": _dcg(grades) / _dcg(sorted(relevant.values(), reverse=True)[:DEPTH]),
        f"MRR@{DEPTH}": 1 / (found[0] + 1) if found else 0.0,
        f"recall@{DEPTH}": len(found) / len(relevant),
        "hit@1": float(found[:1] == [0]),
        "hit@5": float(bool(found) and found[0] < 5),
    }


def mean(values: Sequence[float]) -> Mean:
    """The mean of at least one value, with its percentile bootstrap interval over the questions."""
    import numpy as np

    sample = np.asarray(values, float)
    draws = np.random.default_rng(SEED).integers(0, len(sample), (RESAMPLES, len(sample)))
    low, high = np.percentile(sample[draws].mean(axis=1), (2.5, 97.5))
    return Mean(float(sample.mean()), float(low), float(high))


def difference(before: Sequence[float], after: Sequence[float]) -> Difference:
    """The mean difference of two systems over the same questions, with its two-sided p.

    The test is Fisher's randomisation test: it flips the signs of the differences at random.
    """
    import numpy as np

    gains = np.asarray(after, float) - np.asarray(before, float)
    signs = np.random.default_rng(SEED).choice((-1.0, 1.0), (RESAMPLES, len(gains)))
    observed = abs(gains.mean())
    # Equal means may differ in their last bits; the tolerance counts them as equal.
    as_large = np.abs((signs * gains).mean(axis=1)) >= observed - 1e-12
    return Difference(float(gains.mean()), float((as_large.sum() + 1) / (RESAMPLES + 1)))


def _dcg(grades: Sequence[int]) -> float:
    """The discounted cumulative gain of the grades, in the order of the ranking."""
    return sum((float(1 << grade) - 1) / math.log2(place + 2) for place, grade in enumerate(grades))
