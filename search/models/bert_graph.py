"""BERT as a graph of onnxruntime's fused operators."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from .cpu_threads import cores
from .onnx_graph import MICROSOFT, Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .bert import BertConfig
    from .bert_layers import LayerNorm, StoredLayer
    from .checkpoint import Checkpoint

    Float32 = NDArray[np.float32]


class Products(Protocol):
    """How a graph multiplies with the matrices of a layer: the precision of a model.

    A batch holds at most `batch_tokens` tokens, or one text. Loading takes `bytes_per_value`.
    """

    batch_tokens: ClassVar[int]
    bytes_per_value: ClassVar[int]

    @classmethod
    def of(cls, checkpoint: Checkpoint, config: BertConfig) -> Products:
        """The products for a checkpoint. Raises ModelError where it lacks what they need."""
        ...

    def constants(self, number: int, layer: StoredLayer) -> dict[str, NDArray[Any]]:
        """What the operators read for the layer of that number, by its name in a graph."""
        ...

    def attention(self, graph: Graph, layer: str, asking: str, x: str, bias: str) -> str:
        """What the tokens `asking` attend to among x; they are x, or the first token of each text.

        `bias` is that of the queries, keys and values, one behind the other.
        """
        ...

    def product(self, graph: Graph, x: str, name: str) -> str:
        """The product of x with a matrix: `projection`, `up` or `down` of a layer."""
        ...


class BertGraph:
    """Writes a model, layer by layer, into one graph.

    The graph leads from `tokens` (texts, length, width), the sums of embeddings, to `vectors`
    (texts, width). A vector is the state of the first token for the pooling "cls", else the mean
    of all states. `last_input` names the states (texts, length, width) that enter the last layer.
    """

    def __init__(
        self,
        config: BertConfig,
        norm: LayerNorm,
        stored: Sequence[StoredLayer],
        products: Products,
        pooling: str,
    ) -> None:
        self.graph = Graph()
        self._config = config
        self._products = products
        # Each core prepares a layer's matrices.
        with ThreadPoolExecutor(cores()) as pool:
            for constants in pool.map(products.constants, range(len(stored)), stored):
                self.graph.constants.update(constants)
        # Write the normalisation of the embeddings, the layers, and the pooling.
        inputs = ["tokens", *self._norm("embeddings", norm)]
        x = self.graph.node("LayerNormalization", inputs, "embedded", epsilon=config.eps)
        for i, layer in enumerate(stored):
            self.last_input = x
            x = self._attention(f"{i}.", x, layer, pooling == "cls" and i == config.layers - 1)
            x = self._feed_forward(f"{i}.", x, layer)
        tokens = self.graph.integer("tokens_axis", 1)
        if pooling == "cls":
            self.graph.node("Squeeze", [x, tokens], "vectors")
        else:
            self.graph.node("ReduceMean", [x, tokens], "vectors", keepdims=0)

    def _attention(self, layer: str, x: str, stored: StoredLayer, is_cut: bool) -> str:
        """The states x after a layer's attention; where they are cut, each first token's alone."""
        # A shift of all scores in a row does not change their softmax, so the keys have no bias.
        bias = np.concatenate(
            [stored.query_bias, np.zeros_like(stored.query_bias), stored.value_bias]
        )
        asking = x
        if is_cut:  # Only the first token is pooled.
            first = self.graph.integer("first", 0)
            asking = self.graph.node("Gather", [x, first], f"{layer}first", axis=1)
        attended = self._products.attention(
            self.graph, layer, asking, x, self.graph.constant(f"{layer}attention.bias", bias)
        )
        return self._added(
            attended, asking, f"{layer}projection", stored.output_bias, stored.output_norm
        )

    def _feed_forward(self, layer: str, x: str, stored: StoredLayer) -> str:
        """The states after a layer's feed-forward part."""
        up = self._products.product(self.graph, x, f"{layer}up")
        bias = self.graph.constant(f"{layer}up.bias", stored.up_bias)
        hidden = self.graph.node("BiasGelu", [up, bias], f"{layer}hidden", domain=MICROSOFT)
        return self._added(hidden, x, f"{layer}down", stored.down_bias, stored.down_norm)

    def _added(self, x: str, residual: str, name: str, bias: Float32, norm: LayerNorm) -> str:
        """The product of x with a matrix, its bias and the residual, added and normalised."""
        product = self._products.product(self.graph, x, name)
        inputs = [
            *(product, residual, *self._norm(name, norm)),
            self.graph.constant(f"{name}.bias", bias),
        ]
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
