"""Rows of tokens as padded batches of about equal length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .marks import Marks
    from .ragged import Ids

STEP = 16
"""Lengths are multiples of this, so that few shapes are compiled."""


@dataclass(frozen=True, slots=True)
class Row:
    """The ids of a query and a passage with their marks; the second segment begins at `second`."""

    ids: Ids
    second: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of about equal length.

    places: (n,) the numbers of the rows. ids: (n, length), padded.
    seconds: (n,) the starts of their second segments.
    """

    places: NDArray[np.int64]
    ids: NDArray[np.int32]
    seconds: NDArray[np.int16]


def pair(query: Ids, passage: Ids, limit: int, marks: Marks) -> Row:
    """The row of a query and a passage, cut to `limit` tokens; a query gets half at most."""
    query = query[: limit // 2 - 2]
    passage = passage[: limit - 3 - len(query)]
    parts = [[marks.start], query, [marks.end], passage, [marks.end]]
    return Row(np.concatenate(parts).astype(np.int32), len(query) + 2)


def single(text: Ids, limit: int, marks: Marks) -> Row:
    """The row of one text, as an embedder reads it, cut to `limit` tokens."""
    parts = [[marks.start], text[: limit - 2], [marks.end]]
    return Row(np.concatenate(parts).astype(np.int32), limit)


def pack(rows: Sequence[Row], budget: int, padding: int) -> Iterator[Batch]:
    """All rows, the shortest first, in batches of at most `budget` tokens with their padding."""
    lengths = np.array([len(row.ids) for row in rows])
    order = np.argsort(lengths, kind="stable")
    padded = -(-lengths[order] // STEP) * STEP
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and (end + 1 - start) * padded[end] <= budget:
            end += 1
        places = order[start:end]
        ids = np.full((len(places), int(padded[end - 1])), padding, np.int32)
        for line, place in zip(ids, places, strict=True):
            line[: lengths[place]] = rows[place].ids
        yield Batch(places, ids, np.array([rows[place].second for place in places], np.int16))
        start = end
