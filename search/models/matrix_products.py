"""Products with a layer's matrices, in float32 arithmetic.

Matrices in MLX's affine format of 4 bits stay packed: onnxruntime widens them part by part while it
multiplies, so they need an eighth of the memory that float32 needs. All others are widened once.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .quantization import Affine, as_float32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .kernels import Scratch
    from .quantization import Matrix, Quantization

    Float32 = NDArray[np.float32]

# The codes that onnxruntime multiplies have this zero point where it is given none.
MIDDLE = 8
# The groups of columns that share a scale in onnxruntime: a power of two, at least 16.
GROUP_SIZES = (16, 32, 64, 128, 256)
# Rows that are widened and transposed at a time. A strip stays in the core's own cache, which makes
# transposing several times faster.
STRIP = 128
# Elements of a product that are corrected at a time: they stay in the core's own cache.
CORRECTED = 131072


class Product(Protocol):
    """Several matrices (out, in), side by side as one matrix (in, columns)."""

    columns: int

    def write(self, x: Float32, out: Float32, scratch: Scratch) -> None:
        """Writes x @ matrix to `out`; x is (n, in), and out is (n, columns) and contiguous.

        Thread-safe.
        """
        ...


class WidenedProduct:
    """Matrices kept as float32, multiplied by numpy."""

    def __init__(self, matrices: Sequence[Matrix]) -> None:
        self.columns = sum(matrix.shape[0] for matrix in matrices)
        self._values = np.empty((matrices[0].shape[1], self.columns), np.float32)
        start = 0
        for matrix in matrices:
            end = start + matrix.shape[0]
            for first in range(start, end, STRIP):
                rows = np.arange(first, min(end, first + STRIP))
                self._values[:, rows[0] : rows[-1] + 1] = matrix.rows(rows - start).T
            start = end

    def write(self, x: Float32, out: Float32, scratch: Scratch) -> None:
        """As in `Product`."""
        del scratch
        np.matmul(x, self._values, out=out)


class PackedProduct:
    """Matrices in the affine format of 4 bits, which are multiplied as they are.

    A value is `scale · code + bias = scale · (code − 8) + (bias + 8 · scale)`. onnxruntime computes
    the product with the first part. The second part is the same for all columns of a group, so its
    product is that of the sums of the states in each group.
    """

    def __init__(self, matrices: Sequence[Affine]) -> None:
        from .onnx_graph import MICROSOFT, Graph
        from .onnx_session import session_of

        inner, size = matrices[0].shape[1], matrices[0].quantization.group_size
        self.columns = sum(matrix.shape[0] for matrix in matrices)
        scales = np.concatenate([as_float32(matrix.scales) for matrix in matrices])
        biases = np.concatenate([as_float32(matrix.biases) for matrix in matrices])
        codes = [np.ascontiguousarray(matrix.packed).view(np.uint8) for matrix in matrices]
        self._offsets = np.ascontiguousarray((biases + MIDDLE * scales).T)
        self._ones = np.ones(size, np.float32)
        graph = Graph()
        graph.constant("codes", np.concatenate(codes).reshape(self.columns, -1, size // 2))
        graph.constant("scales", scales.reshape(-1))
        graph.node(
            "MatMulNBits",
            ["x", "codes", "scales"],
            "product",
            domain=MICROSOFT,
            K=inner,
            N=self.columns,
            bits=4,
            block_size=size,
            accuracy_level=1,  # float32
        )
        self._session: Any = session_of(
            graph, {"x": ("n", inner)}, {"product": ("n", self.columns)}
        )

    def write(self, x: Float32, out: Float32, scratch: Scratch) -> None:
        """As in `Product`."""
        if not x.flags.c_contiguous:
            contiguous = scratch.take("contiguous", *x.shape)
            np.copyto(contiguous, x)
            x = contiguous
        binding = self._session.io_binding()
        for bind, name, array in (
            (binding.bind_input, "x", x),
            (binding.bind_output, "product", out),
        ):
            bind(name, "cpu", 0, np.float32, array.shape, array.ctypes.data)
        self._session.run_with_iobinding(binding)
        sums = x.reshape(len(x), -1, len(self._ones)) @ self._ones
        rows = max(1, CORRECTED // self.columns)
        for start in range(0, len(x), rows):
            part = out[start : start + rows]
            part += np.matmul(
                sums[start : start + rows], self._offsets, out=scratch.take("offset", *part.shape)
            )


def product_of(matrices: Sequence[Matrix]) -> Product:
    """The product with these matrices, which all have the same number of columns."""
    packed = [matrix for matrix in matrices if isinstance(matrix, Affine)]
    if (
        len(packed) == len(matrices)
        and len({matrix.quantization for matrix in packed}) == 1
        and stays_packed(packed[0].quantization)
    ):
        return PackedProduct(packed)
    return WidenedProduct(matrices)


def stays_packed(quantization: Quantization | None) -> bool:
    """Whether matrices that are quantised so are multiplied without being widened."""
    return (
        quantization is not None
        and (quantization.mode, quantization.bits) == ("affine", 4)
        and quantization.group_size in GROUP_SIZES
        and find_spec("onnxruntime") is not None
    )
