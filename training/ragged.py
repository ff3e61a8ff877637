"""Texts of different lengths as token ids, one after the other in one array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Ragged:
    """The ids of text i are `flat[starts[i]:starts[i + 1]]`."""

    flat: Ids
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[Sequence[int]]) -> Ragged:
        """Put the texts one after the other."""
        parts = [np.asarray(text, np.int32) for text in texts]
        starts = np.cumsum([0, *map(len, parts)])
        return cls(np.concatenate(parts) if parts else np.empty(0, np.int32), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, i: int) -> Ids:
        return self.flat[self.starts[i] : self.starts[i + 1]]

    def lengths(self) -> NDArray[np.int64]:
        """(n,) the number of tokens of each text."""
        return np.diff(self.starts)
