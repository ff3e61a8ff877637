"""Pseudo-relevance feedback: the query learns from the passages that rank first (Rocchio 1971).

Source: https://sigir.org/files/museum/pub-08/XXIII-1.pdf. A question names what it asks for in few
words, and the passages at the top use the other words for it. A passage loses score by how much
less similar it is to them than the most similar one, so that the scale of the scores stays as it
is.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..models.cpu_threads import single_threaded_blas
from .fusion import Fused

if TYPE_CHECKING:
    from ..documents import Vectors

DOCUMENTS = 5
"""The feedback comes from the best passage of each of the first documents."""

WEIGHT = 0.3

LEAD = 0.02
"""A passage that scores this much less than the first counts a third as much as the first.

So the feedback of a clear winner comes from the winner alone.
"""


def with_feedback(
    rows: Sequence[Fused], vectors: Vectors, documents: Sequence[Hashable], unit: float = 1.0
) -> list[Fused]:
    """The fused rows with their feedback, in the order that it makes, best first.

    `rows` come best first; `vectors` (n, dimensions), of length 1, and `documents` (n) are theirs.
    `unit` is the calibration's.
    """
    import numpy as np

    if not rows:
        return []
    # The best passage of each of the first documents speaks, louder the nearer it is to the first.
    speakers = [
        documents.index(document) for document in list(dict.fromkeys(documents))[:DOCUMENTS]
    ]
    weights = np.exp(
        (np.array([rows[at].fused for at in speakers]) - rows[0].fused) / (LEAD * unit)
    )
    with single_threaded_blas():
        similarity = vectors @ (weights @ vectors[speakers] / weights.sum())
    # Nothing is added to a score: the most similar passage keeps its own, the others lose.
    feedback = (WEIGHT * (similarity - similarity.max())).tolist()
    changed = [
        replace(row, fused=row.fused + penalty, feedback=penalty)
        for row, penalty in zip(rows, feedback, strict=True)
    ]
    return sorted(changed, key=lambda row: -row.fused)
