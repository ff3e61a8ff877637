"""BERT as a graph of onnxruntime's fused operators, with products in 8 bits."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from .activation_ranges import ATTENTION, DOWN, UP, ActivationRanges
from .cpu_threads import cores
from .int8 import Int8Matrix, smoothing_factors
from .onnx_graph import MICROSOFT, Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .bert import BertConfig
    from .bert_layers import StoredLayer
    from .kernels import LayerNorm
    from .quantization import Matrix

    Float32 = NDArray[np.float32]

# A matrix in 8 bits, and what its input is multiplied by; None where that is 1.
Smoothed = tuple[Int8Matrix, "Float32 | None"]


class BertGraph:
    """Writes a model, layer by layer, into one graph.

    The graph leads from `tokens` (1, length, width), the sums of embeddings, to `vector`
    (1, width). The vector is the state of the first token for the pooling "cls", else the mean of
    all states. `last_input` names the states (1, length, width) that enter the last layer.
    """

    def __init__(
        self,
        config: BertConfig,
        norm: LayerNorm,
        stored: Sequence[StoredLayer],
        ranges: ActivationRanges,
        pooling: str,
    ) -> None:
        self.graph = Graph()
        self._config = config
        # Each core widens a layer and cuts it to 8 bits.
        with ThreadPoolExecutor(cores()) as pool:
            matrices = list(pool.map(_matrices, stored, range(len(stored)), [ranges] * len(stored)))
        # Write the normalisation of the embeddings, the layers, and the pooling.
        inputs = ["tokens", *self._norm("embeddings", norm)]
        x = self.graph.node("LayerNormalization", inputs, "embedded", epsilon=config.eps)
        for i, layer in enumerate(stored):
            self.last_input = x
            self._put_matrices(f"{i}.", matrices[i])
            x = self._attention(f"{i}.", x, layer, pooling == "cls" and i == config.layers - 1)
            x = self._feed_forward(f"{i}.", x, layer)
        tokens = self.graph.integer("tokens_axis", 1)
        if pooling == "cls":
            self.graph.node("Squeeze", [x, tokens], "vector")
        else:
            self.graph.node("ReduceMean", [x, tokens], "vector", keepdims=0)

    def _put_matrices(self, layer: str, matrices: dict[str, Smoothed]) -> None:
        for name, (matrix, factors) in matrices.items():
            self.graph.constant(f"{layer}{name}.codes", matrix.codes)
            self.graph.constant(f"{layer}{name}.scales", matrix.scales)
            self.graph.constant(f"{layer}{name}.zeros", np.zeros(len(matrix.scales), np.int8))
            if factors is not None:
                self.graph.constant(f"{layer}{name}.factors", factors)

    def _attention(self, layer: str, x: str, stored: StoredLayer, is_cut: bool) -> str:
        """The states x after a layer's attention; where they are cut, the first token's alone."""
        graph, name = self.graph, f"{layer}attention"
        smooth = self._smoothed(x, name)
        codes = [f"{name}.x", f"{name}.x.scale", f"{name}.x.zero"]
        graph.node("DynamicQuantizeLinear", [smooth], *codes)
        # A shift of all scores in a row does not change their softmax, so the keys have no bias.
        bias = np.concatenate(
            [stored.query_bias, np.zeros_like(stored.query_bias), stored.value_bias]
        )
        inputs = [
            *(codes[0], f"{name}.codes", graph.constant(f"{name}.bias", bias)),
            *(codes[1], f"{name}.scales", "", codes[2], f"{name}.zeros"),
        ]
        attended = graph.node(
            "QAttention", inputs, f"{name}.out", domain=MICROSOFT, num_heads=self._config.heads
        )
        if is_cut:  # Only the first token is pooled.
            first = graph.integer("first", 0)
            attended = graph.node("Gather", [attended, first], f"{name}.first", axis=1)
            x = graph.node("Gather", [x, first], f"{layer}first", axis=1)
        projected = self._product(attended, f"{layer}projection")
        return self._added(
            projected, x, f"{layer}projection", stored.output_bias, stored.output_norm
        )

    def _feed_forward(self, layer: str, x: str, stored: StoredLayer) -> str:
        """The states after a layer's feed-forward part."""
        up = self._product(self._smoothed(x, f"{layer}up"), f"{layer}up")
        bias = self.graph.constant(f"{layer}up.bias", stored.up_bias)
        hidden = self.graph.node("BiasGelu", [up, bias], f"{layer}hidden", domain=MICROSOFT)
        down = self._product(self._smoothed(hidden, f"{layer}down"), f"{layer}down")
        return self._added(down, x, f"{layer}down", stored.down_bias, stored.down_norm)

    def _smoothed(self, x: str, name: str) -> str:
        return self.graph.node("Mul", [x, f"{name}.factors"], f"{name}.smooth")

    def _product(self, x: str, name: str) -> str:
        inputs = [x, f"{name}.codes", f"{name}.scales", f"{name}.zeros"]
        return self.graph.node("DynamicQuantizeMatMul", inputs, f"{name}.out", domain=MICROSOFT)

    def _added(self, x: str, residual: str, name: str, bias: Float32, norm: LayerNorm) -> str:
        """The normalised sum of x, the residual and a bias."""
        inputs = [x, residual, *self._norm(name, norm), self.graph.constant(f"{name}.bias", bias)]
        return self.graph.node(
            "SkipLayerNormalization",
            inputs,
            f"{name}.normalised",
            domain=MICROSOFT,
            epsilon=self._config.eps,
        )

    def _norm(self, name: str, norm: LayerNorm) -> list[str]:
        return [
            self.graph.constant(f"{name}.norm.weight", norm.weight),
            self.graph.constant(f"{name}.norm.bias", norm.bias),
        ]


def _matrices(stored: StoredLayer, number: int, ranges: ActivationRanges) -> dict[str, Smoothed]:
    attention = [_transposed(each) for each in (stored.query, stored.key, stored.value)]
    return {
        "attention": _smooth(np.concatenate(attention, 1), ranges.of[f"{number}.{ATTENTION}"]),
        "projection": (Int8Matrix.of(_transposed(stored.output)), None),
        "up": _smooth(_transposed(stored.up), ranges.of[f"{number}.{UP}"]),
        "down": _smooth(_transposed(stored.down), ranges.of[f"{number}.{DOWN}"]),
    }


def _smooth(matrix: Float32, ranges: Float32) -> Smoothed:
    factors = smoothing_factors(matrix, ranges)
    return Int8Matrix.of(matrix * factors[:, None]), np.reciprocal(factors)


def _transposed(matrix: Matrix) -> Float32:
    """(in, out) from a stored (out, in)."""
    transposed: Float32 = matrix.blocks(matrix.shape[0])[0]
    return transposed
