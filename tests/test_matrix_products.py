"""Products with stored matrices: right in every form, and packed where onnxruntime widens them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from search.models import matrix_products
from search.models.kernels import Scratch
from search.models.matrix_products import (
    PackedProduct,
    WidenedProduct,
    product_of,
    stays_packed,
)
from search.models.quantization import Affine, Plain, Quantization, SmallFloats

pytest.importorskip("onnxruntime")


def affine(rows: int, columns: int, group_size: int, bits: int = 4, seed: int = 1) -> Affine:
    """Random codes, scales of either sign, and biases that are no multiples of them."""
    draw = np.random.default_rng(seed)
    groups = (rows, columns // group_size)
    return Affine(
        draw.integers(0, 2**32, (rows, columns * bits // 32), np.uint32),
        draw.standard_normal(groups, np.float32),
        draw.standard_normal(groups, np.float32),
        Quantization(group_size, bits),
    )


def values(matrix: Affine) -> np.ndarray:
    return matrix.rows(np.arange(matrix.shape[0])).astype(np.float64)


def test_a_product_of_packed_matrices_has_their_scales_and_biases() -> None:
    # Two rows of 32 codes: the first has 3 everywhere, the second 0, 1, 2 … 15 twice.
    packed = np.array([[0x33333333] * 4, [0x76543210, 0xFEDCBA98] * 2], np.uint32)
    scales = np.array([[2], [-1]], np.float32)
    biases = np.array([[0.5], [100]], np.float32)
    product = PackedProduct([Affine(packed, scales, biases, Quantization(32, 4))])
    x = np.zeros((2, 32), np.float32)
    x[0] = 1
    x[1, 5] = 10
    out = np.empty((2, 2), np.float32)
    product.write(x, out, Scratch())
    # 32·(2·3 + 0.5) and 32·100 − 2·(0 + … + 15); 10·6.5 and 10·(100 − 5).
    np.testing.assert_allclose(out, [[208, 2960], [65, 950]], rtol=1e-6)


@pytest.mark.parametrize("group_size", [32, 64, 128])
@pytest.mark.parametrize("n", [1, 9, 300])
def test_packed_matrices_multiply_as_their_values_do(group_size: int, n: int) -> None:
    matrices = [affine(rows, 256, group_size, seed=rows) for rows in (512, 96)]
    product = product_of(matrices)
    assert isinstance(product, PackedProduct) and product.columns == 608
    # 300 rows are corrected in two parts. The states are one half of longer rows, as after a gate.
    x = np.random.default_rng(n).standard_normal((n, 512)).astype(np.float32)[:, :256]
    out, wide = (np.empty((n, 608), np.float32) for _ in range(2))
    product.write(x, out, Scratch())
    expected = x.astype(np.float64) @ np.concatenate(list(map(values, matrices))).T
    np.testing.assert_allclose(out, expected, rtol=0, atol=2e-6 * np.abs(expected).max())
    WidenedProduct(matrices).write(x, wide, Scratch())
    np.testing.assert_allclose(wide, expected, rtol=0, atol=2e-6 * np.abs(expected).max())


def test_only_matrices_of_4_bits_in_equal_groups_stay_packed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    four, eight = affine(8, 256, 64), affine(8, 256, 64, bits=8)
    small = SmallFloats(
        four.packed, np.full((8, 8), 127, np.uint8), Quantization(32, 4, mode="mxfp4")
    )
    plain = Plain(np.ones((8, 256), np.float16))
    assert isinstance(product_of([four]), PackedProduct)
    for matrices in ([eight], [small], [plain], [four, eight], [four, affine(8, 256, 32)]):
        assert isinstance(product_of(matrices), WidenedProduct)
    assert [
        stays_packed(rule)
        for rule in (None, Quantization(64, 4), Quantization(64, 8), Quantization(8, 4))
    ] == [False, True, False, False]
    with monkeypatch.context() as patch:
        patch.setattr(matrix_products, "find_spec", lambda name: None)
        assert isinstance(product_of([four]), WidenedProduct)


def test_several_threads_multiply_by_the_same_matrices() -> None:
    product, scratch = product_of([affine(512, 256, 64)]), Scratch()
    draw = np.random.default_rng(2)
    states = [draw.standard_normal((n, 256)).astype(np.float32) for n in range(1, 41)]

    def multiplied(x: np.ndarray) -> np.ndarray:
        out = np.empty((len(x), 512), np.float32)
        product.write(x, out, scratch)
        return out

    alone = list(map(multiplied, states))
    with ThreadPoolExecutor(4) as pool:
        for out, expected in zip(pool.map(multiplied, states), alone, strict=True):
            np.testing.assert_array_equal(out, expected)
