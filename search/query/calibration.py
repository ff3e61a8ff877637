"""From a model's raw similarity to a score in [0, 1] that means the same from query to query."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve over the fused score: `middle` maps to 0.5, `width` is its spread.

    Hits that score below `noise` are not shown. An answer is weak where its best hit scores below
    `weak`, or below twice that where no passage at all has a word of the query. `unit` is how far
    apart cosines of this embedder lie that differ by 1 with the starter. The words of a query that
    is in another language than the documents keep the part `foreign_words` of their weight: they
    match names at most, and an embedder that reads both languages knows better.
    """

    middle: float
    width: float
    noise: float
    weak: float
    unit: float = 1.0
    foreign_words: float = 1.0

    def score(self, fused: float) -> float:
        """The fused score as a value in (0, 1).

        >>> Calibration(middle=0.8, width=0.05, noise=0.05, weak=0.3).score(0.8)
        0.5
        """
        return 1 / (1 + math.exp(-(fused - self.middle) / self.width))

    @property
    def word_unit(self) -> float:
        """What the weight of words is multiplied by.

        In proportion to the cosines it would be `unit`. Its square root ranks better: the words of
        a query lose little of their worth beside an embedder whose cosines lie close together.
        """
        return math.sqrt(self.unit)

    @property
    def unknown_cosine(self) -> float:
        """What stands for the cosine of a passage that has no vector yet.

        Without words of the query it is far from an answer. With a full match of them it is one.
        """
        return self.middle - self.width

    def is_noise(self, score: float, adjustment: float) -> bool:
        """True where a hit scores too little to be shown.

        The `adjustment`, which feedback and doubt have added to the fused score, is taken back
        first: a feedback penalty alone makes no hit noise.

        >>> curve = Calibration(middle=0.7, width=0.06, noise=0.05, weak=0.3)
        >>> curve.is_noise(0.04, adjustment=0.0), curve.is_noise(0.04, adjustment=-0.1)
        (True, False)
        """
        odds = score / max(1 - score, 1e-12) * math.exp(-adjustment / self.width)
        return odds < self.noise / (1 - self.noise)

    def is_weak(self, score: float, has_words: bool) -> bool:
        """True where there may be no answer.

        `has_words` tells whether any passage has a word of the query.

        >>> curve = Calibration(middle=0.7, width=0.06, noise=0.05, weak=0.3)
        >>> curve.is_weak(0.5, has_words=True), curve.is_weak(0.5, has_words=False)
        (False, True)
        """
        return score < self.weak * (1 if has_words else 2)


# The keys are patterns of embedders' names in lower case, and the first match counts: the same
# weights in other numbers of bits give nearly the same vectors.
# Middle and width spread the scores of answers on the sample corpus and three public collections
# over the unit interval. The noise threshold hides the answer to one in a hundred questions that
# share no word with it. The weak threshold flags nine in ten of the questions that a collection
# does not answer, and fewer than one in a hundred of those that it answers in similar words.
STARTER = Calibration(middle=0.69, width=0.06, noise=0.06, weak=0.3)
MULTILINGUAL = Calibration(
    middle=0.855, width=0.025, noise=0.02, weak=0.3, unit=0.45, foreign_words=0.25
)
"""Measured on XQuAD in four languages, CMRC and eight English collections.

Its weak threshold flags nine in ten of the questions that no document of XQuAD or CMRC answers, and
two in a hundred of those that one answers in the question's language.
"""
CALIBRATIONS: Mapping[str, Calibration] = {
    "bge-small-en-v1.5*": STARTER,
    "multilingual-e5-small*": MULTILINGUAL,
}
UNKNOWN = Calibration(middle=0.6, width=0.15, noise=0.0, weak=0.0)
"""The curve for an embedder that nobody has measured, in an index without a baseline.

It is so flat that different scores stay apart, and it calls nothing noise or weak.
Qwen3-Embedding's published example gives answers cosines of 0.60 and 0.76, and other texts 0.14.
"""

STARTER_BASELINE = 0.44
"""The starter's baseline: the mean of the sample corpus, cranfield and Wikipedia's paragraphs."""

MOST_BASELINE = 0.99
"""The largest baseline that counts. With a larger one, cosines would tell nothing."""


def calibration_for(model: str, baseline: float | None = None) -> Calibration:
    """The curve of the embedder of that name.

    `baseline` is the mean cosine of the index's passages with unrelated questions; None where it
    was not estimated. It counts for an embedder that nobody has measured.

    >>> calibration_for("bge-small-en-v1.5-4bit") is calibration_for("bge-small-en-v1.5 (8-bit)")
    True
    """
    name = model.lower()
    measured = (curve for pattern, curve in CALIBRATIONS.items() if fnmatchcase(name, pattern))
    return next(measured, UNKNOWN if baseline is None else estimated(baseline))


def is_measured(model: str) -> bool:
    """True where the scale of the scores is known for the embedder of that name."""
    return calibration_for(model) is not UNKNOWN


def estimated(baseline: float) -> Calibration:
    """The starter's curve on another embedder's scale, told from its baseline.

    Cosines are taken to correspond to the starter's linearly: the baseline to its baseline, and 1,
    the cosine of a text with itself, to 1. An estimate hides fewer hits than a measurement does.

    >>> estimated(STARTER_BASELINE).middle, estimated(0.72).unit
    (0.69, 0.5)
    """
    low = min(baseline, MOST_BASELINE)
    unit = (1 - low) / (1 - STARTER_BASELINE)
    return Calibration(
        middle=low + (STARTER.middle - STARTER_BASELINE) * unit,
        width=STARTER.width * unit,
        noise=STARTER.noise / 2,
        weak=STARTER.weak,
        unit=unit,
    )


@dataclass(frozen=True, slots=True)
class Blend:
    """What a small reranker adds to the fused score.

    It adds `weight` for each unit of its log-odds above `neutral`, and takes as much off below.
    """

    weight: float
    neutral: float

    def fused(self, fused: float, probability: float, unit: float = 1.0) -> float:
        """The fused score after the reranker gave that probability.

        A certain 0 or 1 counts as one in a million. `unit` is the calibration's.

        >>> round(Blend(weight=0.05, neutral=-2.0).fused(0.7, 0.5), 3)
        0.8
        """
        return fused + self.weight * unit * (log_odds(probability, 1e-6) - self.neutral)


# By the reranker's name. The weight is the same for all collections. The starter's is the ratio of
# both scores' weights in a logistic regression on six of them; the multilingual one was chosen by
# nDCG@10 on nineteen. At the neutral log-odds as many questions without an answer are called weak
# as without the reranker, which for the multilingual one was seen on the sample corpus alone.
BLENDS: Mapping[str, Blend] = {
    "docsearch starter reranker (8-bit)": Blend(weight=0.0527, neutral=-2.8),
    "multilingual-reranker": Blend(weight=0.091, neutral=-2.4),
}


def log_odds(probability: float, least: float) -> float:
    """The log-odds of a probability; a certain 0 or 1 counts as `least` away from it.

    >>> log_odds(0.5, 1e-6), round(log_odds(1.0, 1e-6), 2)
    (0.0, 13.82)
    """
    inside = min(max(probability, least), 1 - least)
    return math.log(inside / (1 - inside))


HALF_TEXT = 10.0
"""The BM25 that maps to 0.5: a passage with two or three rare words of the query has about this."""


def text_score(bm25: float) -> float:
    """BM25 as a value in [0, 1).

    >>> text_score(10.0)
    0.5
    """
    return bm25 / (bm25 + HALF_TEXT)
