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
class StoredLayer:
    """A layer's weights as the checkpoint has them; its matrices are (out, in).

    `output` is the projection after the attention.
    """

    query: Matrix
    query_bias: Float32
    key: Matrix
    value: Matrix
    value_bias: Float32
    output: Matrix
    output_bias: Float32
    output_norm: LayerNorm
    up: Matrix
    up_bias: Float32
    down: Matrix
    down_bias: Float32
    down_norm: LayerNorm


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
        width, root = config.hidden_size, f"{config.root}embeddings."
        require_memory(checkpoint, 4, host_memory(), left_out=f"{root}word_embeddings")
        self._config = config
        self._words = checkpoint.matrix(f"{root}word_embeddings", config.vocab_size, width)
        positions = checkpoint.matrix(f"{root}position_embeddings", config.positions, width)
        stored_types = checkpoint.matrix(f"{root}token_type_embeddings", config.token_types, width)
        types = stored_types.rows(np.arange(config.token_types))
        self._positions = positions.rows(np.arange(config.positions)) + types[:1]
        # `_positions` contain the type of the first segment. This turns it into the second's.
        self._second_segment = types[min(1, config.token_types - 1)] - types[0]
        self._norm = _norm(checkpoint, root, config)
        self._stored = [
            _stored(checkpoint, f"{config.root}encoder.layer.{i}.", config)
            for i in range(config.layers)
        ]
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

    def _encode(self, ids: Sequence[Sequence[int]], first_segment: int | None) -> Float32:
        out = np.empty((len(ids), self.dimensions), np.float32)
        lengths = list(map(len, ids))
        budget = max(MIN_BATCH_TOKENS, min(BATCH_TOKENS, sum(lengths) // cores() + 1))
        batches = by_length(lengths, budget, padded=False)

        def work(batch: list[int]) -> None:
            texts = [ids[i] for i in batch]
            layers = self._layers(blocked=sum(map(len, texts)) <= BLOCKED_TOKENS)
            out[batch] = self._forward(texts, layers, first_segment)

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
        self, texts: list[Sequence[int]], layers: list[Layer], first_segment: int | None
    ) -> Float32:
        """(len(texts), width) pooled states of one packed batch.

        `first_segment` is the length of each text's first segment, None where there is one segment.
        """
        width, count = self.dimensions, sum(map(len, texts))
        ends = list(accumulate(map(len, texts)))
        bounds = list(zip([0, *ends], ends, strict=False))
        take = self._scratch.take
        q, keys_values = take("q", count, width), take("kv", count, 2 * width)
        attended = take("attended", count, width)
        # Embed the tokens: the sum of word, position and segment.
        x = self._words.rows(np.concatenate(texts))
        for text, (start, end) in zip(texts, bounds, strict=True):
            x[start:end] += self._positions[self._config.positions_of(text)]
            if first_segment is not None:
                x[start + first_segment : end] += self._second_segment
        # Scores out of exp's range and weights that are not finite are found in the result.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            self._norm.apply(x)
            for layer in layers:
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


def _norm(checkpoint: Checkpoint, prefix: str, config: BertConfig) -> LayerNorm:
    name, width = f"{prefix}LayerNorm", config.hidden_size
    return LayerNorm(
        checkpoint.vector(f"{name}.weight", width),
        checkpoint.vector(f"{name}.bias", width),
        config.eps,
    )


def _stored(checkpoint: Checkpoint, prefix: str, config: BertConfig) -> StoredLayer:
    width, inner = config.hidden_size, config.intermediate_size
    attention, output = "attention.self.", "attention.output."
    up, down = "intermediate.dense", "output.dense"

    def matrix(name: str, rows: int, columns: int) -> Matrix:
        return checkpoint.matrix(prefix + name, rows, columns)

    def bias(name: str, size: int) -> Float32:
        return checkpoint.vector(f"{prefix}{name}.bias", size)

    return StoredLayer(
        query=matrix(f"{attention}query", width, width),
        query_bias=bias(f"{attention}query", width),
        key=matrix(f"{attention}key", width, width),
        value=matrix(f"{attention}value", width, width),
        value_bias=bias(f"{attention}value", width),
        output=matrix(f"{output}dense", width, width),
        output_bias=bias(f"{output}dense", width),
        output_norm=_norm(checkpoint, prefix + output, config),
        up=matrix(up, inner, width),
        up_bias=bias(up, inner),
        down=matrix(down, width, inner),
        down_bias=bias(down, width),
        down_norm=_norm(checkpoint, f"{prefix}output.", config),
    )


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
