"""From a model's raw similarity to a score in [0, 1] that means the same from query to query."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve over the fused score: `middle` maps to 0.5, `width` is its spread.

    Hits scored under `noise` are not shown; an answer is weak whose best hit scores under `weak`, or under twice that where no passage at all has
    any word of the query.
    """

    middle: float
    width: float
    noise: float
    weak: float

    def score(self, fused: float) -> float:
        """The fused score as a value in (0, 1).

        >>> Calibration(middle=0.8, width=0.05, noise=0.05, weak=0.3).score(0.8)
        0.5
        """
        return 1 / (1 + math.exp(-(fused - self.middle) / self.width))

    def is_noise(self, score: float, feedback: float) -> bool:
        """True where a hit is not shown; what `feedback`, at most 0, took off its fused score does not make it noise.

        >>> curve = Calibration(middle=0.7, width=0.06, noise=0.05, weak=0.3)
        >>> curve.is_noise(0.04, feedback=0.0), curve.is_noise(0.04, feedback=-0.1)
        (True, False)
        """
        odds = score / max(1 - score, 1e-12) * math.exp(-feedback / self.width)
        return odds < self.noise / (1 - self.noise)

    def is_weak(self, score: float, has_words: bool) -> bool:
        """True where there may be no answer; `has_words` tells whether any passage has a word of the query.

        >>> curve = Calibration(middle=0.7, width=0.06, noise=0.05, weak=0.3)
        >>> curve.is_weak(0.5, has_words=True), curve.is_weak(0.5, has_words=False)
        (False, True)
        """
        return score < self.weak * (1 if has_words else 2)


# The first pattern that the embedder's name matches, in lower case: the same weights in other numbers of bits give nearly the same vectors.
# Middle and width spread the scores that answers get on the sample corpus and three public collections over the unit interval. Noise costs
# one in a hundred questions that share no word with their answer; weak are nine in ten of the questions that a collection does not
# answer, and fewer than one in a hundred of those that it does in about the same words.
CALIBRATIONS: Mapping[str, Calibration] = {
    "bge-small-en-v1.5*": Calibration(middle=0.69, width=0.06, noise=0.06, weak=0.3)
}
UNKNOWN = Calibration(middle=0.6, width=0.15, noise=0.0, weak=0.0)
"""For an embedder that nobody has measured: a curve so flat that no two scores fall together, and that calls nothing noise or weak.

Qwen3-Embedding's published example gives answers cosines of 0.60 and 0.76, and other texts 0.14.
"""


def calibration_for(model: str) -> Calibration:
    """The curve of the embedder of that name.

    >>> calibration_for("bge-small-en-v1.5-4bit") is calibration_for("bge-small-en-v1.5 (8-bit)")
    True
    """
    name = model.lower()
    return next(
        (curve for pattern, curve in CALIBRATIONS.items() if fnmatchcase(name, pattern)), UNKNOWN
    )


@dataclass(frozen=True, slots=True)
class Blend:
    """What a small reranker adds to the fused score: `weight` for each unit of its log-odds above `neutral`, less below."""

    weight: float
    neutral: float

    def fused(self, fused: float, probability: float) -> float:
        """The fused score after the reranker gave that probability; a certain 0 or 1 counts as one in a million.

        >>> round(Blend(weight=0.05, neutral=-2.0).fused(0.7, 0.5), 3)
        0.8
        """
        return fused + self.weight * (log_odds(probability, 1e-6) - self.neutral)


# By the reranker's name. One weight for all collections: the ratio of both in a logistic regression on six of them. Neutral is the
# log-odds at which as many questions without an answer are called weak as without the reranker.
BLENDS: Mapping[str, Blend] = {
    "docsearch starter reranker (8-bit)": Blend(weight=0.0527, neutral=-2.8)
}


def log_odds(probability: float, least: float) -> float:
    """The log-odds of a probability; a certain 0 or 1 counts as `least` away from it.

    >>> log_odds(0.5, 1e-6), round(log_odds(1.0, 1e-6), 2)
    (0.0, 13.82)
    """
    inside = min(max(probability, least), 1 - least)
    return math.log(inside / (1 - inside))


HALF_TEXT = 10.0
"""BM25 of a passage that holds two or three rare words of the query; maps to 0.5."""


def text_score(bm25: float) -> float:
    """BM25 as a value in [0, 1).

    >>> text_score(10.0)
    0.5
    """
    return bm25 / (bm25 + HALF_TEXT)
