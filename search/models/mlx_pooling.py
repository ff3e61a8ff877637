"""Pooling on MLX: one vector of the hidden states of a text's tokens."""

from __future__ import annotations

from collections.abc import Callable

import mlx.core as mx


def _mean(hidden: mx.array, lengths: mx.array) -> mx.array:
    is_token = mx.arange(hidden.shape[1])[None] < lengths[:, None]
    # Half precision would lose digits of the sum.
    total = mx.where(is_token[..., None], hidden, 0).astype(mx.float32).sum(axis=1)
    return total / lengths[:, None]


# A pooling of `recipes.POOLINGS` → its function from (B, L, width) hidden states and (B,) lengths
# to (B, width) in float32.
POOLS: dict[str, Callable[[mx.array, mx.array], mx.array]] = {
    "cls": lambda hidden, lengths: hidden[:, 0].astype(mx.float32),
    "mean": _mean,
    "lasttoken": lambda hidden, lengths: hidden[mx.arange(len(lengths)), lengths - 1].astype(
        mx.float32
    ),
}
