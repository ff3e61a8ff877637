"""Which passages are hard to tell from the one that answers: those that the product's own fused search brings.

Cosine + 0.2 · BM25 / full, as in `search.fusion` where both legs agree a little, within the query's pool; BM25 (k1 1.2, b 0.75) counts word
pieces. A positive that loses the sentence that its query was made from is scored without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from search.query.fusion import WORD_SHARE

from .corpus import Corpus
from .cross_encoder import VOCABULARY, CrossEncoder
from .mined import DEPTH, Mined
from .packing import pack, single
from .ragged import Ragged

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROMPT = (5050, 2023, 6251, 2005, 6575, 7882, 13768, 1024)
"""`Represent this sentence for searching relevant passages: `, the embedder's query prompt, in tokens."""
TEXT_WEIGHT = 0.2
MOST_TOKENS = 256
SLICE = 1024
FREQUENT = 0.1
"""Word pieces in more than this share of a pool's passages do not count as words of a query."""


def mine(corpus: Corpus, embedder: CrossEncoder, device: str) -> Mined:
    """Search each query in its own pool."""
    texts = [np.concatenate([corpus.title[i], corpus.body[i]]) for i in range(len(corpus.body))]
    vectors = embed(embedder, texts, device)
    cut = np.flatnonzero(corpus.rest.lengths())
    rests = [np.concatenate([corpus.title[corpus.positive[i]], corpus.rest[i]]) for i in cut]
    vectors_of_rests = embed(embedder, rests, device)
    prompt = np.array(PROMPT, np.int16)
    asked = embed(
        embedder,
        [np.concatenate([prompt, corpus.query[i]]) for i in range(len(corpus.query))],
        device,
    )
    count = len(corpus.query)
    candidates = np.full((count, DEPTH), -1, np.int32)
    fused, own = np.zeros((count, DEPTH), np.float32), np.zeros(count, np.float32)
    rank = np.zeros(count, np.int32)
    for pool, name in enumerate(corpus.pools):
        inside = np.flatnonzero(corpus.pool == pool)
        queries = np.flatnonzero(corpus.pool_of_query == pool)
        own_cut = np.flatnonzero(corpus.pool_of_query[cut] == pool)
        words = Words(
            Ragged.of([*(texts[i] for i in inside), *(rests[i] for i in own_cut)]), device
        )
        here = torch.cat(
            [
                vectors[torch.from_numpy(inside).to(device)],
                vectors_of_rests[torch.from_numpy(own_cut).to(device)],
            ]
        )
        answer = np.searchsorted(inside, corpus.positive)
        answer[cut[own_cut]] = len(inside) + np.arange(len(own_cut))
        for start in range(0, len(queries), SLICE):
            some = queries[start : start + SLICE]
            cosine = (asked[torch.from_numpy(some).to(device)] @ here.T).float()
            scores = cosine + TEXT_WEIGHT * words.shares([corpus.query[i] for i in some])
            answers = scores.gather(1, torch.from_numpy(answer[some]).to(device)[:, None])
            scores = scores[:, : len(inside)]
            rank[some] = (scores > answers).sum(1).cpu().numpy()
            own[some] = answers[:, 0].cpu().numpy()
            best = scores.topk(min(DEPTH, len(inside)), 1)
            candidates[some, : best.indices.shape[1]] = inside[best.indices.cpu().numpy()]
            fused[some, : best.indices.shape[1]] = best.values.cpu().numpy()
        first = float((rank[queries] == 0).mean()) if len(queries) else 0.0
        print(
            f"mined {name}: {len(inside)} passages, {len(queries)} queries, positive first {first:.3f}",
            flush=True,
        )
        del words
    return Mined(candidates, fused, rank, own, vectors.cpu().numpy())


@torch.inference_mode()
def embed(model: CrossEncoder, texts: list[NDArray[np.int16]], device: str) -> Tensor:
    """(n, width) float16 unit vectors on the device."""
    width = model.words.weight.shape[1]
    vectors = torch.zeros(
        len(texts), width, dtype=torch.float16 if device == "cuda" else torch.float32, device=device
    )
    for batch in pack(
        [single(text, MOST_TOKENS) for text in texts], 262_144 if device == "cuda" else 8192
    ):
        ids = torch.from_numpy(batch.ids).to(device).long()
        alone = torch.full((len(ids),), ids.shape[1], device=device)
        with torch.autocast("cuda", torch.bfloat16, enabled=device == "cuda"):
            hidden = model.hidden(ids, alone)
        vectors[torch.from_numpy(batch.places).to(device)] = functional.normalize(
            hidden.float(), dim=-1
        ).to(vectors.dtype)
    return vectors


class Words:
    """BM25 over a pool's word pieces, as one matrix."""

    def __init__(self, texts: Ragged, device: str) -> None:
        count, lengths = len(texts), texts.lengths()
        keys = np.repeat(np.arange(count), lengths) * VOCABULARY + texts.flat
        distinct, often = np.unique(keys, return_counts=True)
        row, piece = distinct // VOCABULARY, distinct % VOCABULARY
        found = np.bincount(piece, minlength=VOCABULARY)
        rarity = np.log(1 + (count - found + 0.5) / (found + 0.5))
        length = lengths[row] / max(1.0, lengths.mean())
        weights = rarity[piece] * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length))
        self._device = device
        self._full = WORD_SHARE * np.log1p(count)
        self._telling = found <= max(1, FREQUENT * count)
        self._matrix = torch.zeros(
            count,
            VOCABULARY,
            dtype=torch.float16 if device == "cuda" else torch.float32,
            device=device,
        )
        self._matrix[torch.from_numpy(row).to(device), torch.from_numpy(piece).to(device)] = (
            torch.from_numpy(weights).to(device).to(self._matrix.dtype)
        )

    def shares(self, queries: list[NDArray[np.int16]]) -> Tensor:
        """(n, passages) BM25 as a share of a full match."""
        asked = torch.zeros(len(queries), VOCABULARY, dtype=self._matrix.dtype, device=self._device)
        counts = np.zeros(len(queries), np.float32)
        for line, query in enumerate(queries):
            pieces = np.unique(query).astype(np.int64)
            counts[line] = max(1, self._telling[pieces].sum())
            asked[line, torch.from_numpy(pieces).to(self._device)] = 1
        scores = (asked @ self._matrix.T).float()
        full = torch.from_numpy(self._full * counts).float().to(self._device)
        return scores / torch.maximum(full, scores.max(1).values)[:, None].clamp(min=1e-6)
