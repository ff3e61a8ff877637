"""The numpy arithmetic of Qwen3's layers, in place on buffers that each thread keeps."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Float32 = NDArray[np.float32]

# Elements that swiglu works on at a time: with its buffer they stay in the core's own cache.
SWIGLU_CHUNK = 65536
# Attention scores that are worked on at a time: they take half a megabyte.
SCORES = 131072


class Scratch(threading.local):
    """Named buffers that grow as needed and are used again. Each thread has its own."""

    def __init__(self) -> None:
        self._buffers: dict[str, Float32] = {}

    def take(self, name: str, *shape: int) -> Float32:
        """The buffer of that name in that shape. Its old contents are still in it."""
        size = prod(shape)
        if name not in self._buffers or self._buffers[name].size < size:
            self._buffers[name] = np.empty(size, np.float32)
        return self._buffers[name][:size].reshape(shape)


@dataclass(frozen=True, slots=True)
class RmsNorm:
    """Division by the root of the mean square (https://arxiv.org/abs/1910.07467).

    Its weight is (width,).
    """

    weight: Float32
    eps: float

    def apply(self, x: Float32) -> None:
        """Normalises the last axis of x, (…, width), in place."""
        squares = np.vecdot(x, x)
        squares *= np.float32(1 / len(self.weight))
        squares += np.float32(self.eps)
        x *= np.reciprocal(np.sqrt(squares, out=squares), out=squares)[..., None]
        x *= self.weight


def swiglu(x: Float32, scratch: Scratch) -> Float32:
    """(n, 2·width) gates and values → (n, width) silu(gate)·value, which is a view of x."""
    width = x.shape[1] // 2
    rows = max(1, SWIGLU_CHUNK // width)
    for start in range(0, len(x), rows):
        gate, value = x[start : start + rows, :width], x[start : start + rows, width:]
        part = np.negative(gate, out=scratch.take("gate", *gate.shape))
        np.exp(part, out=part)
        part += np.float32(1)
        gate /= part
        gate *= value
    return x[:, :width]


def rotate(x: Float32, cosines: Float32, sines: Float32) -> None:
    """Turns each pair (i, i + size/2) by its position's angle, in place.

    x is (n, heads, size), cosines and sines are (n, size/2). The rotation is that of
    https://arxiv.org/abs/2104.09864.
    """
    half = x.shape[-1] // 2
    first, second = x[..., :half], x[..., half:]
    cosines, sines = cosines[:, None], sines[:, None]
    crossed = second * sines
    second *= cosines
    second += first * sines
    first *= cosines
    first -= crossed


def causal_attention(q: Float32, k: Float32, v: Float32, out: Float32, scratch: Scratch) -> None:
    """Writes the attention of m tokens to themselves and to all tokens before them to `out`.

    q and out are (heads, m, size), k and v are (kv_heads, n, size), and q is already scaled. The m
    tokens are the last of the n. heads / kv_heads query heads share a key head.
    """
    heads, m, _ = q.shape
    kv_heads, n, _ = k.shape
    group = heads // kv_heads
    rows = max(1, SCORES // (group * n))
    for start in range(0, m, rows):
        end = min(m, start + rows)
        # These rows see the first `visible` keys, less those that come after the row itself.
        visible = n - m + end
        future = np.triu(np.full((end - start, end - start), -np.inf, np.float32), 1)
        for head in range(kv_heads):
            sharing = slice(head * group, (head + 1) * group)
            # Take exp of the scores below each row's maximum, and sum each row.
            scores = scratch.take("scores", group, end - start, visible)
            np.matmul(q[sharing, start:end], k[head, :visible].T, out=scores)
            scores[..., visible - (end - start) :] += future
            scores -= scores.max(-1, keepdims=True)
            np.exp(scores, out=scores)
            totals = scores @ np.ones(visible, np.float32)
            # Weight the values, and divide by the sums.
            np.matmul(scores, v[head, :visible], out=out[sharing, start:end])
            out[sharing, start:end] /= totals[..., None]
