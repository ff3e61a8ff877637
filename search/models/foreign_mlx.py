"""An encoder that mlx-embeddings computes on MLX, pooled as its checkpoint says.

The licence of mlx-embeddings is GPL-3.0. It is imported only here, when such a model is loaded.
"""

# The layers of mlx-embeddings and of MLX have no types.
# mypy: allow-untyped-calls

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import mlx.core as mx
import numpy as np

from ..errors import ModelError
from .batches import by_length, in_halves, padded
from .compute_plans import PLANS
from .foreign_families import FAMILIES, OTHER, Family
from .inference_thread import on_inference_thread
from .mlx_pooling import POOLS
from .mlx_weights import load_weights, use_device
from .weight_memory import gpu_memory, host_memory, require_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .checkpoint import Checkpoint

# The models' own examples cut texts at this length, as those of Qwen3 do.
MAX_TOKENS = 8192
# The names of an encoder's weights may begin with one of these.
ROOTS = ("", "model.")


class ForeignMlx:
    """An encoder of another architecture.

    It is computed in float32 on every device, because its masks and sums leave the range of half
    precision.
    """

    poolings = tuple(POOLS)

    def __init__(self, checkpoint: Checkpoint, pooling: str) -> None:
        family = FAMILIES[checkpoint.model_type]
        for key, value in family.required.items():
            if checkpoint.config.get(key, value) != value:
                raise ModelError(f"{checkpoint.folder} uses {key} {checkpoint.config[key]}", OTHER)
        self.dimensions = int(checkpoint.setting("hidden_size"))
        self.vocab_size = int(checkpoint.setting("vocab_size"))
        self.max_tokens = min(int(checkpoint.setting("max_position_embeddings")), MAX_TOKENS)
        self._pool = POOLS[pooling]
        self._family = family
        self._model: Any = None
        self._plan = PLANS["cpu"]
        on_inference_thread(lambda: self._load(checkpoint))

    def encode(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """(n, dimensions) pooled hidden states of n texts of 1 to `max_tokens` ids each.

        The states are not unit vectors.
        """
        out = np.empty((len(ids), self.dimensions), np.float32)

        def work(batch: list[int]) -> None:
            # Each batch is a task of its own, so that a query can run between an ingest's batches.
            out[batch] = on_inference_thread(partial(self._forward, [ids[i] for i in batch]))

        for batch in by_length(list(map(len, ids)), self._plan.batch_tokens, padded=True):
            in_halves(work, batch)
        return out

    def encode_after(
        self, prefix: Sequence[int], ids: Sequence[Sequence[int]]
    ) -> NDArray[np.float32]:
        """As `encode`, for texts that begin with `prefix`."""
        return self.encode([[*prefix, *text] for text in ids])

    def _load(self, checkpoint: Checkpoint) -> None:
        device = use_device()
        self._plan = PLANS[device]
        free = host_memory() if device == "cpu" else gpu_memory(mx.device_info())
        require_memory(checkpoint, None if device == "metal" else 4, free)
        self._model = _build(self._family, checkpoint)
        root = next((root for root in ROOTS if root + self._family.norm in checkpoint), "")
        load_weights(self._model, checkpoint, root, device)
        self._model.set_dtype(mx.float32)
        mx.eval(self._model.parameters())

    def _forward(self, texts: list[Sequence[int]]) -> NDArray[np.float32]:
        try:
            rows, lengths = map(mx.array, padded(texts, self._plan.length_step, self.max_tokens))
            hidden = self._family.hidden(self._model, rows, lengths)
            return np.array(self._pool(hidden, lengths))
        finally:
            if self._plan.clears_buffers:
                mx.clear_cache()


def _build(family: Family, checkpoint: Checkpoint) -> Any:
    """The family's encoder, whose weights are still to be loaded."""
    try:
        with warnings.catch_warnings():
            # The packages that mlx-embeddings imports warn about each other.
            warnings.simplefilter("ignore")
            module = import_module(f"mlx_embeddings.models.{family.module}")
    except ImportError as error:
        message = f"{checkpoint.folder} needs mlx-embeddings, which cannot be imported: {error}"
        raise ModelError(message, "install it: pip install mlx-embeddings") from error
    try:
        settings = module.ModelArgs.from_dict(checkpoint.config | family.settings(checkpoint))
        return family.build(module, settings)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise ModelError(
            f"{checkpoint.folder / 'config.json'} has sizes that do not fit: {error}", OTHER
        ) from error
