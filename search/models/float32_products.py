"""A layer's products in float32, as onnxruntime's operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from .onnx_graph import MICROSOFT, Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .bert import BertConfig
    from .bert_layers import StoredLayer
    from .checkpoint import Checkpoint

    Float32 = NDArray[np.float32]


class Float32Products:
    """Products of float32 matrices with float32 activations."""

    # Matrices are larger than a core's caches, so short texts of one length go through them
    # together. With more tokens than these, the hidden states would not fit the caches either.
    batch_tokens: ClassVar[int] = 256
    # A matrix is in memory twice while onnxruntime copies it, and once after that.
    bytes_per_value: ClassVar[int] = 8

    def __init__(self, heads: int) -> None:
        self._heads = heads

    @classmethod
    def of(cls, checkpoint: Checkpoint, config: BertConfig) -> Float32Products:
        """The products for a checkpoint."""
        del checkpoint
        return cls(config.heads)

    @np.errstate(over="ignore", invalid="ignore")  # The vectors are checked at the end.
    def constants(self, number: int, layer: StoredLayer) -> dict[str, Float32]:
        """The matrices (in, out) of the layer of that number, by their names in a graph."""
        matrices = {
            "query": layer.query,
            "key": layer.key,
            "value": layer.value,
            "projection": layer.output,
            "up": layer.up,
            "down": layer.down,
        }
        return {f"{number}.{name}": matrix.transposed() for name, matrix in matrices.items()}

    def attention(self, graph: Graph, layer: str, asking: str, x: str, bias: str) -> str:
        """What the tokens `asking` attend to among x.

        The operator does not hold all scores of a long text at a time.
        """
        states = {"query": asking, "key": x, "value": x}
        inputs = [self.product(graph, state, f"{layer}{name}") for name, state in states.items()]
        return graph.node(
            "MultiHeadAttention",
            [*inputs, bias],
            f"{layer}attended",
            domain=MICROSOFT,
            num_heads=self._heads,
        )

    def product(self, graph: Graph, x: str, name: str) -> str:
        """The product of x with the matrix of that name."""
        return graph.node("MatMul", [x, name], f"{name}.out")
