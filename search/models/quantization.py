"""Weight matrices as a checkpoint stores them, plain or quantised, and their float32 values.

The quantised formats are those of MLX
(https://ml-explore.github.io/mlx/build/html/python/_autosummary/mlx.core.quantize.html). Each row
of a matrix is cut into groups of `group_size` columns. Their codes of `bits` bits are packed
little-endian into uint32 words. In the affine format, a group's values are `scale * code + bias`.
In mxfp4, mxfp8 and nvfp4, codes and scales are small floats, and a value is their product
(https://www.opencompute.org/documents/ocp-microscaling-formats-mx-v1-0-spec-final-pdf, §5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Quantization:
    """How a matrix is quantised: MLX's `group_size`, `bits` and `mode`."""

    group_size: int
    bits: int
    mode: str = "affine"


class Matrix(Protocol):
    """A stored weight of `shape` (rows, columns).

    These are (out, in) in a linear layer and (tokens, width) in an embedding.
    """

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the values, not of their packed form."""
        ...

    def rows(self, index: NDArray[np.intp]) -> Float32:
        """(len(index), columns): the rows named by `index`."""
        ...

    def transposed(self) -> Float32:
        """(columns, rows), contiguous."""
        ...


@dataclass(frozen=True, slots=True)
class Plain:
    """A matrix stored as float32, float16 or bfloat16."""

    weight: NDArray[Any]

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        rows, columns = self.weight.shape
        return rows, columns

    def rows(self, index: NDArray[np.intp]) -> Float32:
        """(len(index), columns): the rows named by `index`."""
        return as_float32(self.weight[index])

    def transposed(self) -> Float32:
        """(columns, rows), contiguous."""
        return np.ascontiguousarray(as_float32(self.weight).T)


@dataclass(frozen=True, slots=True)
class Affine:
    """A matrix in MLX's affine format.

    `packed` is (rows, columns·bits/32), `scales` and `biases` are (rows, groups).
    """

    packed: NDArray[np.uint32]
    scales: NDArray[Any]
    biases: NDArray[Any]
    quantization: Quantization

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return len(self.packed), self.packed.shape[1] * 32 // self.quantization.bits

    def rows(self, index: NDArray[np.intp]) -> Float32:
        """(len(index), columns): the rows named by `index`."""
        scales, biases = as_float32(self.scales[index]), as_float32(self.biases[index])
        codes = unpack(self.packed[index], self.quantization.bits)
        out = codes.reshape(*scales.shape, -1).astype(np.float32)
        out *= scales[..., None]
        out += biases[..., None]
        return out.reshape(codes.shape)

    def transposed(self) -> Float32:
        """(columns, rows), contiguous."""
        # The codes are transposed before they are widened: transposing is slow, and the codes have
        # a quarter of the bytes.
        codes = np.ascontiguousarray(unpack(self.packed, self.quantization.bits).T)
        scales, biases = (
            np.ascontiguousarray(as_float32(each).T)[:, None] for each in (self.scales, self.biases)
        )
        out = codes.astype(np.float32)
        grouped = out.reshape(len(scales), -1, len(self.packed))
        grouped *= scales
        grouped += biases
        return out


@dataclass(frozen=True, slots=True)
class SmallFloats:
    """A matrix of small floats: packed (rows, columns·bits/32), scales (rows, groups) of a byte."""

    packed: NDArray[np.uint32]
    scales: NDArray[np.uint8]
    quantization: Quantization

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return len(self.packed), self.packed.shape[1] * 32 // self.quantization.bits

    def rows(self, index: NDArray[np.intp]) -> Float32:
        """(len(index), columns): the rows named by `index`."""
        return self._widened(self.packed[index], self.scales[index])

    def transposed(self) -> Float32:
        """(columns, rows), contiguous."""
        return np.ascontiguousarray(self._widened(self.packed, self.scales).T)

    def _widened(self, packed: NDArray[np.uint32], scales: NDArray[np.uint8]) -> Float32:
        codes, exponents = SMALL_FLOATS[self.quantization.mode]
        values = codes[unpack(packed, self.quantization.bits)]
        grouped = values.reshape(*scales.shape, -1)
        grouped *= exponents[scales][..., None]
        return values


def small_floats(exponent_bits: int, mantissa_bits: int) -> Float32:
    """The value of each code of a small float.

    The float has a sign, `exponent_bits` and `mantissa_bits`, the usual bias and subnormal numbers.

    >>> small_floats(2, 1).tolist()[:8]
    [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]
    """
    code = np.arange(2 ** (exponent_bits + mantissa_bits))
    exponent, mantissa = code >> mantissa_bits, (code & (2**mantissa_bits - 1)) / 2**mantissa_bits
    bias = 2 ** (exponent_bits - 1) - 1
    values = np.where(
        exponent, (1 + mantissa) * 2.0 ** (exponent - bias), mantissa * 2.0 ** (1 - bias)
    )
    return np.concatenate([values, -values]).astype(np.float32)


def _e4m3() -> Float32:
    values = small_floats(4, 3)
    values[[0x7F, 0xFF]] = np.nan
    return values


# The value of each code of an 8-bit exponent. The code 255 is NaN; no format here has infinities.
POWERS = np.append(np.exp2(np.arange(-127, 128, dtype=np.float64)), np.nan).astype(np.float32)
# mode → the values of the codes, the values of the scales
SMALL_FLOATS = {
    "mxfp4": (small_floats(2, 1), POWERS),
    "mxfp8": (_e4m3(), POWERS),
    "nvfp4": (small_floats(2, 1), _e4m3()),
}


def unpack(packed: NDArray[np.uint32], bits: int) -> NDArray[np.uint8]:
    """The integers of `bits` bits in `packed`, the lowest bits first.

    The shapes are (rows, words) → (rows, words·32/bits).

    >>> unpack(np.array([[0x87654321]], np.uint32), 4).tolist()
    [[1, 2, 3, 4, 5, 6, 7, 8]]
    """
    octets = np.ascontiguousarray(packed).view(np.uint8)
    if bits == 8:
        return octets
    if 8 % bits:
        # Some codes lie in two octets. Unpacking them is slow; it is done for a few rows at a time.
        stream = np.unpackbits(octets, axis=1, bitorder="little").reshape(len(packed), -1, bits)
        return np.packbits(stream, axis=2, bitorder="little")[..., 0]
    shifts = np.arange(0, 8, bits, dtype=np.uint8)
    parts: NDArray[np.uint8] = (octets[..., None] >> shifts) & np.uint8(2**bits - 1)
    return parts.reshape(len(packed), -1)


def as_float32(stored: NDArray[Any]) -> Float32:
    """A float32 copy of an array of floats.

    A uint16 array is read as bfloat16, whose numbers are the upper halves of float32.
    """
    if stored.dtype == np.uint16:
        return (stored.astype(np.uint32) << 16).view(np.float32)
    return stored.astype(np.float32)
