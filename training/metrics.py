"""The quality of an order: nDCG@10 and its confidence interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

TOP = 10


def ndcg(gains: Floats, ideal: Floats) -> float:
    """nDCG@10 of gains in the given order, against the highest gains of the query.

    A grade counts 2^grade − 1.

    >>> round(ndcg(np.array([0.0, 1.0]), np.array([1.0])), 4)
    0.6309
    """
    best = _dcg(np.sort(ideal)[::-1])
    return _dcg(gains) / best if best else 0.0


def interval(values: Floats, rounds: int = 2000, seed: int = 1) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean over queries."""
    draws = np.random.default_rng(seed).integers(len(values), size=(rounds, len(values)))
    low, high = np.percentile(values[draws].mean(1), [2.5, 97.5])
    return float(low), float(high)


def _dcg(gains: Floats) -> float:
    top = gains[:TOP]
    return float(((2**top - 1) / np.log2(np.arange(len(top)) + 2)).sum())
