"""Pseudo-relevance feedback: what the best passages are about joins the query (Rocchio 1971, https://sigir.org/files/museum/pub-08/XXIII-1.pdf).

A question names what it asks for in few words; the passages at the top name the rest. In vectors: query + WEIGHT · their mean, each by its lead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .documents import Vectors

DOCUMENTS = 5
"""Each is heard by its best passage."""

WEIGHT = 0.25
LEAD = 0.02
"""A passage that scores so much less than the first is heard a third as loudly: a clear winner speaks nearly alone."""


def with_feedback(query: Vectors, vectors: Vectors, scores: Sequence[float]) -> Vectors:
    """The query's unit vector (dimensions,) drawn towards the passages' unit vectors (n, dimensions), n > 0, that have these scores."""
    import numpy as np

    leads = np.exp((np.asarray(scores) - max(scores)) / LEAD)
    moved = query + WEIGHT * (leads / leads.sum()) @ vectors
    unit: Vectors = (moved / np.linalg.norm(moved)).astype(np.float32)
    return unit
