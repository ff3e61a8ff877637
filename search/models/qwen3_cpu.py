"""Qwen3 on the CPU in numpy, in float32.

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
from .cpu_threads import cores, each, single_threaded_blas
from .kernels import RmsNorm, Scratch, causal_attention, rotate, swiglu
from .qwen3 import Qwen3Config
from .weight_memory import host_memory, require_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .checkpoint import Checkpoint
    from .quantization import Matrix

    Float32 = NDArray[np.float32]
    # The keys and values of one layer, (kv_heads, tokens, head_size) each.
    KeysValues = tuple[Float32, Float32]

# Tokens in a packed batch: more gain nothing and cost memory, fewer make BLAS products too small.
BATCH_TOKENS = 1024
MIN_BATCH_TOKENS = 128


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """A layer's matrices as the checkpoint has them, (out, in), and its norms.

    `output` is the projection after the attention.
    """

    query: Matrix
    key: Matrix
    value: Matrix
    output: Matrix
    gate: Matrix
    up: Matrix
    down: Matrix
    norm: RmsNorm
    query_norm: RmsNorm
    key_norm: RmsNorm
    feed_norm: RmsNorm


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer ready to run.

    Its matrices are (in, out) and contiguous. `query_norm` contains the scale of the scores.
    """

    query: Float32
    key_value: Float32
    output: Float32
    gate_up: Float32
    down: Float32
    norm: RmsNorm
    query_norm: RmsNorm
    key_norm: RmsNorm
    feed_norm: RmsNorm


class Qwen3Cpu:
    """A Qwen3 decoder; its vector of a text is the normalised last hidden state of the last token.

    Matrices are widened to float32 when they are first used, and token embeddings row by row.
    """

    poolings = ("lasttoken",)

    def __init__(self, checkpoint: Checkpoint, pooling: str = "lasttoken") -> None:
        del pooling  # There is only one.
        config = Qwen3Config.of(checkpoint)
        root = config.root
        require_memory(checkpoint, 4, host_memory(), left_out=f"{root}embed_tokens")
        self._config = config
        self._words = checkpoint.matrix(
            f"{root}embed_tokens", config.vocab_size, config.hidden_size
        )
        self._norm = _norm(checkpoint, f"{root}norm", config.hidden_size, config)
        self._stored = [
            _stored(checkpoint, f"{root}layers.{i}.", config) for i in range(config.layers)
        ]
        self._ready: list[Layer] = []
        self._frequencies = config.theta ** (-np.arange(0, config.head_size, 2) / config.head_size)
        self._scratch = Scratch()
        self._lock = Lock()
        self._prefix: tuple[tuple[int, ...], list[KeysValues]] = ((), [])
        self.dimensions = config.hidden_size
        self.max_tokens = config.max_tokens
        self.vocab_size = config.vocab_size

    def encode(self, ids: Sequence[Sequence[int]]) -> Float32:
        """(n, dimensions) pooled hidden states of n texts of 1 to `max_tokens` ids each.

        The states are not unit vectors.
        """
        return self._encode(ids, [])

    def encode_after(self, prefix: Sequence[int], ids: Sequence[Sequence[int]]) -> Float32:
        """As `encode`, for texts that begin with `prefix`.

        The prefix's keys and values are computed once and kept for the next call.
        """
        known_prefix, past = self._prefix
        if known_prefix != tuple(prefix):
            past = []
            with single_threaded_blas():
                self._forward([prefix], self._layers(), [], past)
            self._prefix = (tuple(prefix), past)
        return self._encode(ids, past)

    def _encode(self, ids: Sequence[Sequence[int]], past: list[KeysValues]) -> Float32:
        out = np.empty((len(ids), self.dimensions), np.float32)
        lengths = list(map(len, ids))
        budget = max(MIN_BATCH_TOKENS, min(BATCH_TOKENS, sum(lengths) // cores() + 1))
        batches = by_length(lengths, budget, padded=False)

        def work(batch: list[int]) -> None:
            out[batch] = self._forward([ids[i] for i in batch], self._layers(), past, None)

        with single_threaded_blas():
            each(partial(in_halves, work), batches)
        return out

    def _layers(self) -> list[Layer]:
        with self._lock:
            if not self._ready:
                with ThreadPoolExecutor(cores()) as pool:
                    self._ready = list(
                        pool.map(partial(_widened, config=self._config), self._stored)
                    )
            return self._ready

    def _forward(
        self,
        texts: list[Sequence[int]],
        layers: list[Layer],
        past: list[KeysValues],
        record: list[KeysValues] | None,
    ) -> Float32:
        """(len(texts), width) pooled states of one packed batch.

        Each text comes after the tokens of `past`, which has an entry for each layer or is empty.
        `record`, used with one text, receives that text's keys and values in each layer.
        """
        config, take = self._config, self._scratch.take
        past_tokens = past[0][0].shape[1] if past else 0
        ends = list(accumulate(map(len, texts)))
        bounds = list(zip([0, *ends], ends, strict=False))
        # Embed the tokens, and compute the angles of their positions.
        x = self._words.rows(np.concatenate(texts).astype(np.intp))
        positions = np.concatenate(
            [np.arange(past_tokens, past_tokens + len(text)) for text in texts]
        )
        angles = np.outer(positions, self._frequencies)
        cosines, sines = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
        # Weights that are not finite are found in the result.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for i, layer in enumerate(layers):
                normed = take("normed", *x.shape)
                np.copyto(normed, x)
                layer.norm.apply(normed)
                # Compute the keys and values of all tokens.
                keys_values = take("kv", len(x), layer.key_value.shape[1])
                np.matmul(normed, layer.key_value, out=keys_values)
                keys_values = keys_values.reshape(len(x), 2 * config.kv_heads, config.head_size)
                keys, values = keys_values[:, : config.kv_heads], keys_values[:, config.kv_heads :]
                layer.key_norm.apply(keys)
                rotate(keys, cosines, sines)
                if record is not None:
                    record.append(
                        (keys.transpose(1, 0, 2).copy(), values.transpose(1, 0, 2).copy())
                    )
                # Compute the queries: of all tokens, but in the last layer of the pooled ones.
                query_rows = [slice(start, end) for start, end in bounds]
                if i == len(layers) - 1:  # Only each text's last token is pooled.
                    last = [end - 1 for end in ends]
                    x, normed, cosines, sines = x[last], normed[last], cosines[last], sines[last]
                    query_rows = [slice(j, j + 1) for j in range(len(texts))]
                queries = take("q", len(x), layer.query.shape[1])
                np.matmul(normed, layer.query, out=queries)
                heads = queries.reshape(len(x), config.heads, config.head_size)
                layer.query_norm.apply(heads)
                rotate(heads, cosines, sines)
                # Let each text attend to the past and to its own tokens.
                for (start, end), rows in zip(bounds, query_rows, strict=True):
                    k, v = keys[start:end].transpose(1, 0, 2), values[start:end].transpose(1, 0, 2)
                    if past:
                        k, v = (
                            np.concatenate([past[i][0], k], axis=1),
                            np.concatenate([past[i][1], v], axis=1),
                        )
                    q = heads[rows].transpose(1, 0, 2)
                    # The result may overwrite the queries: a row is read before it is written.
                    causal_attention(q, k, v, q, self._scratch)
                self._finish(layer, x, queries)
            self._norm.apply(x)
        return x

    def _finish(self, layer: Layer, x: Float32, attended: Float32) -> None:
        """Applies the projection and the feed-forward part to x, in place."""
        projected = self._scratch.take("projected", *x.shape)
        x += np.matmul(attended, layer.output, out=projected)
        np.copyto(projected, x)
        layer.feed_norm.apply(projected)
        hidden = self._scratch.take("hidden", len(x), layer.gate_up.shape[1])
        np.matmul(projected, layer.gate_up, out=hidden)
        x += np.matmul(swiglu(hidden, self._scratch), layer.down, out=projected)


def _norm(checkpoint: Checkpoint, name: str, size: int, config: Qwen3Config) -> RmsNorm:
    return RmsNorm(checkpoint.vector(f"{name}.weight", size), config.eps)


def _stored(checkpoint: Checkpoint, prefix: str, config: Qwen3Config) -> StoredLayer:
    width, inner = config.hidden_size, config.intermediate_size
    queries, keys = config.heads * config.head_size, config.kv_heads * config.head_size

    def matrix(name: str, rows: int, columns: int) -> Matrix:
        return checkpoint.matrix(prefix + name, rows, columns)

    def norm(name: str, size: int) -> RmsNorm:
        return _norm(checkpoint, prefix + name, size, config)

    return StoredLayer(
        query=matrix("self_attn.q_proj", queries, width),
        key=matrix("self_attn.k_proj", keys, width),
        value=matrix("self_attn.v_proj", keys, width),
        output=matrix("self_attn.o_proj", width, queries),
        gate=matrix("mlp.gate_proj", inner, width),
        up=matrix("mlp.up_proj", inner, width),
        down=matrix("mlp.down_proj", width, inner),
        norm=norm("input_layernorm", width),
        query_norm=norm("self_attn.q_norm", config.head_size),
        key_norm=norm("self_attn.k_norm", config.head_size),
        feed_norm=norm("post_attention_layernorm", width),
    )


@np.errstate(over="ignore", invalid="ignore")  # The vectors are checked at the end.
def _widened(stored: StoredLayer, config: Qwen3Config) -> Layer:
    """The layer in float32."""

    def transposed(*matrices: Matrix) -> Float32:
        """The transposed matrices, side by side."""
        columns = matrices[0].shape[1]
        out = np.empty((columns, sum(matrix.shape[0] for matrix in matrices)), np.float32)
        start = 0
        for matrix in matrices:
            rows = matrix.shape[0]
            out[:, start : start + rows] = matrix.transposed()
            start += rows
        return out

    scaled = stored.query_norm.weight * np.float32(config.head_size**-0.5)
    return Layer(
        query=transposed(stored.query),
        key_value=transposed(stored.key, stored.value),
        output=transposed(stored.output),
        gate_up=transposed(stored.gate, stored.up),
        down=transposed(stored.down),
        norm=stored.norm,
        query_norm=RmsNorm(scaled, stored.query_norm.eps),
        key_norm=stored.key_norm,
        feed_norm=stored.feed_norm,
    )
