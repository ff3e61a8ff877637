"""A layer's products in 8 bits, as onnxruntime's operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..errors import ModelError
from .activation_ranges import ATTENTION, DOWN, UP, ActivationRanges
from .int8 import Int8Matrix, smoothing_factors
from .onnx_graph import MICROSOFT, Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .bert import BertConfig
    from .bert_layers import StoredLayer
    from .checkpoint import Checkpoint

    Float32 = NDArray[np.float32]


class Int8Products:
    """Products of matrices in 8 bits with activations in 8 bits."""

    # Each text runs alone: activations have one scale for a whole batch, so a vector would depend
    # on the text's neighbours.
    batch_tokens: ClassVar[int] = 1
    # The codes are in memory twice while onnxruntime copies them, and once after that.
    bytes_per_value: ClassVar[int] = 2

    def __init__(self, heads: int, ranges: ActivationRanges) -> None:
        self._heads = heads
        self._ranges = ranges

    @classmethod
    def of(cls, checkpoint: Checkpoint, config: BertConfig) -> Int8Products:
        """The products for a checkpoint.

        Raises ModelError where its folder has no ranges of activations that fit.
        """
        ranges = ActivationRanges.in_folder(checkpoint.folder)
        if ranges is None or not ranges.fit(config):
            raise ModelError(
                f"{checkpoint.folder} lacks the ranges of its activations", "compute it in float32"
            )
        return cls(config.heads, ranges)

    @np.errstate(over="ignore", invalid="ignore")  # The vectors are checked at the end.
    def constants(self, number: int, layer: StoredLayer) -> dict[str, NDArray[Any]]:
        """The matrices of the layer of that number and their scales, by their names in a graph."""
        asking = [matrix.transposed() for matrix in (layer.query, layer.key, layer.value)]
        attention, up, down = (
            self._ranges.of[f"{number}.{name}"] for name in (ATTENTION, UP, DOWN)
        )
        return {
            **_smoothed(f"{number}.attention", np.concatenate(asking, 1), attention),
            **_coded(f"{number}.projection", layer.output.transposed()),
            **_smoothed(f"{number}.up", layer.up.transposed(), up),
            **_smoothed(f"{number}.down", layer.down.transposed(), down),
        }

    def attention(self, graph: Graph, layer: str, asking: str, x: str, bias: str) -> str:
        """What the tokens `asking` attend to among x; they are x, or the first token of each text.

        The operator lets all tokens of x attend.
        """
        name = f"{layer}attention"
        codes = [f"{name}.x", f"{name}.x.scale", f"{name}.x.zero"]
        graph.node("DynamicQuantizeLinear", [self._smooth(graph, x, name)], *codes)
        inputs = [
            *(codes[0], f"{name}.codes", bias),
            *(codes[1], f"{name}.scales", "", codes[2], f"{name}.zeros"),
        ]
        attended = graph.node(
            "QAttention", inputs, f"{name}.out", domain=MICROSOFT, num_heads=self._heads
        )
        if asking == x:
            return attended
        return graph.node("Gather", [attended, graph.integer("first", 0)], f"{name}.first", axis=1)

    def product(self, graph: Graph, x: str, name: str) -> str:
        """The product of x with the matrix of that name."""
        inputs = [self._smooth(graph, x, name), f"{name}.codes", f"{name}.scales", f"{name}.zeros"]
        return graph.node("DynamicQuantizeMatMul", inputs, f"{name}.out", domain=MICROSOFT)

    def _smooth(self, graph: Graph, x: str, name: str) -> str:
        """The activations x, divided by the factors of the matrix where it has some."""
        factors = f"{name}.factors"
        if factors not in graph.constants:
            return x
        return graph.node("Mul", [x, factors], f"{name}.smooth")


def _smoothed(name: str, matrix: Float32, ranges: Float32) -> dict[str, NDArray[Any]]:
    factors = smoothing_factors(matrix, ranges)
    return {
        **_coded(name, matrix * factors[:, None]),
        f"{name}.factors": np.reciprocal(factors),
    }


def _coded(name: str, matrix: Float32) -> dict[str, NDArray[Any]]:
    coded = Int8Matrix.of(matrix)
    return {
        f"{name}.codes": coded.codes,
        f"{name}.scales": coded.scales,
        f"{name}.zeros": np.zeros(len(coded.scales), np.int8),
    }
