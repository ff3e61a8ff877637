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

from search.models.recipes import Recipe
from search.query.fusion import WORD_SHARE

from .corpus import Corpus
from .cross_encoder import CrossEncoder
from .marks import Marks
from .mined import DEPTH, Mined
from .packing import pack, single
from .ragged import Ragged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer

    from .ragged import Ids

TEXT_WEIGHT = 0.2
MAX_TOKENS = 256
SLICE = 1024
"""The number of queries that are searched at a time."""
FREQUENT = 0.1
"""A word piece in more than this share of a pool's passages does not count as a word of a query."""


def mine(corpus: Corpus, embedder: Embedder) -> Mined:
    """Search each query in its own pool."""
    # The vectors of passages, of positives without their sentence, and of queries.
    device = embedder.device
    texts = [np.concatenate([corpus.title[i], corpus.body[i]]) for i in range(len(corpus.body))]
    vectors = embedder.passages(texts)
    with_rest = np.flatnonzero(corpus.rest.lengths())
    rests = [np.concatenate([corpus.title[corpus.positive[i]], corpus.rest[i]]) for i in with_rest]
    rest_vectors = embedder.passages(rests)
    query_vectors = embedder.queries([corpus.query[i] for i in range(len(corpus.query))])
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


class Embedder:
    """Makes vectors by the layers of `model` and the base model's `recipe`."""

    def __init__(
        self, model: CrossEncoder, recipe: Recipe, tokenizer: Tokenizer, device: str
    ) -> None:
        self.device = device
        self._model = model.to(device).eval()
        self._takes_mean = recipe.pooling == "mean"
        self._marks = Marks.of(tokenizer)
        self._query_prompt, self._passage_prompt = (
            np.array(tokenizer.encode(prompt.strip(), add_special_tokens=False).ids, np.int32)
            for prompt in (recipe.query, recipe.passage)
        )

    def queries(self, texts: Sequence[Ids]) -> Tensor:
        """(n, width) unit vectors on the device, in float16 where that is a GPU."""
        return self._vectors([np.concatenate([self._query_prompt, text]) for text in texts])

    def passages(self, texts: Sequence[Ids]) -> Tensor:
        """As `queries`."""
        return self._vectors([np.concatenate([self._passage_prompt, text]) for text in texts])

    @torch.inference_mode()
    def _vectors(self, texts: list[Ids]) -> Tensor:
        is_fast = self.device == "cuda"
        number = torch.float16 if is_fast else torch.float32
        width = self._model.words.weight.shape[1]
        vectors = torch.zeros(len(texts), width, dtype=number, device=self.device)
        rows = [single(text, MAX_TOKENS, self._marks) for text in texts]
        for batch in pack(rows, 262_144 if is_fast else 8192, self._marks.padding):
            ids = torch.from_numpy(batch.ids).to(self.device).long()
            # A row of one text has no second segment.
            seconds = torch.full((len(ids),), ids.shape[1], device=self.device)
            with torch.autocast("cuda", torch.bfloat16, enabled=is_fast):
                states = self._model.hidden(ids, seconds).float()
            pooled = states[:, 0]
            if self._takes_mean:
                mask = (ids != self._marks.padding)[..., None].float()
                pooled = (states * mask).sum(1) / mask.sum(1)
            places = torch.from_numpy(batch.places).to(self.device)
            vectors[places] = functional.normalize(pooled, dim=-1).to(number)
        return vectors


class Words:
    """BM25 over a pool's word pieces, as one matrix."""

    def __init__(self, texts: Ragged, device: str) -> None:
        # The BM25 of each word piece in each text.
        count, lengths = len(texts), texts.lengths()
        # The word pieces of the pool, in order; the columns of the matrix are theirs.
        self._pieces, columns = np.unique(texts.flat, return_inverse=True)
        vocabulary = len(self._pieces)
        keys = np.repeat(np.arange(count), lengths) * vocabulary + columns
        distinct, frequency = np.unique(keys, return_counts=True)
        row, piece = distinct // vocabulary, distinct % vocabulary
        texts_with = np.bincount(piece, minlength=vocabulary)
        idf = np.log(1 + (count - texts_with + 0.5) / (texts_with + 0.5))
        length = lengths[row] / max(1.0, lengths.mean())
        weights = idf[piece] * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length))
        # A full match, and the matrix.
        self._device = device
        self._full = WORD_SHARE * np.log1p(count)
        self._is_word = texts_with <= max(1, FREQUENT * count)
        self._matrix = torch.zeros(
            count,
            vocabulary,
            dtype=torch.float16 if device == "cuda" else torch.float32,
            device=device,
        )
        self._matrix[torch.from_numpy(row).to(device), torch.from_numpy(piece).to(device)] = (
            torch.from_numpy(weights).to(device).to(self._matrix.dtype)
        )

    def shares(self, queries: list[Ids]) -> Tensor:
        """(n, texts) BM25 as a share of a full match."""
        pieces_of = torch.zeros(
            len(queries), len(self._pieces), dtype=self._matrix.dtype, device=self._device
        )
        counts = np.zeros(len(queries), np.float32)
        for line, query in enumerate(queries):
            asked = np.unique(query)
            columns = np.searchsorted(self._pieces[:-1], asked)
            known = columns[self._pieces[columns] == asked]
            # A piece that no passage has is a word too.
            counts[line] = max(1, len(asked) - len(known) + self._is_word[known].sum())
            pieces_of[line, torch.from_numpy(known).to(self._device)] = 1
        scores = (pieces_of @ self._matrix.T).float()
        full = torch.from_numpy(self._full * counts).float().to(self._device)
        return scores / torch.maximum(full, scores.max(1).values)[:, None].clamp(min=1e-6)
