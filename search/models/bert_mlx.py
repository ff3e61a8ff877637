"""BERT on MLX. Attributes have the checkpoint's names, so that its weights load as they are."""

# MLX's layers have no types.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import mlx.core as mx
import numpy as np
from mlx.nn.layers.activations import gelu
from mlx.nn.layers.base import Module
from mlx.nn.layers.embedding import Embedding
from mlx.nn.layers.linear import Linear
from mlx.nn.layers.normalization import LayerNorm

from .batches import by_length, in_halves, padded
from .bert import POOLINGS, BertConfig
from .compute_plans import PLANS
from .inference_thread import on_inference_thread
from .mlx_pooling import POOLS
from .mlx_weights import load_weights, use_device
from .weight_memory import free_memory, require_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .checkpoint import Checkpoint

# What is added to the scores of padding: a number of float16, whose exponential is 0.
UNSEEN = -30000.0


class SelfAttention(Module):
    """The attention of all heads, without the projection after it."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query = Linear(config.hidden_size, config.hidden_size)
        self.key = Linear(config.hidden_size, config.hidden_size)
        self.value = Linear(config.hidden_size, config.hidden_size)

    def __call__(self, x: mx.array, mask: mx.array) -> mx.array:
        """(B, L, width) → (B, L, width); `mask`, (B, 1, 1, L), is added to the scores of keys."""
        count, length, width = x.shape

        def split(y: mx.array) -> mx.array:
            return y.reshape(count, length, self.heads, -1).transpose(0, 2, 1, 3)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        out = mx.fast.scaled_dot_product_attention(
            q, k, v, scale=(width // self.heads) ** -0.5, mask=mask
        )
        return out.transpose(0, 2, 1, 3).reshape(count, length, width)


class Output(Module):
    """A projection whose result is added to the residual and then normalised."""

    def __init__(self, size: int, config: BertConfig) -> None:
        super().__init__()
        self.dense = Linear(size, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, config.eps)

    def __call__(self, x: mx.array, residual: mx.array) -> mx.array:
        """(B, L, size) and (B, L, width) → (B, L, width)."""
        out: mx.array = self.LayerNorm(residual + self.dense(x))
        return out


class Attention(Module):
    """Attention with its projection."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.self = SelfAttention(config)
        self.output = Output(config.hidden_size, config)

    def __call__(self, x: mx.array, mask: mx.array) -> mx.array:
        """(B, L, width) → (B, L, width)."""
        return self.output(self.self(x, mask), x)


class Intermediate(Module):
    """The first half of the feed-forward part."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.dense = Linear(config.hidden_size, config.intermediate_size)

    def __call__(self, x: mx.array) -> mx.array:
        """(B, L, width) → (B, L, intermediate_size)."""
        return gelu(self.dense(x))


class Layer(Module):
    """Attention, then the feed-forward part."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.attention = Attention(config)
        self.intermediate = Intermediate(config)
        self.output = Output(config.intermediate_size, config)

    def __call__(self, x: mx.array, mask: mx.array) -> mx.array:
        """(B, L, width) → (B, L, width)."""
        x = self.attention(x, mask)
        return self.output(self.intermediate(x), x)


class Layers(Module):
    """The stack of layers."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.layer = [Layer(config) for _ in range(config.layers)]

    def __call__(self, x: mx.array, mask: mx.array) -> tuple[mx.array, mx.array]:
        """(B, L, width) → (B, L, width), and the same before the last layer."""
        before = x
        for layer in self.layer:
            before, x = x, layer(x, mask)
        return x, before


class Embeddings(Module):
    """The normalised sum of the embeddings of word, position and token type."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.token_types = config.token_types
        self.padding = config.padding
        self.word_embeddings = Embedding(config.vocab_size, config.hidden_size)
        self.position_embeddings = Embedding(config.positions, config.hidden_size)
        self.token_type_embeddings = Embedding(config.token_types, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, config.eps)

    def __call__(self, ids: mx.array, first_segment: int) -> mx.array:
        """(B, L) ids → (B, L, width); the first `first_segment` tokens have type 0, the rest 1."""
        position = mx.arange(ids.shape[1])
        types = mx.minimum((position >= first_segment).astype(mx.int32), self.token_types - 1)
        added = self.position_embeddings(self._positions(ids)) + self.token_type_embeddings(types)
        out: mx.array = self.LayerNorm(self.word_embeddings(ids) + added)
        return out

    def _positions(self, ids: mx.array) -> mx.array:
        """The positions of `BertConfig.positions_of`, (L,) or (B, L)."""
        if self.padding is None:
            return mx.arange(ids.shape[1])
        counted = (ids != self.padding).astype(mx.int32)
        return mx.cumsum(counted, axis=1) * counted + self.padding


class Bert(Module):
    """The encoder without a head."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = Layers(config)

    def __call__(
        self, ids: mx.array, lengths: mx.array, first_segment: int | None = None
    ) -> tuple[mx.array, mx.array]:
        """(B, L) ids, padded on the right, and (B,) lengths → (B, L, width) last hidden states.

        The second array has the states before the last layer.
        `first_segment` is the length of each text's first segment, None where there is one segment.
        """
        length = ids.shape[1] if first_segment is None else first_segment
        x = self.embeddings(ids, length)
        # Of a boolean mask, MLX on CUDA makes numbers for every head, query and layer, which takes
        # half of the time.
        is_token = mx.arange(ids.shape[1])[None] < lengths[:, None]
        mask = mx.where(is_token, 0.0, UNSEEN).astype(x.dtype)[:, None, None, :]
        return self.encoder(x, mask)


class BertMlx:
    """A BERT encoder.

    Its vector of a text is the last hidden state of the first token ("cls"), or the mean of the
    states of all tokens ("mean").
    """

    poolings = POOLINGS

    def __init__(self, checkpoint: Checkpoint, pooling: str) -> None:
        config = BertConfig.of(checkpoint)
        self.dimensions = config.hidden_size
        self.max_tokens = config.max_tokens
        self._pool = POOLS[pooling]
        self.vocab_size = config.vocab_size
        self._model: Any = None
        self._plan = PLANS["cpu"]
        on_inference_thread(lambda: self._load(checkpoint, config))

    def encode(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """(n, dimensions) pooled hidden states of n texts of 1 to `max_tokens` ids each.

        The states are not unit vectors.
        """
        return self._encode(ids, None)

    def encode_after(
        self, prefix: Sequence[int], ids: Sequence[Sequence[int]]
    ) -> NDArray[np.float32]:
        """As `encode`, for texts whose first segment is `prefix` and whose second is their ids."""
        return self._encode([[*prefix, *text] for text in ids], len(prefix))

    def encode_with_states(
        self, prefix: Sequence[int], ids: Sequence[Sequence[int]]
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """As `encode_after`, with each text's (tokens, dimensions) states before the last layer."""
        states = [np.empty(0, np.float32)] * len(ids)
        return self._encode([[*prefix, *text] for text in ids], len(prefix), states), states

    def _encode(
        self,
        ids: Sequence[Sequence[int]],
        first_segment: int | None,
        states: list[NDArray[np.float32]] | None = None,
    ) -> NDArray[np.float32]:
        out = np.empty((len(ids), self.dimensions), np.float32)
        plan = self._plan
        rows_of = plan.rows if first_segment is None else None

        def work(batch: list[int]) -> None:
            # Each batch is a task of its own, so that a query can run between an ingest's batches.
            texts = [ids[i] for i in batch]
            rows, lengths = padded(texts, plan.length_step, self.max_tokens, rows_of)
            pooled, before = on_inference_thread(
                partial(self._forward, rows, lengths, first_segment, states is not None)
            )
            out[batch] = pooled[: len(texts)]
            if states is not None:
                for i, text, part in zip(batch, texts, before, strict=False):
                    states[i] = part[: len(text)]

        lengths = list(map(len, ids))
        for batch in by_length(lengths, plan.batch_tokens, padded=True, step=plan.length_step):
            in_halves(work, batch)
        return out

    def _load(self, checkpoint: Checkpoint, config: BertConfig) -> None:
        device = use_device()
        self._plan = PLANS[device]
        require_memory(checkpoint, self._plan.bytes_per_value, free_memory(device))
        self._model = Bert(config)
        load_weights(self._model, checkpoint, config.root, device)

    def _forward(
        self,
        rows: NDArray[np.int32],
        lengths: NDArray[np.int32],
        first_segment: int | None,
        with_states: bool,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(B, width) pooled states of one padded batch, on the inference thread.

        The second array has the (B, L, width) states before the last layer; it has no rows unless
        they are asked for.
        """
        try:
            tokens = mx.array(lengths)
            hidden, before = self._model(mx.array(rows), tokens, first_segment)
            pooled = self._pool(hidden, tokens)
            if not with_states:
                return np.array(pooled), np.empty((0, 0, 0), np.float32)
            return np.array(pooled), np.array(before.astype(mx.float32))
        finally:
            if self._plan.clears_buffers:
                mx.clear_cache()
