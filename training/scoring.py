"""The logits of a cross-encoder for a collection's candidates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from .collection import Collection
from .cross_encoder import CrossEncoder
from .marks import Marks
from .packing import Row, pack, pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

OVERLAP = 0.25
"""The share of a window that the next window repeats."""


@torch.inference_mode()
def logits_of(model: CrossEncoder, rows: Sequence[Row], device: str) -> NDArray[np.float32]:
    """(n,) logits in the order of the rows."""
    model.to(device).eval()
    logits = np.zeros(len(rows), np.float32)
    for batch in pack(rows, 131_072 if device == "cuda" else 8192, model.padding):
        with torch.autocast("cuda", torch.bfloat16, enabled=device == "cuda"):
            batch_logits = model(
                torch.from_numpy(batch.ids).to(device).long(),
                torch.from_numpy(batch.seconds).to(device).long(),
            )
        logits[batch.places] = batch_logits.cpu().numpy()
    return logits


def score(
    model: CrossEncoder,
    collection: Collection,
    device: str,
    limit: int,
    marks: Marks,
    windows: bool = False,
) -> NDArray[np.float32]:
    """(queries, DEPTH) logits, −inf where there is no candidate.

    Rows have at most `limit` tokens. With `windows`, a long passage is read in several rows, and
    its highest logit counts.
    """
    # The rows, each with the query's number and the candidate's place.
    rows, owners = [], []
    places = np.argwhere(collection.candidates >= 0)
    for line, place in places:
        query = collection.queries[line]
        passage = collection.passages[collection.candidates[line, place]]
        room = limit - 3 - min(len(query), limit // 2 - 2)
        step = max(1, round(room * (1 - OVERLAP)))
        starts = range(0, max(1, len(passage) - round(room * OVERLAP)), step) if windows else [0]
        for start in starts:
            rows.append(pair(query, passage[start:], limit, marks))
            owners.append((line, place))
    # The highest logit of each candidate.
    best = np.full(collection.candidates.shape, -np.inf, np.float32)
    lines, columns = np.array(owners).T
    np.maximum.at(best, (lines, columns), logits_of(model, rows, device))
    return best
