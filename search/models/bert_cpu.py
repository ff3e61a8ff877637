"""BERT on the CPU in numpy, float32: several texts packed without padding, one packed batch a core."""

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
from .bert import BertConfig
from .cpu_threads import cores, single_threaded_blas, workers
from .kernels import GELU_SCALE, GELU_UNSCALE, LayerNorm, Scratch, attention, gelu, product
from .weight_memory import host_memory, require_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .checkpoint import Checkpoint
    from .quantization import Matrix

    Float32 = NDArray[np.float32]

# tokens in a packed batch: more gains nothing and costs memory, fewer leaves BLAS products too small
BATCH_TOKENS = 1024
LEAST_BATCH_TOKENS = 256
# up to this many tokens, products with narrow contiguous blocks of a matrix are twice as fast: BLAS need not pack them
FEW_TOKENS = 32


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """A layer's weights as the checkpoint has them; matrices (out, in)."""

    query: Matrix
    query_bias: Float32
    key: Matrix
    value: Matrix
    value_bias: Float32
    attended: Matrix
    attended_bias: Float32
    attended_norm: LayerNorm
    up: Matrix
    up_bias: Float32
    down: Matrix
    down_bias: Float32
    down_norm: LayerNorm


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer ready to run: matrices in blocks of columns, with the factors that the arithmetic folds into them."""

    query: Float32
    query_bias: Float32
    key_value: Float32
    attended: Float32
    attended_bias: Float32
    attended_norm: LayerNorm
    up: Float32
    up_bias: Float32
    down: Float32
    down_bias: Float32
    down_norm: LayerNorm


class BertCpu:
    """A BERT encoder; its vector of a text is the last hidden state of the first token.

    Matrices are widened to float32 when first needed: whole ones for bulk, blocked ones for a single query.
    """

    pooling = "cls"

    def __init__(self, checkpoint: Checkpoint) -> None:
        config = BertConfig.of(checkpoint)
        width, root = config.hidden_size, f"{config.root}embeddings."
        require_memory(checkpoint, 4, host_memory(), left_out=f"{root}word_embeddings")
        self._config = config
        self._words = checkpoint.matrix(f"{root}word_embeddings", config.vocab_size, width)
        places = checkpoint.matrix(f"{root}position_embeddings", config.max_positions, width)
        types = checkpoint.matrix(f"{root}token_type_embeddings", config.token_types, width)
        kinds = types.rows(np.arange(config.token_types))
        self._places = places.rows(np.arange(config.max_positions)) + kinds[:1]
        # what a token of the second segment has more than one of the first
        self._second = kinds[min(1, config.token_types - 1)] - kinds[0]
        self._norm = _norm(checkpoint, root, config)
        self._stored = [
            _stored(checkpoint, f"{config.root}encoder.layer.{i}.", config)
            for i in range(config.layers)
        ]
        self._ready: dict[bool, list[Layer]] = {}
        self._scratch = Scratch()
        self._lock = Lock()
        self.dimensions = width
        self.max_tokens = config.max_positions
        self.vocab_size = config.vocab_size

    def encode(self, ids: Sequence[Sequence[int]]) -> Float32:
        """(n, dimensions) pooled hidden states of n texts, each of 1 to `max_tokens` ids; not normalised."""
        return self._encode(ids, None)

    def encode_after(self, prefix: Sequence[int], ids: Sequence[Sequence[int]]) -> Float32:
        """As `encode`, of texts whose first segment is `prefix` and whose second is their ids."""
        return self._encode([[*prefix, *text] for text in ids], len(prefix))

    def _encode(self, ids: Sequence[Sequence[int]], first: int | None) -> Float32:
        out = np.empty((len(ids), self.dimensions), np.float32)
        lengths = list(map(len, ids))
        budget = max(LEAST_BATCH_TOKENS, min(BATCH_TOKENS, sum(lengths) // cores() + 1))
        batches = by_length(lengths, budget, padded=False)

        def work(batch: list[int]) -> None:
            texts = [ids[i] for i in batch]
            out[batch] = self._forward(
                texts, self._layers(sum(map(len, texts)) <= FEW_TOKENS), first
            )

        with single_threaded_blas():
            # a query runs in its caller's thread: it does not wait behind the batches of an ingest
            run = partial(in_halves, work)
            for _ in map(run, batches) if len(batches) == 1 else workers().map(run, batches):
                pass
        return out

    def _layers(self, blocked: bool) -> list[Layer]:
        with self._lock:
            if blocked not in self._ready:
                # not on the shared workers, which may be the ones that wait here
                with ThreadPoolExecutor(cores()) as pool:
                    layers = pool.map(
                        partial(_widened, config=self._config, blocked=blocked), self._stored
                    )
                    self._ready[blocked] = list(layers)
            return self._ready[blocked]

    def _forward(
        self, texts: list[Sequence[int]], layers: list[Layer], first: int | None
    ) -> Float32:
        """(len(texts), width): one packed batch; in each text the second segment, if any, begins at `first`."""
        width, count = self.dimensions, sum(map(len, texts))
        ends = list(accumulate(map(len, texts)))
        bounds = list(zip([0, *ends], ends, strict=False))
        take = self._scratch.take
        x = self._words.rows(np.concatenate(texts))
        q, keys_values, attended = (
            take("q", count, width),
            take("kv", count, 2 * width),
            take("attended", count, width),
        )
        for start, end in bounds:
            x[start:end] += self._places[: end - start]
            if first is not None:
                x[start + first : end] += self._second
        # a score out of exp's range, or a weight that is not finite, is looked at afterwards
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            self._norm.apply(x)
            for layer in layers:
                product(x, layer.key_value, keys_values)
                if layer is layers[-1]:  # only each text's first token is pooled
                    x, q, attended = (
                        x[[start for start, _ in bounds]],
                        q[: len(texts)],
                        attended[: len(texts)],
                    )
                product(x, layer.query, q)
                q += layer.query_bias
                for i, (start, end) in enumerate(bounds):
                    rows = slice(i, i + 1) if layer is layers[-1] else slice(start, end)
                    keys, values = keys_values[start:end, :width], keys_values[start:end, width:]
                    keys -= np.full(end - start, 1 / (end - start), np.float32) @ keys
                    attention(
                        q[rows], keys, values, attended[rows], self._config.heads, self._scratch
                    )
                self._finish(layer, x, attended)
        return x

    def _finish(self, layer: Layer, x: Float32, attended: Float32) -> None:
        """The output projection, the feed-forward part and both normalisations, in place on x."""
        projected = self._scratch.take("projected", *x.shape)
        hidden = self._scratch.take("hidden", len(x), len(layer.up_bias))
        product(attended, layer.attended, projected)
        x += projected
        x += layer.attended_bias
        layer.attended_norm.apply(x)
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
    attend, project, up, down = (
        "attention.self.",
        "attention.output.",
        "intermediate.dense",
        "output.dense",
    )

    def matrix(name: str, rows: int, columns: int) -> Matrix:
        return checkpoint.matrix(prefix + name, rows, columns)

    def bias(name: str, size: int) -> Float32:
        return checkpoint.vector(f"{prefix}{name}.bias", size)

    return StoredLayer(
        query=matrix(f"{attend}query", width, width),
        query_bias=bias(f"{attend}query", width),
        key=matrix(f"{attend}key", width, width),
        value=matrix(f"{attend}value", width, width),
        value_bias=bias(f"{attend}value", width),
        attended=matrix(f"{project}dense", width, width),
        attended_bias=bias(f"{project}dense", width),
        attended_norm=_norm(checkpoint, prefix + project, config),
        up=matrix(up, inner, width),
        up_bias=bias(up, inner),
        down=matrix(down, width, inner),
        down_bias=bias(down, width),
        down_norm=_norm(checkpoint, f"{prefix}output.", config),
    )


@np.errstate(over="ignore", invalid="ignore")  # vectors are checked at the end
def _widened(stored: StoredLayer, config: BertConfig, blocked: bool) -> Layer:
    """The layer in float32, in narrow blocks or whole.

    The key's bias is left out and the value's is moved into the projection's, which changes no result: a row of
    softmax does not see a shift of all its scores, and sums to 1.
    """

    def laid(matrix: Matrix, width: int, factor: float = 1.0) -> Float32:
        rows, _ = matrix.shape
        return matrix.blocks(width if blocked and rows % width == 0 else rows, factor)

    scale = (config.hidden_size // config.heads) ** -0.5
    attended = laid(stored.attended, 64)
    through = (stored.value_bias @ attended).reshape(-1)
    return Layer(
        query=laid(stored.query, 64, scale),
        query_bias=stored.query_bias * np.float32(scale),
        key_value=np.concatenate(
            [laid(stored.key, 64), laid(stored.value, 64)], axis=0 if blocked else 2
        ),
        attended=attended,
        attended_bias=stored.attended_bias + through,
        attended_norm=stored.attended_norm,
        up=laid(stored.up, 64, GELU_SCALE),
        up_bias=stored.up_bias * np.float32(GELU_SCALE),
        down=laid(stored.down, 32, GELU_UNSCALE),
        down_bias=stored.down_bias,
        down_norm=stored.down_norm,
    )
