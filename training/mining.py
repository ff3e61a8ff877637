"""Finds hard negatives: the passages that the product's own fused search brings.

The score is cosine + 0.2 · BM25 / full, as in `search/query/fusion.py` where both legs agree a
little. Each query searches its own pool. BM25 (k1 1.2, b 0.75) counts word pieces. A positive that
loses the sentence that its query was made from is scored without that sentence.
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
"""The ids of the query prompt, `Represent this sentence for searching relevant passages: `."""
TEXT_WEIGHT = 0.2
MAX_TOKENS = 256
SLICE = 1024
"""The number of queries that are searched at a time."""
FREQUENT = 0.1
"""A word piece in more than this share of a pool's passages does not count as a word of a query."""


def mine(corpus: Corpus, embedder: CrossEncoder, device: str) -> Mined:
    """Search each query in its own pool."""
    # The vectors of passages, of positives without their sentence, and of queries.
    texts = [np.concatenate([corpus.title[i], corpus.body[i]]) for i in range(len(corpus.body))]
    vectors = embed(embedder, texts, device)
    with_rest = np.flatnonzero(corpus.rest.lengths())
    rests = [np.concatenate([corpus.title[corpus.positive[i]], corpus.rest[i]]) for i in with_rest]
    rest_vectors = embed(embedder, rests, device)
    prompt = np.array(PROMPT, np.int16)
    query_vectors = embed(
        embedder,
        [np.concatenate([prompt, corpus.query[i]]) for i in range(len(corpus.query))],
        device,
    )
    count = len(corpus.query)
    candidates = np.full((count, DEPTH), -1, np.int32)
    fused, own = np.zeros((count, DEPTH), np.float32), np.zeros(count, np.float32)
    rank = np.zeros(count, np.int32)
    for pool, name in enumerate(corpus.pools):
        # The pool's texts: its passages, and behind them its positives without their sentence.
        passages = np.flatnonzero(corpus.pool == pool)
        queries = np.flatnonzero(corpus.pool_of_query == pool)
        pool_rests = np.flatnonzero(corpus.pool_of_query[with_rest] == pool)
        words = Words(
            Ragged.of([*(texts[i] for i in passages), *(rests[i] for i in pool_rests)]), device
        )
        pool_vectors = torch.cat(
            [
                vectors[torch.from_numpy(passages).to(device)],
                rest_vectors[torch.from_numpy(pool_rests).to(device)],
            ]
        )
        # The place of each query's positive among these texts.
        positive = np.searchsorted(passages, corpus.positive)
        positive[with_rest[pool_rests]] = len(passages) + np.arange(len(pool_rests))
        for start in range(0, len(queries), SLICE):
            batch = queries[start : start + SLICE]
            cosine = (query_vectors[torch.from_numpy(batch).to(device)] @ pool_vectors.T).float()
            scores = cosine + TEXT_WEIGHT * words.shares([corpus.query[i] for i in batch])
            own_scores = scores.gather(1, torch.from_numpy(positive[batch]).to(device)[:, None])
            scores = scores[:, : len(passages)]
            rank[batch] = (scores > own_scores).sum(1).cpu().numpy()
            own[batch] = own_scores[:, 0].cpu().numpy()
            best = scores.topk(min(DEPTH, len(passages)), 1)
            candidates[batch, : best.indices.shape[1]] = passages[best.indices.cpu().numpy()]
            fused[batch, : best.indices.shape[1]] = best.values.cpu().numpy()
        first = float((rank[queries] == 0).mean()) if len(queries) else 0.0
        counts = f"{len(passages)} passages, {len(queries)} queries"
        print(f"mined {name}: {counts}, positive first {first:.3f}", flush=True)
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
        [single(text, MAX_TOKENS) for text in texts], 262_144 if device == "cuda" else 8192
    ):
        ids = torch.from_numpy(batch.ids).to(device).long()
        # A row of one text has no second segment.
        seconds = torch.full((len(ids),), ids.shape[1], device=device)
        with torch.autocast("cuda", torch.bfloat16, enabled=device == "cuda"):
            hidden = model.hidden(ids, seconds)
        vectors[torch.from_numpy(batch.places).to(device)] = functional.normalize(
            hidden.float(), dim=-1
        ).to(vectors.dtype)
    return vectors


class Words:
    """BM25 over a pool's word pieces, as one matrix."""

    def __init__(self, texts: Ragged, device: str) -> None:
        # The BM25 of each word piece in each text.
        count, lengths = len(texts), texts.lengths()
        keys = np.repeat(np.arange(count), lengths) * VOCABULARY + texts.flat
        distinct, frequency = np.unique(keys, return_counts=True)
        row, piece = distinct // VOCABULARY, distinct % VOCABULARY
        texts_with = np.bincount(piece, minlength=VOCABULARY)
        idf = np.log(1 + (count - texts_with + 0.5) / (texts_with + 0.5))
        length = lengths[row] / max(1.0, lengths.mean())
        weights = idf[piece] * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length))
        # A full match, and the matrix.
        self._device = device
        self._full = WORD_SHARE * np.log1p(count)
        self._is_word = texts_with <= max(1, FREQUENT * count)
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
        """(n, texts) BM25 as a share of a full match."""
        pieces_of = torch.zeros(
            len(queries), VOCABULARY, dtype=self._matrix.dtype, device=self._device
        )
        counts = np.zeros(len(queries), np.float32)
        for line, query in enumerate(queries):
            pieces = np.unique(query).astype(np.int64)
            counts[line] = max(1, self._is_word[pieces].sum())
            pieces_of[line, torch.from_numpy(pieces).to(self._device)] = 1
        scores = (pieces_of @ self._matrix.T).float()
        full = torch.from_numpy(self._full * counts).float().to(self._device)
        return scores / torch.maximum(full, scores.max(1).values)[:, None].clamp(min=1e-6)
