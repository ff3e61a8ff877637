"""BERT on a processor in onnxruntime.

Texts of one length run together in a thread, or each alone, and no thread waits for another one. So
nothing is padded, and a vector depends on its own text only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .batches import in_halves, of_one_length
from .bert import POOLINGS, BertConfig
from .bert_graph import BertGraph
from .bert_inputs import BertInputs
from .bert_layers import StoredLayer, norm_of
from .cpu_threads import cores, each
from .float32_products import Float32Products
from .int8_products import Int8Products
from .onnx_session import session_of
from .weight_memory import host_memory, require_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .bert_graph import Products
    from .checkpoint import Checkpoint

    Float32 = NDArray[np.float32]


class BertOnnx:
    """A BERT encoder with the products of a precision. All else is computed in float32.

    Its vector of a text is the last hidden state of the first token ("cls"), or the mean of the
    states of all tokens ("mean"). Matrices are prepared when they are first needed. Raises
    ModelError where they do not fit the memory, or the checkpoint lacks what the precision needs.
    """

    poolings: ClassVar[tuple[str, ...]] = POOLINGS
    products: ClassVar[type[Products]]

    def __init__(self, checkpoint: Checkpoint, pooling: str) -> None:
        config = BertConfig.of(checkpoint)
        root = f"{config.root}embeddings"
        self.dimensions = config.hidden_size
        self.max_tokens = config.max_tokens
        self.vocab_size = config.vocab_size
        self._config = config
        self._pooling = pooling
        self._products = self.products.of(checkpoint, config)
        require_memory(
            checkpoint,
            self._products.bytes_per_value,
            host_memory(),
            left_out=f"{root}.word_embeddings",
        )
        self._inputs = BertInputs(checkpoint, config)
        self._norm = norm_of(checkpoint, root, config)
        self._stored = [StoredLayer.of(checkpoint, i, config) for i in range(config.layers)]
        self._sessions: dict[bool, Any] = {}
        self._lock = Lock()

    def encode(self, ids: Sequence[Sequence[int]]) -> Float32:
        """(n, dimensions) pooled hidden states of n texts of 1 to `max_tokens` ids each.

        The states are not unit vectors.
        """
        return self._encode(ids, None)

    def encode_after(self, prefix: Sequence[int], ids: Sequence[Sequence[int]]) -> Float32:
        """As `encode`, for texts whose first segment is `prefix` and whose second is their ids."""
        return self._encode([[*prefix, *text] for text in ids], len(prefix))

    def encode_with_states(
        self, prefix: Sequence[int], ids: Sequence[Sequence[int]]
    ) -> tuple[Float32, list[Float32]]:
        """As `encode_after`, with each text's (tokens, dimensions) states before the last layer."""
        states: list[Float32] = [np.empty(0, np.float32)] * len(ids)
        return self._encode([[*prefix, *text] for text in ids], len(prefix), states), states

    def _encode(
        self,
        ids: Sequence[Sequence[int]],
        first_segment: int | None,
        states: list[Float32] | None = None,
    ) -> Float32:
        out = np.empty((len(ids), self.dimensions), np.float32)
        lengths = list(map(len, ids))
        # Each core gets a batch, also of a few short texts.
        budget = min(self._products.batch_tokens, sum(lengths) // cores() + 1)

        def work(batch: list[int]) -> None:
            texts = [ids[i] for i in batch]
            out[batch], *last_inputs = self._forward(texts, first_segment, states is not None)
            if states is not None:
                for i, last_input in zip(batch, last_inputs[0], strict=True):
                    states[i] = last_input

        # The longest texts come first, so that no core is left with one at the end.
        each(partial(in_halves, work), of_one_length(lengths, budget))
        return out

    def _forward(
        self, texts: list[Sequence[int]], first_segment: int | None, with_states: bool
    ) -> list[Float32]:
        """[(len(texts), width) pooled states] of texts of one length.

        `first_segment` is the length of each text's first segment, None where there is one segment.
        With states, the (len(texts), length, width) states before the last layer follow.
        """
        x = self._inputs.of(texts, first_segment).reshape(len(texts), -1, self.dimensions)
        given: list[Float32] = self._opened(with_states).run(None, {"tokens": x})
        return given

    def _opened(self, with_states: bool) -> Any:
        with self._lock:
            if with_states not in self._sessions:
                config, width = self._config, self.dimensions
                written = BertGraph(config, self._norm, self._stored, self._products, self._pooling)
                outputs: dict[str, tuple[int | str, ...]] = {"vectors": ("texts", width)}
                if with_states:
                    outputs[written.last_input] = ("texts", "length", width)
                self._sessions[with_states] = session_of(
                    written.graph, {"tokens": ("texts", "length", width)}, outputs
                )
            return self._sessions[with_states]


class BertFloat32(BertOnnx):
    """BERT with matrices and activations in float32."""

    products = Float32Products


class BertInt8(BertOnnx):
    """BERT with matrices and activations in 8 bits."""

    products = Int8Products
