"""Qwen3 on MLX. Attributes carry the checkpoint's names, so that its weights load as they are."""

# MLX's layers carry no types
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
from .rotation import Rotation, Turn, rotation_on
from .weight_memory import free_memory, require_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .checkpoint import Checkpoint

    # keys and values of one layer, (B, kv_heads, tokens, head_size) each
    Past = tuple[mx.array, mx.array]


class Attention(Module):
    """Grouped attention with normalised, rotated queries and keys."""

    def __init__(self, config: Qwen3Config) -> None:
        super().__init__()
        self.config = config
        asked, kept = config.heads * config.head_size, config.kv_heads * config.head_size
        self.q_proj = Linear(config.hidden_size, asked, bias=False)
        self.k_proj = Linear(config.hidden_size, kept, bias=False)
        self.v_proj = Linear(config.hidden_size, kept, bias=False)
        self.o_proj = Linear(asked, config.hidden_size, bias=False)
        self.q_norm = RMSNorm(config.head_size, config.eps)
        self.k_norm = RMSNorm(config.head_size, config.eps)

    def keys_values(self, x: mx.array, turn: Turn, past: Past | None) -> Past:
        """(B, L, width) → keys and values of `past` and of these tokens."""
        new = (
            turn(self._heads(self.k_proj(x)), self.k_norm),
            self._heads(self.v_proj(x)).transpose(0, 2, 1, 3),
        )
        if past is None:
            return new
        keys, values = (
            mx.concatenate([mx.broadcast_to(old, (len(x), *old.shape[1:])), added], axis=2)
            for old, added in zip(past, new, strict=True)
        )
        return keys, values

    def __call__(self, x: mx.array, turn: Turn, seen: Past, mask: mx.array | str) -> mx.array:
        """(B, L, width) → (B, L, width), each token attending to what `mask` shows of `seen`."""
        q = turn(self._heads(self.q_proj(x)), self.q_norm)
        out = mx.fast.scaled_dot_product_attention(
            q, *seen, scale=self.config.head_size**-0.5, mask=mask
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
    """Gated projection up, and down again."""

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

    def __call__(self, x: mx.array, turn: Turn, past: Past | None) -> mx.array:
        """(B, L, width) → (B, L, width), each token attending to `past`, to itself and to those before it."""
        normed = self.input_layernorm(x)
        # where there are more keys than queries, "causal" aligns their ends; padding comes after all that is looked at
        return self._finish(
            x,
            self.self_attn(normed, turn, self.self_attn.keys_values(normed, turn, past), "causal"),
        )

    def last(self, x: mx.array, turn: Turn, past: Past | None, lengths: mx.array) -> mx.array:
        """(B, L, width) and (B,) lengths → (B, 1, width): what a call gives for each text's last token, and no more."""
        normed = self.input_layernorm(x)
        seen = self.self_attn.keys_values(normed, turn, past)
        before = seen[0].shape[2] - x.shape[1]
        mask = (mx.arange(seen[0].shape[2])[None] < (before + lengths)[:, None])[:, None, None]
        here = (lengths - 1)[:, None, None]
        own = Rotation(self.config, before + lengths - 1)
        return self._finish(
            mx.take_along_axis(x, here, axis=1),
            self.self_attn(mx.take_along_axis(normed, here, axis=1), own, seen, mask),
        )

    def _finish(self, x: mx.array, attended: mx.array) -> mx.array:
        x = x + attended
        return x + self.mlp(self.post_attention_layernorm(x))


class Qwen3(Module):
    """The decoder without a head. `rotation` makes queries and keys ready for attention."""

    def __init__(
        self, config: Qwen3Config, rotation: Callable[[Qwen3Config, int, int], Turn]
    ) -> None:
        super().__init__()
        self.config = config
        self.rotation = rotation
        self.embed_tokens = Embedding(config.vocab_size, config.hidden_size)
        self.layers = [Layer(config) for _ in range(config.layers)]
        self.norm = RMSNorm(config.hidden_size, config.eps)

    def __call__(self, ids: mx.array, lengths: mx.array, past: list[Past]) -> mx.array:
        """(B, L) ids, padded on the right, after `past`, and (B,) lengths → (B, width) of each text's last token."""
        x = self.embed_tokens(ids)
        turn = self.rotation(self.config, past[0][0].shape[2] if past else 0, ids.shape[1])
        befores: Sequence[Past | None] = past or [None] * len(self.layers)
        for layer, before in zip(self.layers[:-1], befores, strict=False):
            x = layer(x, turn, before)
        out: mx.array = self.norm(self.layers[-1].last(x, turn, befores[-1], lengths)[:, 0])
        return out

    def keys_values(self, ids: mx.array) -> list[Past]:
        """(1, L) ids → what a text that comes after them attends to in each layer."""
        x, kept = self.embed_tokens(ids), []
        turn = self.rotation(self.config, 0, ids.shape[1])
        for layer in self.layers:
            kept.append(layer.self_attn.keys_values(layer.input_layernorm(x), turn, None))
            if layer is not self.layers[-1]:
                x = layer(x, turn, None)
        return kept


class Qwen3Mlx:
    """A Qwen3 decoder; its vector of a text is the normalised last hidden state of the last token."""

    pooling = "lasttoken"

    def __init__(self, checkpoint: Checkpoint) -> None:
        config = Qwen3Config.of(checkpoint)
        self.dimensions = config.hidden_size
        self.max_tokens = config.max_tokens
        self.vocab_size = config.vocab_size
        self._model: Any = None
        self._plan = PLANS["cpu"]
        # used on the inference thread only
        self._prefix: tuple[tuple[int, ...], list[Past]] = ((), [])
        on_inference_thread(lambda: self._load(checkpoint, config))

    def encode(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """(n, dimensions) pooled hidden states of n texts, each of 1 to `max_tokens` ids; not normalised."""
        return self.encode_after((), ids)

    def encode_after(
        self, prefix: Sequence[int], ids: Sequence[Sequence[int]]
    ) -> NDArray[np.float32]:
        """As `encode`, of texts that begin with `prefix`, whose keys and values are computed once and kept."""
        out = np.empty((len(ids), self.dimensions), np.float32)

        def work(batch: list[int]) -> None:
            # one piece of work a batch: a query gets its turn between two batches of an ingest
            out[batch] = on_inference_thread(
                partial(self._forward, tuple(prefix), [ids[i] for i in batch])
            )

        for batch in by_length(list(map(len, ids)), self._plan.batch_tokens, padded=True):
            in_halves(work, batch)
        return out

    def _load(self, checkpoint: Checkpoint, config: Qwen3Config) -> None:
        device = use_device()
        self._plan = PLANS[device]
        require_memory(checkpoint, self._plan.bytes_per_value, free_memory(device))
        self._model = Qwen3(config, rotation_on(device, config))
        load_weights(self._model, checkpoint, config.root, device, brain=device == "cuda")

    def _forward(self, prefix: tuple[int, ...], texts: list[Sequence[int]]) -> NDArray[np.float32]:
        try:
            rows = padded(texts, self._plan.length_step, self.max_tokens - len(prefix))
            hidden = self._model(
                mx.array(rows), mx.array(list(map(len, texts))), self._past(prefix)
            )
            return np.array(hidden.astype(mx.float32))
        finally:
            if self._plan.clears_buffers:
                mx.clear_cache()

    def _past(self, prefix: tuple[int, ...]) -> list[Past]:
        if not prefix:
            return []
        if self._prefix[0] != prefix:
            kept = self._model.keys_values(mx.array([prefix]))
            mx.eval(kept)
            self._prefix = (prefix, kept)
        return self._prefix[1]
