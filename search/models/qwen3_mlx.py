"""Qwen3 on MLX. Attributes have the checkpoint's names, so that its weights load as they are."""

# MLX's layers have no types.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import mlx.core as mx
import numpy as np
from mlx.nn.layers.activations import silu
from mlx.nn.layers.base import Module
from mlx.nn.layers.embedding import Embedding
from mlx.nn.layers.linear import Linear
from mlx.nn.layers.normalization import RMSNorm

from .batches import by_length, in_halves, padded
from .compute_plans import PLANS
from .inference_thread import on_inference_thread
from .mlx_weights import load_weights, use_device
from .qwen3 import Qwen3Config
from .rotation import Rotate, Rotation, rotation_on
from .weight_memory import free_memory, require_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .checkpoint import Checkpoint

    # The keys and values of one layer, (B, kv_heads, tokens, head_size) each.
    KeysValues = tuple[mx.array, mx.array]


class Attention(Module):
    """Grouped attention, whose queries and keys are normalised and rotated."""

    def __init__(self, config: Qwen3Config) -> None:
        super().__init__()
        self.config = config
        queries, keys = config.heads * config.head_size, config.kv_heads * config.head_size
        self.q_proj = Linear(config.hidden_size, queries, bias=False)
        self.k_proj = Linear(config.hidden_size, keys, bias=False)
        self.v_proj = Linear(config.hidden_size, keys, bias=False)
        self.o_proj = Linear(queries, config.hidden_size, bias=False)
        self.q_norm = RMSNorm(config.head_size, config.eps)
        self.k_norm = RMSNorm(config.head_size, config.eps)

    def keys_values(self, x: mx.array, rotate: Rotate, past: KeysValues | None) -> KeysValues:
        """(B, L, width) → the keys and values of `past` and of these tokens."""
        new = (
            rotate(self._heads(self.k_proj(x)), self.k_norm),
            self._heads(self.v_proj(x)).transpose(0, 2, 1, 3),
        )
        if past is None:
            return new
        keys, values = (
            mx.concatenate([mx.broadcast_to(old, (len(x), *old.shape[1:])), added], axis=2)
            for old, added in zip(past, new, strict=True)
        )
        return keys, values

    def __call__(
        self, x: mx.array, rotate: Rotate, keys_values: KeysValues, mask: mx.array | str
    ) -> mx.array:
        """(B, L, width) → (B, L, width).

        Each token attends to those keys and values that `mask` shows.
        """
        q = rotate(self._heads(self.q_proj(x)), self.q_norm)
        out = mx.fast.scaled_dot_product_attention(
            q, *keys_values, scale=self.config.head_size**-0.5, mask=mask
        )
        attended: mx.array = self.o_proj(out.transpose(0, 2, 1, 3).reshape(*x.shape[:2], -1))
        return attended

    def _heads(self, y: mx.array) -> mx.array:
        return y.reshape(*y.shape[:2], -1, self.config.head_size)


@partial(mx.compile, shapeless=True)
def swiglu(gate: mx.array, value: mx.array) -> mx.array:
    """silu(gate)·value in one kernel (https://arxiv.org/abs/2002.05202)."""
    out: mx.array = silu(gate) * value
    return out


class FeedForward(Module):
    """A gated projection up, and one down again."""

    def __init__(self, config: Qwen3Config) -> None:
        super().__init__()
        self.gate_proj = Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = Linear(config.intermediate_size, config.hidden_size, bias=False)

    def __call__(self, x: mx.array) -> mx.array:
        """(B, L, width) → (B, L, width)."""
        out: mx.array = self.down_proj(swiglu(self.gate_proj(x), self.up_proj(x)))
        return out


class Layer(Module):
    """Attention, then the feed-forward part."""

    def __init__(self, config: Qwen3Config) -> None:
        super().__init__()
        self.config = config
        self.self_attn = Attention(config)
        self.mlp = FeedForward(config)
        self.input_layernorm = RMSNorm(config.hidden_size, config.eps)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.eps)

    def __call__(self, x: mx.array, rotate: Rotate, past: KeysValues | None) -> mx.array:
        """(B, L, width) → (B, L, width).

        Each token attends to `past`, to the tokens before it and to itself.
        """
        normed = self.input_layernorm(x)
        keys_values = self.self_attn.keys_values(normed, rotate, past)
        # Where there are more keys than queries, "causal" aligns their ends. Padding needs no mask,
        # because it comes after every token that is pooled.
        return self._finish(x, self.self_attn(normed, rotate, keys_values, "causal"))

    def last(
        self, x: mx.array, rotate: Rotate, past: KeysValues | None, lengths: mx.array
    ) -> mx.array:
        """(B, L, width) and (B,) lengths → (B, 1, width): the result for each text's last token."""
        normed = self.input_layernorm(x)
        keys_values = self.self_attn.keys_values(normed, rotate, past)
        tokens = keys_values[0].shape[2]
        past_tokens = tokens - x.shape[1]
        mask = (mx.arange(tokens)[None] < (past_tokens + lengths)[:, None])[:, None, None]
        last = (lengths - 1)[:, None, None]
        rotate_last = Rotation(self.config, past_tokens + lengths - 1)
        return self._finish(
            mx.take_along_axis(x, last, axis=1),
            self.self_attn(
                mx.take_along_axis(normed, last, axis=1), rotate_last, keys_values, mask
            ),
        )

    def _finish(self, x: mx.array, attended: mx.array) -> mx.array:
        """Adds the attention and then the feed-forward part to x."""
        x = x + attended
        return x + self.mlp(self.post_attention_layernorm(x))


class Qwen3(Module):
    """The decoder without a head.

    `rotation` makes the function that normalises and rotates queries and keys, from the
    configuration, the first position and the number of positions.
    """

    def __init__(
        self, config: Qwen3Config, rotation: Callable[[Qwen3Config, int, int], Rotate]
    ) -> None:
        super().__init__()
        self.config = config
        self.rotation = rotation
        self.embed_tokens = Embedding(config.vocab_size, config.hidden_size)
        self.layers = [Layer(config) for _ in range(config.layers)]
        self.norm = RMSNorm(config.hidden_size, config.eps)

    def __call__(self, ids: mx.array, lengths: mx.array, past: list[KeysValues]) -> mx.array:
        """(B, L) ids and (B,) lengths → (B, width) last hidden states of the last tokens.

        The texts are padded on the right. They come after the tokens of `past`, which has an entry
        for each layer or is empty.
        """
        x = self.embed_tokens(ids)
        rotate = self.rotation(self.config, past[0][0].shape[2] if past else 0, ids.shape[1])
        pasts: Sequence[KeysValues | None] = past or [None] * len(self.layers)
        for layer, layer_past in zip(self.layers[:-1], pasts, strict=False):
            x = layer(x, rotate, layer_past)
        out: mx.array = self.norm(self.layers[-1].last(x, rotate, pasts[-1], lengths)[:, 0])
        return out

    def keys_values(self, ids: mx.array) -> list[KeysValues]:
        """(1, L) ids → the keys and values that a text after them attends to in each layer."""
        x, past = self.embed_tokens(ids), []
        rotate = self.rotation(self.config, 0, ids.shape[1])
        for layer in self.layers:
            past.append(layer.self_attn.keys_values(layer.input_layernorm(x), rotate, None))
            if layer is not self.layers[-1]:
                x = layer(x, rotate, None)
        return past


class Qwen3Mlx:
    """A Qwen3 decoder; its vector of a text is the normalised last state of the last token."""

    poolings = ("lasttoken",)

    def __init__(self, checkpoint: Checkpoint, pooling: str = "lasttoken") -> None:
        del pooling  # There is only one.
        config = Qwen3Config.of(checkpoint)
        self.dimensions = config.hidden_size
        self.max_tokens = config.max_tokens
        self.vocab_size = config.vocab_size
        self._model: Any = None
        self._plan = PLANS["cpu"]
        # Only the inference thread uses these keys and values.
        self._prefix: tuple[tuple[int, ...], list[KeysValues]] = ((), [])
        on_inference_thread(lambda: self._load(checkpoint, config))

    def encode(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """(n, dimensions) pooled hidden states of n texts of 1 to `max_tokens` ids each.

        The states are not unit vectors.
        """
        return self.encode_after((), ids)

    def encode_after(
        self, prefix: Sequence[int], ids: Sequence[Sequence[int]]
    ) -> NDArray[np.float32]:
        """As `encode`, for texts that begin with `prefix`.

        The prefix's keys and values are computed once and kept for the next call.
        """
        out = np.empty((len(ids), self.dimensions), np.float32)
        plan, room = self._plan, self.max_tokens - len(prefix)
        rows_of = None if prefix else plan.rows

        def work(batch: list[int]) -> None:
            # Each batch is a task of its own, so that a query can run between an ingest's batches.
            texts = [ids[i] for i in batch]
            rows, lengths = padded(texts, plan.length_step, room, rows_of)
            pooled = on_inference_thread(partial(self._forward, tuple(prefix), rows, lengths))
            out[batch] = pooled[: len(texts)]

        lengths = list(map(len, ids))
        for batch in by_length(lengths, plan.batch_tokens, padded=True, step=plan.length_step):
            in_halves(work, batch)
        return out

    def _load(self, checkpoint: Checkpoint, config: Qwen3Config) -> None:
        device = use_device()
        self._plan = PLANS[device]
        require_memory(checkpoint, self._plan.bytes_per_value, free_memory(device))
        self._model = Qwen3(config, rotation_on(device, config))
        load_weights(self._model, checkpoint, config.root, device, bfloat16=device == "cuda")

    def _forward(
        self, prefix: tuple[int, ...], rows: NDArray[np.int32], lengths: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """(B, width) pooled states of one padded batch, on the inference thread."""
        try:
            hidden = self._model(mx.array(rows), mx.array(lengths), self._past(prefix))
            return np.array(hidden.astype(mx.float32))
        finally:
            if self._plan.clears_buffers:
                mx.clear_cache()

    def _past(self, prefix: tuple[int, ...]) -> list[KeysValues]:
        """The keys and values of `prefix` in each layer; those of the last prefix are kept."""
        if not prefix:
            return []
        if self._prefix[0] != prefix:
            past = self._model.keys_values(mx.array([prefix]))
            mx.eval(past)
            self._prefix = (prefix, past)
        return self._prefix[1]
