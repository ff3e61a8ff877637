"""Hard negatives: passages that are hard to tell from the one that answers a query."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEPTH = 64


@dataclass(frozen=True)
class Mined:
    """The best candidates of each query by their fused scores.

    candidates: (queries, DEPTH) passages, best first, −1 past the end of a small pool.
    fused: (queries, DEPTH) their scores.
    rank: (queries,) how many passages score above the positive.
    own: (queries,) the positive's score.
    vectors: (passages, width) unit vectors in float16.
    """

    candidates: NDArray[np.int32]
    fused: NDArray[np.float32]
    rank: NDArray[np.int32]
    own: NDArray[np.float32]
    vectors: NDArray[np.float16]

    def save(self, path: Path) -> None:
        """Write everything as one .npz file."""
        np.savez(
            path,
            candidates=self.candidates,
            fused=self.fused,
            rank=self.rank,
            own=self.own,
            vectors=self.vectors,
        )

    @classmethod
    def load(cls, path: Path) -> Mined:
        """Read what `save` wrote."""
        return cls(**np.load(path))
