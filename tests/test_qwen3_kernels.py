"""The numpy arithmetic of Qwen3 and of small floats agrees with its definitions and with MLX."""

import mlx.core as mx
import numpy as np
import pytest
from mlx.nn.layers.normalization import RMSNorm

from search.models.inference_thread import on_inference_thread
from search.models.kernels import RmsNorm, Scratch, causal_attention, rotate, swiglu
from search.models.quantization import Quantization, SmallFloats, small_floats, unpack
from search.models.rotation import CudaRotation, Rotation, rotation_on


def test_the_norm_divides_by_the_root_mean_square():
    # The mean squares are 25/2 and 2, their roots 3.5355 and 1.4142.
    x = np.array([[[3, 4], [2, 0]]], np.float32)
    RmsNorm(np.array([1, 10], np.float32), 0).apply(x)
    np.testing.assert_allclose(x, [[[3 / 12.5**0.5, 40 / 12.5**0.5], [2**0.5, 0]]], rtol=1e-6)


def test_a_rotation_turns_each_pair():
    # The pair (1, 3) turns by a quarter, the pair (2, 4) does not turn.
    x = np.array([[[1, 2, 3, 4]]], np.float32)
    rotate(x, np.array([[0, 1]], np.float32), np.array([[1, 0]], np.float32))
    assert x.tolist() == [[[-3, 2, 1, 4]]]


def test_swiglu_is_right_at_any_size():
    draw = np.random.default_rng(2)
    x = draw.standard_normal((70, 4000)).astype(np.float32)
    x[0, :4] = [-1e4, 1e4, 0, -88]
    gate, value = x[:, :2000].astype(float), x[:, 2000:].astype(float)
    with np.errstate(over="ignore"):
        expected = gate / (1 + np.exp(-gate)) * value
        given = swiglu(x, Scratch())
    np.testing.assert_allclose(given, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("size", [1.0, 1000.0])
@pytest.mark.parametrize(("m", "n"), [(7, 7), (1, 9), (5, 9), (300, 400)])
def test_attention_sees_only_earlier_tokens(m, n, size):
    draw = np.random.default_rng(3)
    q = draw.standard_normal((6, m, 8)) * size
    k, v = draw.standard_normal((2, n, 8)), draw.standard_normal((2, n, 8))
    out = np.empty((6, m, 8), np.float32)
    causal_attention(*(array.astype(np.float32) for array in (q, k, v)), out, Scratch())
    scores = q @ np.repeat(k, 3, axis=0).transpose(0, 2, 1)
    scores[:, np.arange(n)[None] > np.arange(n - m, n)[:, None]] = -np.inf
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    expected = weights / weights.sum(-1, keepdims=True) @ np.repeat(v, 3, axis=0)
    np.testing.assert_allclose(out, expected, atol=1e-5 if size == 1 else 1e-2)


def test_attention_may_write_over_its_queries():
    draw = np.random.default_rng(4)
    q, k, v = (draw.standard_normal((heads, 200, 8)).astype(np.float32) for heads in (4, 2, 2))
    out = np.empty_like(q)
    causal_attention(q, k, v, out, Scratch())
    causal_attention(q, k, v, q, Scratch())
    np.testing.assert_array_equal(q, out)


def test_small_floats_are_those_of_the_specification():
    # The values are those of OCP Microscaling Formats 1.0, tables 2 and 5.
    assert small_floats(2, 1).tolist() == [
        0,
        0.5,
        1,
        1.5,
        2,
        3,
        4,
        6,
        -0.0,
        -0.5,
        -1,
        -1.5,
        -2,
        -3,
        -4,
        -6,
    ]
    e4m3 = small_floats(4, 3)
    assert (e4m3[1], e4m3[8], e4m3[0x7E], e4m3[0xFE]) == (2**-9, 2**-6, 448, -448)


@pytest.mark.parametrize("bits", [3, 5, 6])
def test_codes_that_lie_across_octets_are_unpacked(bits):
    weight = np.random.default_rng(1).standard_normal((8, 128)).astype(np.float32)
    packed, scales, biases = mx.quantize(mx.array(weight), group_size=32, bits=bits)
    codes = unpack(np.array(packed), bits)
    values = codes.reshape(8, 4, 32) * np.array(scales)[..., None] + np.array(biases)[..., None]
    expected = np.array(mx.dequantize(packed, scales, biases, group_size=32, bits=bits))
    np.testing.assert_allclose(values.reshape(8, 128), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("mode", "group_size", "bits"), [("mxfp4", 32, 4), ("mxfp8", 32, 8), ("nvfp4", 16, 4)]
)
def test_values_of_small_floats_are_those_of_mlx(mode, group_size, bits):
    weight = (
        np.random.default_rng(1).standard_normal((96, 128)).astype(np.float32)
        * np.logspace(-4, 2, 96)[:, None]
    )
    packed, scales = mx.quantize(mx.array(weight.astype(np.float32)), mode=mode)
    expected = np.array(mx.dequantize(packed, scales, mode=mode, dtype=mx.float32))
    matrix = SmallFloats(np.array(packed), np.array(scales), Quantization(group_size, bits, mode))
    assert matrix.shape == (96, 128)
    np.testing.assert_array_equal(matrix.rows(np.array([5, 95, 0])), expected[[5, 95, 0]])
    np.testing.assert_array_equal(matrix.transposed(), expected.T)


class Heads:
    head_size, theta = 128, 1e6


def heads(length):
    mx.random.seed(3)
    norm = RMSNorm(128, 1e-6)
    norm.weight = mx.random.normal((128,))
    return mx.random.normal((3, length, 2, 128)), norm


def test_texts_at_different_positions_are_rotated_as_alone():
    def compute():
        x, norm = heads(1)
        whole = Rotation(Heads, mx.array([3, 0, 20]))(x, norm)
        alone = [Rotation(Heads, place)(x[i : i + 1], norm) for i, place in enumerate((3, 0, 20))]
        return np.array(whole), np.concatenate(list(map(np.array, alone)))

    whole, alone = on_inference_thread(compute)
    assert whole.shape == (3, 2, 1, 128)
    np.testing.assert_allclose(whole, alone, rtol=0, atol=1e-6)


@pytest.mark.skipif(not mx.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_the_cuda_kernel_rotates_as_mlx_does():
    def compute():
        x, norm = heads(40)
        return np.array(CudaRotation(Heads, 7, 40)(x, norm)), np.array(Rotation(Heads, 7)(x, norm))

    kernel, operations = on_inference_thread(compute)
    np.testing.assert_allclose(kernel, operations, rtol=0, atol=1e-4)


def test_the_cuda_kernel_is_used_where_it_runs():
    class Small:
        head_size = 32

    assert [rotation_on(device, Heads) for device in ("cuda", "metal", "cpu")] == [
        CudaRotation,
        Rotation,
        Rotation,
    ]
    assert rotation_on("cuda", Small) is Rotation
