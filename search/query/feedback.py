"""Pseudo-relevance feedback: what the best passages are about counts like the query (Rocchio 1971, https://sigir.org/files/museum/pub-08/XXIII-1.pdf).

A question names what it asks for in few words; the passages at the top name the rest. A passage loses by how much less it is like them than
the one that is most like them, so that the scale of the scores stays as it is.
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
"""Each is heard by its best passage."""

WEIGHT = 0.3
LEAD = 0.02
"""A passage that scores so much less than the first is heard a third as loudly: a clear winner speaks nearly alone."""


def with_feedback(
    rows: Sequence[Fused], vectors: Vectors, documents: Sequence[Hashable]
) -> list[Fused]:
    """The fused rows, best first, in the order that their own best ones make.

    `vectors` (n, dimensions), of length 1, and `documents` (n) are theirs.
    """
    import numpy as np

    if not rows:
        return []
    heard = [documents.index(document) for document in list(dict.fromkeys(documents))[:DOCUMENTS]]
    leads = np.exp((np.array([rows[at].fused for at in heard]) - rows[0].fused) / LEAD)
    with single_threaded_blas():
        alike = vectors @ (leads @ vectors[heard] / leads.sum())
    given = WEIGHT * (alike - alike.max())
    again = [
        replace(row, fused=row.fused + own, feedback=own)
        for row, own in zip(rows, given.tolist(), strict=True)
    ]
    return sorted(again, key=lambda row: -row.fused)
