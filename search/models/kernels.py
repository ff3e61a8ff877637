"""The numpy arithmetic of transformer layers, in place on buffers that each thread keeps."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Float32 = NDArray[np.float32]

# gelu(x) = x·Φ(x) ≈ x·sigmoid(a·x + b·x³ + c·x⁵ + d·x⁷ + e·x⁹). The fit minimises the largest
# error, which is at most 3.0e-6. The polynomial grows everywhere, so that no x needs clipping.
GELU_FIT = (
    1.5956562719862384,
    0.07293758206386027,
    -0.00024972338024502154,
    -6.11619916139526e-05,
    2.238163344224884e-06,
)
# sigmoid(2y) = (1 + tanh y) / 2, so half of the polynomial is used. In terms of u = GELU_SCALE·x
# its highest coefficient is 1, which saves one multiplication an element. The weights before GELU
# contain the scale, and those after it contain its inverse and the ½.
GELU_SCALE = (GELU_FIT[-1] / 2) ** (1 / 9)
GELU_UNSCALE = 0.5 / GELU_SCALE
GELU_TERMS = tuple(np.float32(GELU_FIT[i] / 2 / GELU_SCALE ** (2 * i + 1)) for i in (3, 2, 1, 0))
# Elements that gelu works on at a time: with its two buffers they stay in the core's own cache.
GELU_CHUNK = 32768
# Elements that swiglu works on at a time, for the same reason.
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
class LayerNorm:
    """Layer normalisation (https://arxiv.org/abs/1607.06450).

    Its weight and bias are (width,) each.
    """

    weight: Float32
    bias: Float32
    eps: float

    def apply(self, x: Float32) -> None:
        """Normalises the rows of x, (n, width), in place."""
        width = len(self.weight)
        # A product with a vector sums rows several times faster than .sum() does.
        x -= (x @ np.full(width, 1 / width, np.float32))[:, None]
        variance = np.vecdot(x, x)
        variance *= np.float32(1 / width)
        variance += np.float32(self.eps)
        x *= np.reciprocal(np.sqrt(variance, out=variance), out=variance)[:, None]
        x *= self.weight
        x += self.bias


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


def product(x: Float32, blocks: Float32, out: Float32) -> None:
    """Writes x @ w to `out`, where w (K, N) is given as contiguous blocks (N / width, K, width)."""
    if len(blocks) == 1:
        np.matmul(x, blocks[0], out=out)
    else:
        np.matmul(x, blocks, out=out.reshape(len(x), len(blocks), -1).transpose(1, 0, 2))


def gelu(x: Float32, bias: Float32, scratch: Scratch) -> None:
    """Turns x + bias = GELU_SCALE·v into GELU(v) / GELU_UNSCALE, in place.

    x is (n, width) and contiguous.
    """
    first, *others = GELU_TERMS
    rows = max(1, GELU_CHUNK // x.shape[1])
    for start in range(0, len(x), rows):
        part = x[start : start + rows]
        part += bias
        u = part.reshape(-1)
        square, y = scratch.take("square", u.size), scratch.take("polynomial", u.size)
        np.multiply(u, u, out=square)
        np.add(square, first, out=y)
        for term in others:
            y *= square
            y += term
        y *= u
        np.tanh(y, out=y)
        y += np.float32(1)
        u *= y


def attention(
    q: Float32, k: Float32, v: Float32, out: Float32, heads: int, scratch: Scratch
) -> None:
    """Writes softmax(q·kᵀ)·v for each head of one text to `out`.

    q and out are (m, width), k and v are (n, width), and q is already scaled.
    The caller shifts the keys by their mean, which does not change the softmax, so that exp neither
    overflows nor vanishes for the scores. Where it does so all the same, the row's maximum is
    subtracted, at twice the cost.
    """
    m, n, size = len(q), len(k), q.shape[1] // heads
    # Split the heads: k becomes (heads, size, n), the others (heads, tokens, size).
    q, out = (
        q.reshape(m, heads, size).transpose(1, 0, 2),
        out.reshape(m, heads, size).transpose(1, 0, 2),
    )
    k, v = (
        k.reshape(n, heads, size).transpose(1, 2, 0),
        v.reshape(n, heads, size).transpose(1, 0, 2),
    )
    ones = np.ones(n, np.float32)
    step = min(heads, max(1, SCORES // (m * n)))
    for start in range(0, heads, step):
        group = slice(start, min(heads, start + step))
        # Take exp of the scores, and sum each row.
        scores = scratch.take("scores", group.stop - start, m, n)
        np.exp(np.matmul(q[group], k[group], out=scores), out=scores)
        totals = scores.reshape(-1, n) @ ones
        if not (totals.min() > 1e-30 and totals.max() < 1e37):
            np.matmul(q[group], k[group], out=scores)
            scores -= scores.max(-1, keepdims=True)
            totals = np.exp(scores, out=scores).reshape(-1, n) @ ones
        # Weight the values, and divide by the sums.
        np.matmul(scores, v[group], out=out[group])
        out[group] *= np.reciprocal(totals, out=totals).reshape(-1, m, 1)


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
