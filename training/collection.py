"""A development collection with the candidates that a reranker orders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .ragged import Ragged

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEPTH, TOP = 50, 10
BEIR, KNOWN_ITEM = "beir", "known item"


@dataclass(frozen=True)
class Collection:
    """Queries with their candidates, best fused first.

    candidates: (queries, DEPTH) numbers of `passages`, −1 past the last candidate.
    fused, vector, text, gain: (queries, DEPTH), 0 past the last candidate; text is BM25.
    ideal: (queries, 10) the highest gains of each query.
    legs: (queries, 2) nDCG@10 of the text leg and of the vector leg alone, NaN if unknown.
    files: (passages,) a number for each file.
    """

    name: str
    kind: str
    passages: Ragged
    queries: Ragged
    candidates: NDArray[np.int32]
    fused: NDArray[np.float32]
    vector: NDArray[np.float32]
    text: NDArray[np.float32]
    gain: NDArray[np.float32]
    ideal: NDArray[np.float32]
    legs: NDArray[np.float32]
    files: NDArray[np.int32]

    def save(self, path: Path) -> None:
        """Write everything as one .npz file."""
        arrays = {
            name: getattr(self, name)
            for name in ("candidates", "fused", "vector", "text", "gain", "ideal", "legs", "files")
        }
        ragged = {
            f"{name}.{part}": getattr(getattr(self, name), part)
            for name in ("passages", "queries")
            for part in ("flat", "starts")
        }
        np.savez_compressed(path, kind=np.array(self.kind), **arrays, **ragged)

    @classmethod
    def load(cls, path: Path) -> Collection:
        """Read what `save` wrote."""
        stored = np.load(path)
        ragged = {
            name: Ragged(stored[f"{name}.flat"], stored[f"{name}.starts"])
            for name in ("passages", "queries")
        }
        names = ("candidates", "fused", "vector", "text", "gain", "ideal", "legs", "files")
        return cls(
            path.stem, str(stored["kind"]), **ragged, **{name: stored[name] for name in names}
        )
