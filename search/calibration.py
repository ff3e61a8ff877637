"""From a model's raw similarity to a score in [0, 1] that means the same from query to query."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve over the fused score: `middle` maps to 0.5, `width` is its spread; hits scored under `noise` are not shown."""

    middle: float
    width: float
    noise: float

    def score(self, fused: float) -> float:
        """The fused score as a value in (0, 1).

        >>> Calibration(middle=0.8, width=0.05, noise=0.07).score(0.8)
        0.5
        """
        return 1 / (1 + math.exp(-(fused - self.middle) / self.width))


# The first pattern that the embedder's name matches, in lower case: the same weights in other numbers of bits give nearly the same vectors.
# Middle and width spread the scores that answers get on the sample corpus and three public collections over the unit interval. Noise stands
# above the first hits of some two in five nonsense queries, and of one in a hundred good ones on the collections.
CALIBRATIONS: Mapping[str, Calibration] = {"bge-small-en-v1.5*": Calibration(middle=0.7, width=0.06, noise=0.07)}
UNKNOWN = Calibration(middle=0.6, width=0.15, noise=0.0)
"""For an embedder that nobody has measured: a curve so flat that no two scores fall together, and that cuts nothing.

Qwen3-Embedding's published example gives answers cosines of 0.60 and 0.76, and other texts 0.14.
"""


def calibration_for(model: str) -> Calibration:
    """The curve of the embedder of that name.

    >>> calibration_for("bge-small-en-v1.5-4bit") is calibration_for("bge-small-en-v1.5 (8-bit)")
    True
    """
    name = model.lower()
    return next((curve for pattern, curve in CALIBRATIONS.items() if fnmatchcase(name, pattern)), UNKNOWN)


@dataclass(frozen=True, slots=True)
class Blend:
    """What a small reranker adds to the fused score: `weight` for each unit of its log-odds above `neutral`, less below.

    Hits that score under `noise` with it are not shown.
    """

    weight: float
    neutral: float
    noise: float

    def fused(self, fused: float, probability: float) -> float:
        """The fused score after the reranker gave that probability; a certain 0 or 1 counts as one in a million.

        >>> round(Blend(weight=0.05, neutral=-2.0, noise=0.03).fused(0.7, 0.5), 3)
        0.8
        """
        inside = min(max(probability, 1e-6), 1 - 1e-6)
        return fused + self.weight * (math.log(inside / (1 - inside)) - self.neutral)


# By the reranker's name. One weight for all collections: the ratio of both in a logistic regression on six of them. Neutral is the
# log-odds of the share of their first twenty results that answers. Noise is where as many nonsense queries on the sample corpus find
# something as without the reranker.
BLENDS: Mapping[str, Blend] = {"docsearch starter reranker (8-bit)": Blend(weight=0.0527, neutral=-2.0, noise=0.03)}

HALF_TEXT = 10.0
"""BM25 of a passage that holds two or three rare words of the query; maps to 0.5."""


def text_score(bm25: float) -> float:
    """BM25 as a value in [0, 1).

    >>> text_score(10.0)
    0.5
    """
    return bm25 / (bm25 + HALF_TEXT)
