"""The numpy arithmetic agrees with its definitions in double precision."""

from math import erf

import numpy as np
import pytest

from search.models.kernels import (
    GELU_SCALE,
    GELU_UNSCALE,
    LayerNorm,
    Scratch,
    attention,
    gelu,
    product,
)


def test_gelu_is_off_by_at_most_three_millionths():
    v = np.concatenate([np.linspace(-12, 12, 200_000), [-1e30, -1e4, 1e4, 1e30]])
    exact = np.array([x * 0.5 * (1 + erf(x / 2**0.5)) for x in v])
    bias = np.linspace(-1, 1, 4).astype(np.float32)
    x = ((v.reshape(-1, 4) - bias) * GELU_SCALE).astype(np.float32)
    with np.errstate(over="ignore"):
        gelu(x, bias * np.float32(GELU_SCALE), Scratch())
    np.testing.assert_allclose(x.reshape(-1) * GELU_UNSCALE, exact, rtol=1e-6, atol=3.5e-6)


@pytest.mark.parametrize("size", [1.0, 40.0, 1000.0])
def test_attention_is_right_at_any_size_of_score(size):
    draw = np.random.default_rng(3)
    q, k, v = (draw.standard_normal((n, 64)).astype(np.float32) for n in (5, 9, 9))
    q *= np.float32(size)
    out = np.empty((5, 64), np.float32)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        attention(q, k, v, out, 4, Scratch())
    for head in range(4):
        part = slice(16 * head, 16 * head + 16)
        scores = q[:, part].astype(float) @ k[:, part].T
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        expected = weights @ v[:, part] / weights.sum(-1, keepdims=True)
        np.testing.assert_allclose(out[:, part], expected, atol=1e-4 if size < 1000 else 1e-2)


def test_layer_norm_gives_what_is_worked_by_hand():
    x = np.array([[1, 3], [-2, 2]], np.float32)
    # The rows' means are 2 and 0, their deviations 1 and 2.
    LayerNorm(np.array([10, 20], np.float32), np.array([1, 2], np.float32), 0).apply(x)
    assert x.tolist() == [[-9, 22], [-9, 22]]


def test_products_of_blocks_are_those_of_whole_matrices():
    draw = np.random.default_rng(4)
    x, w = (
        draw.standard_normal((7, 6)).astype(np.float32),
        draw.standard_normal((6, 8)).astype(np.float32),
    )
    for width in (2, 4, 8):
        out = np.empty((7, 8), np.float32)
        product(x, np.ascontiguousarray(w.reshape(6, -1, width).transpose(1, 0, 2)), out)
        np.testing.assert_allclose(out, x @ w, atol=1e-6)
