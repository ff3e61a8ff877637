"""Candidates in order: by the legs' scores at first, then by the reranker's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..documents import Judgement
from .calibration import Calibration, text_score
from .feedback import with_feedback
from .fusion import Fused, fuse
from .legs import Legs


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with the scores of all stages.

    score: in [0, 1]. rerank: the reranker's probability, None where it has not read the passage.
    sentences: the log-odds that each of the passage's sentences answers, None where no reranker has
    judged them.
    leads: True for the beginning of a section that has the score of a passage behind it.
    """

    row: Fused
    score: float
    rerank: float | None = None
    sentences: tuple[float, ...] | None = None
    leads: bool = False


def rank(legs: Legs, mode: str, calibration: Calibration) -> list[Ranked]:
    """The candidates of `mode`'s legs, best first."""
    if mode == "text":
        return [
            Ranked(Fused(key, 0.0, score, score), text_score(score))
            for key, score in legs.text.items()
        ]
    if mode == "vector":
        return [
            Ranked(Fused(key, score, 0.0, score), calibration.score(score))
            for key, score in legs.vector.items()
        ]
    cosines = {key: legs.cosine(key) for key in legs.candidates}
    nearest = max((cosine for cosine in cosines.values() if cosine is not None), default=None)
    doubt = 0.0 if nearest is None else 1 - calibration.score(nearest)
    words = calibration.word_unit * (calibration.foreign_words if legs.is_foreign else 1.0)
    rows = fuse(
        (
            (
                key,
                calibration.unknown_cosine if cosine is None else cosine,
                legs.text.get(key, 0.0),
            )
            for key, cosine in cosines.items()
        ),
        legs.full_match_bm25,
        legs.text_weight * words,
        doubt * words,
    )
    # Passages that have no vector yet give no feedback and get none.
    known = [row for row in rows if cosines[row.key] is not None]
    documents = [legs.candidates[row.key].document for row in known]
    with_penalties = with_feedback(
        known, legs.vectors(row.key for row in known), documents, calibration.unit
    )
    unknown = [row for row in rows if cosines[row.key] is None]
    ordered = sorted([*with_penalties, *unknown], key=lambda row: -row.fused)
    return [Ranked(row, calibration.score(row.fused)) for row in ordered]


def reordered(
    ranked: Sequence[Ranked],
    judgements: Sequence[Judgement],
    score: Callable[[Ranked, float], float] | None = None,
) -> list[Ranked]:
    """The order after the reranker has judged the first candidates.

    `score` makes a candidate's score from its probability; None takes the probability itself. Ties
    keep the fused order. Candidates that were not read follow in their old order.

    >>> a, b, c = (Ranked(Fused(key, 0.0, 0.0, 0.0), 0.5) for key in "abc")
    >>> judgements = [Judgement(0.1), Judgement(0.9)]
    >>> [(item.row.key, item.score) for item in reordered([a, b, c], judgements)]
    [('b', 0.9), ('a', 0.1), ('c', 0.5)]
    """
    reranked = [
        replace(
            item,
            score=score(item, judged.probability) if score else judged.probability,
            rerank=judged.probability,
            sentences=judged.sentences,
        )
        for item, judged in zip(ranked, judgements, strict=False)
    ]
    return [*sorted(reranked, key=lambda item: -item.score), *ranked[len(reranked) :]]
