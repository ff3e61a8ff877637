"""BERT on a processor in onnxruntime, its products in 8 bits.

Each text runs alone, one worker thread a core. So nothing is padded, a vector depends on its own
text only, and no thread waits for another one within a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..errors import ModelError
from .activation_ranges import ActivationRanges
from .batches import in_halves
from .bert import POOLINGS, BertConfig
from .bert_graph import BertGraph
from .bert_inputs import BertInputs
from .bert_layers import StoredLayer, norm_of
from .cpu_threads import workers
from .onnx_session import session_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .checkpoint import Checkpoint

    Float32 = NDArray[np.float32]


class BertInt8:
    """A BERT encoder whose matrices and activations have 8 bits; all else is float32.

    Its vector of a text is the last hidden state of the first token ("cls"), or the mean of the
    states of all tokens ("mean"). Matrices are cut to 8 bits when they are first needed. Raises
    ModelError where the checkpoint's folder has no ranges of activations that fit.
    """

    poolings: ClassVar[tuple[str, ...]] = POOLINGS

    def __init__(self, checkpoint: Checkpoint, pooling: str) -> None:
        config, ranges = BertConfig.of(checkpoint), ActivationRanges.in_folder(checkpoint.folder)
        if ranges is None or not ranges.fit(config):
            raise ModelError(
                f"{checkpoint.folder} lacks the ranges of its activations", "compute it in float32"
            )
        self.dimensions = config.hidden_size
        self.max_tokens = config.max_tokens
        self.vocab_size = config.vocab_size
        self._config = config
        self._inputs = BertInputs(checkpoint, config)
        self._norm = norm_of(checkpoint, f"{config.root}embeddings", config)
        self._stored = [StoredLayer.of(checkpoint, i, config) for i in range(config.layers)]
        self._ranges = ranges
        self._pooling = pooling
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
        session = self._opened(with_states=states is not None)

        def work(batch: list[int]) -> None:
            tokens = self._inputs.of([ids[i] for i in batch], first_segment)
            given = session.run(None, {"tokens": tokens[None]})
            out[batch] = given[0]
            if states is not None:
                states[batch[0]] = given[1][0]

        def run(i: int) -> None:
            in_halves(work, [i])

        # The longest text comes first, so that no core is left with it at the end. A query runs in
        # its caller's thread, so that it does not wait for an ingest's texts.
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
        for _ in map(run, order) if len(order) == 1 else workers().map(run, order):
            pass
        return out

    def _opened(self, with_states: bool) -> Any:
        with self._lock:
            if with_states not in self._sessions:
                config, width = self._config, self.dimensions
                written = BertGraph(config, self._norm, self._stored, self._ranges, self._pooling)
                outputs: dict[str, tuple[int | str, ...]] = {"vector": (1, width)}
                if with_states:
                    outputs[written.last_input] = (1, "length", width)
                self._sessions[with_states] = session_of(
                    written.graph, {"tokens": (1, "length", width)}, outputs
                )
            return self._sessions[with_states]
