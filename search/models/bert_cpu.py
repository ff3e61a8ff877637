"""BERT on the CPU in numpy, in float32.

A batch packs several texts without padding, and each core works on one batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from .batches import by_length, in_halves
from .bert import POOLINGS, BertConfig
from .bert_inputs import BertInputs
from .bert_layers import StoredLayer, norm_of
from .cpu_threads import cores, single_threaded_blas, workers
from .kernels import GELU_SCALE, GELU_UNSCALE, LayerNorm, Scratch, attention, gelu, product
from .weight_memory import host_memory, require_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .checkpoint import Checkpoint
    from .quantization import Matrix

    Float32 = NDArray[np.float32]

# Tokens in a packed batch: more gain nothing and cost memory, fewer make BLAS products too small.
BATCH_TOKENS = 1024
MIN_BATCH_TOKENS = 256
# Up to this many tokens, products with narrow contiguous blocks of a matrix are twice as fast,
# because BLAS need not pack them.
BLOCKED_TOKENS = 32


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer ready to run: its matrices lie in blocks of columns and contain constant factors."""

    query: Float32
    query_bias: Float32
    key_value: Float32
    output: Float32
    output_bias: Float32
    output_norm: LayerNorm
    up: Float32
    up_bias: Float32
    down: Float32
    down_bias: Float32
    down_norm: LayerNorm


class BertCpu:
    """A BERT encoder.

    Its vector of a text is the last hidden state of the first token ("cls"), or the mean of the
    states of all tokens ("mean").

    Matrices are widened to float32 when they are first needed: as wholes for large batches, and in
    blocks for a single query.
    """

    poolings = POOLINGS

    def __init__(self, checkpoint: Checkpoint, pooling: str) -> None:
        config = BertConfig.of(checkpoint)
        width, root = config.hidden_size, f"{config.root}embeddings"
        require_memory(checkpoint, 4, host_memory(), left_out=f"{root}.word_embeddings")
        self._config = config
        self._inputs = BertInputs(checkpoint, config)
        self._norm = norm_of(checkpoint, root, config)
        self._stored = [StoredLayer.of(checkpoint, i, config) for i in range(config.layers)]
        self._ready: dict[bool, list[Layer]] = {}
        self._scratch = Scratch()
        self._lock = Lock()
        self._of_all = pooling == "mean"
        self.dimensions = width
        self.max_tokens = config.max_tokens
        self.vocab_size = config.vocab_size

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
        budget = max(MIN_BATCH_TOKENS, min(BATCH_TOKENS, sum(lengths) // cores() + 1))
        batches = by_length(lengths, budget, padded=False)

        def work(batch: list[int]) -> None:
            texts = [ids[i] for i in batch]
            layers = self._layers(blocked=sum(map(len, texts)) <= BLOCKED_TOKENS)
            last_input: list[Float32] | None = None if states is None else []
            out[batch] = self._forward(texts, layers, first_segment, last_input)
            if states is not None and last_input:
                ends = list(accumulate(map(len, texts)))
                for i, part in zip(batch, np.split(last_input[0], ends[:-1]), strict=True):
                    states[i] = part

        with single_threaded_blas():
            # A query runs in its caller's thread, so that it does not wait for an ingest's batches.
            run = partial(in_halves, work)
            for _ in map(run, batches) if len(batches) == 1 else workers().map(run, batches):
                pass
        return out

    def _layers(self, blocked: bool) -> list[Layer]:
        with self._lock:
            if blocked not in self._ready:
                # The shared workers are not used here: they may be the ones that wait for this.
                with ThreadPoolExecutor(cores()) as pool:
                    layers = pool.map(
                        partial(_widened, config=self._config, blocked=blocked), self._stored
                    )
                    self._ready[blocked] = list(layers)
            return self._ready[blocked]

    def _forward(
        self,
        texts: list[Sequence[int]],
        layers: list[Layer],
        first_segment: int | None,
        last_input: list[Float32] | None = None,
    ) -> Float32:
        """(len(texts), width) pooled states of one packed batch.

        `first_segment` is the length of each text's first segment, None where there is one segment.
        The states that enter the last layer are added to `last_input`, unless it is None.
        """
        width, count = self.dimensions, sum(map(len, texts))
        ends = list(accumulate(map(len, texts)))
        bounds = list(zip([0, *ends], ends, strict=False))
        take = self._scratch.take
        q, keys_values = take("q", count, width), take("kv", count, 2 * width)
        attended = take("attended", count, width)
        x = self._inputs.of(texts, first_segment)
        # Scores out of exp's range and weights that are not finite are found in the result.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            self._norm.apply(x)
            for layer in layers:
                if last_input is not None and layer is layers[-1]:
                    last_input.append(x.copy())
                # Compute keys and values of all tokens, and queries of those that are needed.
                product(x, layer.key_value, keys_values)
                is_cut = layer is layers[-1] and not self._of_all
                if is_cut:  # Only each text's first token is pooled.
                    x = x[[start for start, _ in bounds]]
                    q, attended = q[: len(texts)], attended[: len(texts)]
                product(x, layer.query, q)
                q += layer.query_bias
                # Let each text attend to its own tokens.
                for i, (start, end) in enumerate(bounds):
                    rows = slice(i, i + 1) if is_cut else slice(start, end)
                    keys, values = keys_values[start:end, :width], keys_values[start:end, width:]
                    keys -= np.full(end - start, 1 / (end - start), np.float32) @ keys
                    attention(
                        q[rows], keys, values, attended[rows], self._config.heads, self._scratch
                    )
                self._finish(layer, x, attended)
        if self._of_all:
            means: Float32 = np.add.reduceat(x, [start for start, _ in bounds])
            means /= np.array(list(map(len, texts)), np.float32)[:, None]
            return means
        return x

    def _finish(self, layer: Layer, x: Float32, attended: Float32) -> None:
        """Applies the projection, the feed-forward part and both normalisations to x, in place."""
        projected = self._scratch.take("projected", *x.shape)
        hidden = self._scratch.take("hidden", len(x), len(layer.up_bias))
        product(attended, layer.output, projected)
        x += projected
        x += layer.output_bias
        layer.output_norm.apply(x)
        product(x, layer.up, hidden)
        gelu(hidden, layer.up_bias, self._scratch)
        product(hidden, layer.down, projected)
        x += projected
        x += layer.down_bias
        layer.down_norm.apply(x)


@np.errstate(over="ignore", invalid="ignore")  # The vectors are checked at the end.
def _widened(stored: StoredLayer, config: BertConfig, blocked: bool) -> Layer:
    """The layer in float32, its matrices in narrow blocks or as wholes.

    The key's bias is left out, and the value's bias is moved into that of the projection. Neither
    changes a result: a shift of all scores in a row does not change their softmax, and a row of
    softmax sums to 1.
    """

    def widened(matrix: Matrix, width: int, factor: float = 1.0) -> Float32:
        rows, _ = matrix.shape
        return matrix.blocks(width if blocked and rows % width == 0 else rows, factor)

    scale = (config.hidden_size // config.heads) ** -0.5
    output = widened(stored.output, 64)
    projected_value_bias = (stored.value_bias @ output).reshape(-1)
    return Layer(
        query=widened(stored.query, 64, scale),
        query_bias=stored.query_bias * np.float32(scale),
        key_value=np.concatenate(
            [widened(stored.key, 64), widened(stored.value, 64)], axis=0 if blocked else 2
        ),
        output=output,
        output_bias=stored.output_bias + projected_value_bias,
        output_norm=stored.output_norm,
        up=widened(stored.up, 64, GELU_SCALE),
        up_bias=stored.up_bias * np.float32(GELU_SCALE),
        down=widened(stored.down, 32, GELU_UNSCALE),
        down_bias=stored.down_bias,
        down_norm=stored.down_norm,
    )
