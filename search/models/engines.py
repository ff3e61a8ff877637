"""The class that runs an architecture on an engine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from ..errors import ModelError, UsageError

if TYPE_CHECKING:
    from ..documents import Vectors
    from .checkpoint import Checkpoint

BACKENDS = ("auto", "mlx", "cpu")
# mlx-embeddings computes these architectures, on MLX alone.
FOREIGN = ("gemma3_text", "modernbert")
FOREIGN_NOTICE = "this model is computed by the package mlx-embeddings, whose licence is GPL-3.0"
# (model_type in config.json, engine, precision) → module and class, imported when it is used
ENCODERS = {
    ("bert", "cpu", "float32"): ("bert_onnx", "BertFloat32"),
    ("bert", "cpu", "int8"): ("bert_onnx", "BertInt8"),
    ("bert", "mlx", "float32"): ("bert_mlx", "BertMlx"),
    ("xlm-roberta", "cpu", "float32"): ("bert_onnx", "BertFloat32"),
    ("xlm-roberta", "mlx", "float32"): ("bert_mlx", "BertMlx"),
    ("qwen3", "cpu", "float32"): ("qwen3_cpu", "Qwen3Cpu"),
    ("qwen3", "mlx", "float32"): ("qwen3_mlx", "Qwen3Mlx"),
    **{(model_type, "mlx", "float32"): ("foreign_mlx", "ForeignMlx") for model_type in FOREIGN},
}


class Encoder(Protocol):
    """A forward pass with a pooling. Thread-safe.

    `poolings` are those that its architecture is trained for.
    """

    poolings: ClassVar[tuple[str, ...]]
    dimensions: int
    max_tokens: int
    vocab_size: int

    def __init__(self, checkpoint: Checkpoint, pooling: str) -> None: ...

    def encode(self, ids: Sequence[Sequence[int]]) -> Vectors:
        """(n, dimensions) float32 pooled hidden states of n texts of 1 to `max_tokens` ids each.

        The states are not unit vectors.
        """
        ...

    def encode_after(self, prefix: Sequence[int], ids: Sequence[Sequence[int]]) -> Vectors:
        """As `encode`, for n texts that all begin with `prefix`.

        The prefix is not empty, and it counts towards `max_tokens`. Where the architecture knows
        segments, the prefix is the first segment and the rest is the second.
        """
        ...


@runtime_checkable
class StatesEncoder(Protocol):
    """An encoder that gives the states of all tokens besides the pooled ones."""

    def encode_with_states(
        self, prefix: Sequence[int], ids: Sequence[Sequence[int]]
    ) -> tuple[Vectors, list[Vectors]]:
        """As `encode_after`, with each text's (tokens, dimensions) states before the last layer."""
        ...


def architectures() -> list[str]:
    """The architectures that run on an engine, as `model_type` in config.json spells them."""
    return sorted({model_type for model_type, _, _ in ENCODERS})


def precisions_for(checkpoint: Checkpoint, backend: str) -> tuple[str, ...]:
    """The precisions in which the model runs on `backend`, the one for new indexes first.

    A model runs in 8 bits where its folder has the ranges of its activations, and the processor
    multiplies bytes exactly.
    """
    model_type = checkpoint.model_type
    if (model_type, engine_for(backend, model_type), "int8") not in ENCODERS:
        return ("float32",)
    from .activation_ranges import ActivationRanges
    from .bert import BertConfig
    from .onnx_session import multiplies_bytes_exactly

    ranges = ActivationRanges.in_folder(checkpoint.folder)
    if ranges is None or not ranges.fit(BertConfig.of(checkpoint)):
        return ("float32",)
    return ("int8", "float32") if multiplies_bytes_exactly() else ("float32",)


def open_encoder(
    checkpoint: Checkpoint, backend: str, pooling: str, precision: str = "float32"
) -> Encoder:
    """The checkpoint's encoder on `backend` with a pooling of `recipes.POOLINGS`.

    `precision` is one of `precisions_for`. Raises ModelError for an architecture that has none
    there, or does not pool so.
    """
    model_type = checkpoint.model_type
    key = (model_type, engine_for(backend, model_type), precision)
    if key not in ENCODERS:
        if model_type in FOREIGN:
            raise ModelError(
                f"{checkpoint.folder} is a {model_type} model, which runs on MLX only",
                "leave out --backend cpu",
            )
        raise ModelError(
            f"{checkpoint.folder} is a {model_type} model, which cannot embed here",
            f"choose one of: {', '.join(architectures())}",
        )
    module, name = ENCODERS[key]
    encoder: type[Encoder] = getattr(import_module(f".{module}", __package__), name)
    if pooling not in encoder.poolings:
        known = ", ".join(encoder.poolings)
        raise ModelError(
            f"{checkpoint.folder} pools by {pooling}", f"choose a model that pools by: {known}"
        )
    return encoder(checkpoint, pooling)


def engine_for(backend: str, model_type: str = "") -> str:
    """The engine, `mlx` or `cpu`, that runs a model of that architecture.

    `auto` means mlx where it has a GPU or where only mlx knows the architecture, and cpu elsewhere.
    Both compute the same vectors, but on a processor alone MLX is some thirty times slower.
    Raises UsageError for an unknown backend.
    """
    if backend not in BACKENDS:
        raise UsageError(f"there is no backend {backend}", f"choose one of: {', '.join(BACKENDS)}")
    if backend != "auto":
        return backend
    return "mlx" if model_type in FOREIGN or has_gpu() else "cpu"


def notice_of(model_type: str) -> str:
    """The sentence that the user must see when such a model is loaded; empty for most models."""
    return FOREIGN_NOTICE if model_type in FOREIGN else ""


def device_for(backend: str) -> str:
    """The device that computes under `backend`: "GPU" or "CPU"."""
    return "GPU" if engine_for(backend) == "mlx" and has_gpu() else "CPU"


def has_gpu() -> bool:
    """Whether MLX is installed with a GPU that it can use.

    Raises ModelError where its library cannot be loaded.
    """
    if find_spec("mlx") is None:
        return False
    try:
        import mlx.core as mx
    except ImportError as error:
        raise ModelError(
            f"MLX cannot be loaded: {error}", "install mlx again, or choose the backend cpu"
        ) from error
    return bool(mx.metal.is_available() if sys.platform == "darwin" else mx.cuda.is_available())
