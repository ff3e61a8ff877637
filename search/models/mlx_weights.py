"""A checkpoint's weights in an MLX module: quantised as they are on Metal, widened elsewhere."""

# MLX's layers carry no types
# mypy: allow-untyped-calls

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import mlx.core as mx
from mlx.nn.layers.base import Module
from mlx.nn.layers.quantized import quantize
from mlx.utils import tree_flatten

from ..errors import ModelError
from .weight_memory import gpu_memory

if TYPE_CHECKING:
    from .checkpoint import Checkpoint

HINT = "fetch the model again"


def use_device() -> str:
    """`metal`, `cuda` or `cpu`: where MLX runs here; sets how it does."""
    if mx.default_device() == mx.Device(mx.cpu):
        if sys.platform != "darwin":
            # compiled functions call g++ at run time, and fail where that is broken
            mx.disable_compile()
        return "cpu"
    if sys.platform == "darwin":
        return "metal"
    # freed buffers of each new shape are kept for the next, without bound if nothing bounds it
    mx.set_cache_limit((gpu_memory(mx.device_info()) or 0) // 8)
    return "cuda"


def load_weights(
    model: Module, checkpoint: Checkpoint, root: str, device: str, brain: bool = False
) -> None:
    """Fills `model`, whose parameters are named as in the checkpoint after `root`; ModelError where one is missing.

    For the inference thread, as all here.
    On CUDA widened matrices keep the checkpoint's float type, for which there are fast kernels. On a processor all
    is float32: MLX's half-precision and quantised products are slow there and add up in half precision.
    `brain` turns all into bfloat16, for models whose hidden states leave float16's range.
    """
    kind = mx.float32 if device == "cpu" else mx.bfloat16 if brain else None
    shards: list[Any] = [mx.load(str(path)) for path in checkpoint.files]
    stored: dict[str, Any] = {name: value for shard in shards for name, value in shard.items()}
    if device == "metal":
        quantize(model, class_predicate=lambda path, _: quantized_as(checkpoint, root + path))
    else:
        for name in [name for name in stored if name.endswith(".scales")]:
            widen(stored, checkpoint, name.removesuffix(".scales"), device)
    weights = []
    wanted: Any = tree_flatten(model.parameters())
    for name, parameter in wanted:
        value = stored.get(root + name)
        if value is None:
            raise ModelError(f"{checkpoint.folder} lacks the weights {root}{name}", HINT)
        if value.shape != parameter.shape:
            shapes = f"{value.shape} where {parameter.shape} is expected"
            raise ModelError(f"{checkpoint.folder} holds {root}{name} as {shapes}", HINT)
        weights.append((name, value.astype(kind) if kind else value))
    model.load_weights(weights)
    model.eval()
    mx.eval(model.parameters())


def quantized_as(checkpoint: Checkpoint, module: str) -> dict[str, Any] | bool:
    """What `nn.quantize` asks of each module: its parameters, or False."""
    rule = checkpoint.quantization(module)
    return {"group_size": rule.group_size, "bits": rule.bits, "mode": rule.mode} if rule else False


def widen(stored: dict[str, Any], checkpoint: Checkpoint, module: str, device: str) -> None:
    """Replaces a quantised weight by its values."""
    rule = checkpoint.quantization(module)
    if rule is None:
        return
    scales, biases = stored[f"{module}.scales"], stored.get(f"{module}.biases")
    if device == "cpu" and mx.issubdtype(scales.dtype, mx.floating):
        scales = scales.astype(mx.float32)
        biases = None if biases is None else biases.astype(mx.float32)
    weight = f"{module}.weight"
    try:
        stored[weight] = mx.dequantize(
            stored[weight],
            scales,
            biases,
            group_size=rule.group_size,
            bits=rule.bits,
            mode=rule.mode,
        )
    except (KeyError, ValueError) as error:
        raise ModelError(
            f"{checkpoint.folder} holds {weight} in another form than config.json says", HINT
        ) from error
