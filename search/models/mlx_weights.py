"""A checkpoint's weights in an MLX module: quantised as they are on Metal, widened elsewhere."""

# MLX's layers have no types.
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
    """The device that MLX uses, `metal`, `cuda` or `cpu`; also makes the settings that it needs."""
    if mx.default_device() == mx.Device(mx.cpu):
        if sys.platform != "darwin":
            # Compiled functions call g++ at run time, and they fail where g++ is broken.
            mx.disable_compile()
        return "cpu"
    if sys.platform == "darwin":
        return "metal"
    # MLX keeps the freed buffers of each new shape for later use, without a limit of its own.
    mx.set_cache_limit((gpu_memory(mx.device_info()) or 0) // 8)
    return "cuda"


def load_weights(
    model: Module, checkpoint: Checkpoint, root: str, device: str, bfloat16: bool = False
) -> None:
    """Fills `model`, whose parameters have the checkpoint's names without their `root`.

    This runs on the inference thread, as everything here does. On CUDA, widened matrices keep the
    checkpoint's float type, for which there are fast kernels. On a processor all weights become
    float32, because MLX's half-precision and quantised products are slow there and add up in half
    precision. `bfloat16` turns all weights into that type, for models whose hidden states leave the
    range of float16.
    Raises ModelError where a weight is missing or of another shape.
    """
    dtype = mx.float32 if device == "cpu" else mx.bfloat16 if bfloat16 else None
    # Read the arrays of all files, and keep or widen what is quantised.
    shards: list[Any] = [mx.load(str(path)) for path in checkpoint.files]
    stored: dict[str, Any] = {name: value for shard in shards for name, value in shard.items()}
    if checkpoint.borrowed is not None:
        lent: Any = mx.load(str(checkpoint.borrowed.path))
        stored |= {name: lent[own] for name, own in checkpoint.borrowed.names.items()}
    if device == "metal":
        quantize(model, class_predicate=lambda path, _: quantized_as(checkpoint, root + path))
    else:
        for name in [name for name in stored if name.endswith(".scales")]:
            widen(stored, checkpoint, name.removesuffix(".scales"), device)
    # Give each parameter of the module its array.
    weights = []
    parameters: Any = tree_flatten(model.parameters())
    for name, parameter in parameters:
        value = stored.get(root + name)
        if value is None:
            raise ModelError(f"{checkpoint.folder} lacks the weights {root}{name}", HINT)
        if value.shape != parameter.shape:
            shapes = f"{value.shape} where {parameter.shape} is expected"
            raise ModelError(f"{checkpoint.folder} holds {root}{name} as {shapes}", HINT)
        weights.append((name, value.astype(dtype) if dtype else value))
    model.load_weights(weights)
    model.eval()
    mx.eval(model.parameters())


def quantized_as(checkpoint: Checkpoint, module: str) -> dict[str, Any] | bool:
    """The answer that `nn.quantize` wants for each module: its parameters, or False."""
    rule = checkpoint.quantization(module)
    return {"group_size": rule.group_size, "bits": rule.bits, "mode": rule.mode} if rule else False


def widen(stored: dict[str, Any], checkpoint: Checkpoint, module: str, device: str) -> None:
    """Replaces a quantised weight in `stored` by its values."""
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
