"""numpy reads MLX's quantised matrices as MLX does, and as worked by hand."""

import hashlib
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from search.models.quantization import Affine, Plain, Quantization, as_float32, unpack

STARTER = Path(__file__).parent.parent / "search" / "models" / "starter"


def affine(weight, group_size, bits, dtype=mx.float16):
    packed, scales, biases = mx.quantize(
        mx.array(weight).astype(dtype), group_size=group_size, bits=bits
    )
    widened = mx.dequantize(
        packed,
        scales.astype(mx.float32),
        biases.astype(mx.float32),
        group_size=group_size,
        bits=bits,
    )
    parts = [
        np.array(part) for part in (packed, scales.astype(mx.float32), biases.astype(mx.float32))
    ]
    return Affine(*parts, Quantization(group_size, bits)), np.array(widened)


def test_unpack_takes_the_lowest_bits_first():
    assert unpack(np.array([[0x87654321]], np.uint32), 4).tolist() == [[1, 2, 3, 4, 5, 6, 7, 8]]
    assert unpack(np.array([[0x04030201], [0xFF000000]], np.uint32), 8).tolist() == [
        [1, 2, 3, 4],
        [0, 0, 0, 255],
    ]
    assert unpack(np.array([[0b11100100]], np.uint32), 2)[0, :4].tolist() == [0, 1, 2, 3]


def test_a_group_has_the_values_worked_by_hand():
    # The eight 4-bit numbers q = 1…8 form two groups of four: 0.5·q + 10 and 2·q − 1.
    matrix = Affine(
        np.array([[0x87654321]], np.uint32),
        np.array([[0.5, 2]], np.float16),
        np.array([[10, -1]], np.float16),
        Quantization(4, 4),
    )
    values = [10.5, 11, 11.5, 12, 9, 11, 13, 15]
    assert matrix.shape == (1, 8)
    assert matrix.rows(np.array([0, 0])).tolist() == [values, values]
    assert matrix.transposed().tolist() == [[value] for value in values]


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("group_size", [32, 64])
def test_values_are_those_of_mlx(bits, group_size):
    weight = np.random.default_rng(1).standard_normal((96, 128)).astype(np.float32)
    matrix, expected = affine(weight, group_size, bits)
    np.testing.assert_allclose(matrix.rows(np.arange(96)), expected, atol=1e-6)
    transposed = matrix.transposed()
    assert transposed.flags.c_contiguous
    np.testing.assert_allclose(transposed, expected.T, atol=1e-6)


def test_plain_matrices_have_the_same_layouts():
    weight = np.arange(12, dtype=np.float16).reshape(4, 3)
    matrix = Plain(weight)
    assert matrix.shape == (4, 3)
    assert matrix.rows(np.array([2, 0])).tolist() == [[6, 7, 8], [0, 1, 2]]
    transposed = matrix.transposed()
    assert (transposed.dtype, transposed.flags.c_contiguous) == (np.float32, True)
    assert transposed.tolist() == [[0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8, 11]]
    assert weight.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]


def test_bfloat16_is_the_upper_half_of_float32():
    values = [0.0, 1.0, -2.5, 3.140625, float("inf")]
    bits = np.array(values, np.float32).view(np.uint32) >> 16
    assert as_float32(bits.astype(np.uint16)).tolist() == values


def test_the_starters_files_have_their_checksums():
    lines = (STARTER / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert sums == {
        name: hashlib.sha256((STARTER / name).read_bytes()).hexdigest() for name in sums
    }
    files = {str(path.relative_to(STARTER)) for path in STARTER.rglob("*") if path.is_file()}
    assert files - {"SHA256SUMS"} == set(sums)
