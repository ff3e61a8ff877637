"""BERT on MLX. Attributes carry the checkpoint's names, so that its weights load as they are."""

# MLX's layers carry no types
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
from .bert import BertConfig
from .compute_plans import PLANS
from .inference_thread import on_inference_thread
from .mlx_weights import load_weights, use_device
from .weight_memory import free_memory, require_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .checkpoint import Checkpoint

# padded tokens in a batch: a GPU is busy with these, and more costs memory only
BATCH_TOKENS = 4096


class SelfAttention(Module):
    """Every head's attention, without the projection after it."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query = Linear(config.hidden_size, config.hidden_size)
        self.key = Linear(config.hidden_size, config.hidden_size)
        self.value = Linear(config.hidden_size, config.hidden_size)

    def __call__(self, x: mx.array, mask: mx.array) -> mx.array:
        """(B, L, width) → (B, L, width); `mask` is true where a key is a token."""
        count, length, width = x.shape

        def split(y: mx.array) -> mx.array:
            return y.reshape(count, length, self.heads, -1).transpose(0, 2, 1, 3)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        out = mx.fast.scaled_dot_product_attention(
            q, k, v, scale=(width // self.heads) ** -0.5, mask=mask
        )
        return out.transpose(0, 2, 1, 3).reshape(count, length, width)


class Output(Module):
    """A projection added to what goes past it, then normalised."""

    def __init__(self, size: int, config: BertConfig) -> None:
        super().__init__()
        self.dense = Linear(size, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, config.eps)

    def __call__(self, x: mx.array, past: mx.array) -> mx.array:
        """(B, L, size) and (B, L, width) → (B, L, width)."""
        out: mx.array = self.LayerNorm(past + self.dense(x))
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

    def __call__(self, x: mx.array, mask: mx.array) -> mx.array:
        """(B, L, width) → (B, L, width)."""
        for layer in self.layer:
            x = layer(x, mask)
        return x


class Embeddings(Module):
    """Sum of word, position and token type, normalised."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.kinds = config.token_types
        self.word_embeddings = Embedding(config.vocab_size, config.hidden_size)
        self.position_embeddings = Embedding(config.max_positions, config.hidden_size)
        self.token_type_embeddings = Embedding(config.token_types, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, config.eps)

    def __call__(self, ids: mx.array, first: int) -> mx.array:
        """(B, L) ids → (B, L, width); the `first` tokens are of type 0 and those after them of type 1."""
        place = mx.arange(ids.shape[1])
        types = mx.minimum((place >= first).astype(mx.int32), self.kinds - 1)
        places = self.position_embeddings(place) + self.token_type_embeddings(types)
        out: mx.array = self.LayerNorm(self.word_embeddings(ids) + places)
        return out


class Bert(Module):
    """The encoder without a head."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = Layers(config)

    def __call__(self, ids: mx.array, lengths: mx.array, first: int | None = None) -> mx.array:
        """(B, L) ids, padded on the right, and (B,) lengths → (B, L, width) last hidden states.

        Tokens from `first` on are of the second segment; without it there is one segment.
        """
        # a boolean mask with a true key in each row: with added -inf a row of padding becomes NaN
        mask = (mx.arange(ids.shape[1])[None] < lengths[:, None])[:, None, None, :]
        return self.encoder(self.embeddings(ids, ids.shape[1] if first is None else first), mask)


class BertMlx:
    """A BERT encoder; its vector of a text is the last hidden state of the first token."""

    pooling = "cls"

    def __init__(self, checkpoint: Checkpoint) -> None:
        config = BertConfig.of(checkpoint)
        self.dimensions = config.hidden_size
        self.max_tokens = config.max_positions
        self.vocab_size = config.vocab_size
        self._model: Any = None
        self._plan = PLANS["cpu"]
        on_inference_thread(lambda: self._load(checkpoint, config))

    def encode(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """(n, dimensions) pooled hidden states of n texts, each of 1 to `max_tokens` ids; not normalised."""
        return self._encode(ids, None)

    def encode_after(
        self, prefix: Sequence[int], ids: Sequence[Sequence[int]]
    ) -> NDArray[np.float32]:
        """As `encode`, of texts whose first segment is `prefix` and whose second is their ids."""
        return self._encode([[*prefix, *text] for text in ids], len(prefix))

    def _encode(self, ids: Sequence[Sequence[int]], first: int | None) -> NDArray[np.float32]:
        out = np.empty((len(ids), self.dimensions), np.float32)

        def work(batch: list[int]) -> None:
            # one piece of work a batch: a query gets its turn between two batches of an ingest
            out[batch] = on_inference_thread(partial(self._forward, [ids[i] for i in batch], first))

        for batch in by_length(list(map(len, ids)), BATCH_TOKENS, padded=True):
            in_halves(work, batch)
        return out

    def _load(self, checkpoint: Checkpoint, config: BertConfig) -> None:
        device = use_device()
        self._plan = PLANS[device]
        require_memory(checkpoint, self._plan.bytes_per_value, free_memory(device))
        self._model = Bert(config)
        load_weights(self._model, checkpoint, config.root, device)

    def _forward(self, texts: list[Sequence[int]], first: int | None) -> NDArray[np.float32]:
        try:
            rows = padded(texts, self._plan.length_step, self.max_tokens)
            hidden = self._model(mx.array(rows), mx.array(list(map(len, texts))), first)
            return np.array(hidden[:, 0].astype(mx.float32))
        finally:
            if self._plan.clears_buffers:
                mx.clear_cache()
