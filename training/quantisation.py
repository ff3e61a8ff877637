"""Makes the reranker that comes with the package.

It is the first layers of the trained model, in MLX's quantised format.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlx.core as mx
import numpy as np
from safetensors.numpy import save

from search.models.borrowed_words import BORROWER, KEY, MODULE
from search.models.checkpoint import Checkpoint
from search.supply.checksums import write_sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAYERS = 10
"""The last two layers hardly change the order.

Without them, the logits correlate 0.997 within a query with those of all twelve layers.
"""
GENERAL = {"group_size": 64, "bits": 8, "mode": "affine"}
WORDS = {"group_size": 64, "bits": 4, "mode": "affine"}
COARSE = {"group_size": 32, "bits": 4, "mode": "affine"}
COARSE_FROM = 6
"""The feed-forward parts from this layer on are stored coarsely, to keep the package small."""
CARD = Path(__file__).parent / "card.md"


def quantise(
    source: Path, out: Path, layers: int, scale: float, shift: float, lender: Path | None = None
) -> None:
    """Write the first `layers` layers of the model in `source` to `out`.

    The new model's logits are scale · logit + shift. With a `lender`, the model's word embeddings
    are those of the model in that folder, and are not written; its matrices all have 8 bits.
    """
    # The tensors: the classifier is calibrated, then the matrices are quantised.
    checkpoint = Checkpoint(source)
    out.mkdir(parents=True, exist_ok=True)
    rules: dict[str, Any] = dict(GENERAL)
    tensors: dict[str, NDArray[Any]] = {}
    for name, stored in _first_layers(checkpoint, layers):
        module = name.removesuffix(".weight")
        if lender is not None and module.endswith("word_embeddings"):
            continue
        values = stored
        if module == "classifier":
            values = (stored * np.float32(scale)).astype(np.float16)
        elif name == "classifier.bias":
            values = (stored * np.float32(scale) + np.float32(shift)).astype(np.float16)
        rule = _rule(module, COARSE_FROM if lender is None else layers)
        if rule is None or not name.endswith(".weight"):
            tensors[name] = values
            continue
        if rule != GENERAL:
            rules[module] = rule
        packed = mx.quantize(mx.array(values), **rule)
        tensors |= dict(
            zip((name, f"{module}.scales", f"{module}.biases"), map(np.array, packed), strict=True)
        )
    # The files.
    (out / "model.safetensors").write_bytes(save(tensors, metadata={"format": "mlx"}))
    config = checkpoint.config | {"num_hidden_layers": layers, "quantization": rules}
    if lender is None:
        shutil.copyfile(source / "tokenizer.json", out / "tokenizer.json")
        shutil.copyfile(CARD, out / "README.md")
        shutil.copyfile(out.parent / "starter" / "LICENSE", out / "LICENSE")
    else:
        config[KEY] = lender.name
        rules[f"{BORROWER}{MODULE}".rstrip(".")] = Checkpoint(lender).setting("quantization")
    (out / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    write_sums(out)


def _first_layers(checkpoint: Checkpoint, layers: int) -> Iterator[tuple[str, NDArray[Any]]]:
    """The tensors of the first layers, and those that belong to no layer."""
    for name, stored in checkpoint.tensors():
        parts = name.split(".")
        if "layer" not in parts or int(parts[parts.index("layer") + 1]) < layers:
            yield name, stored


def _rule(module: str, coarse_from: int) -> dict[str, Any] | None:
    """How a module's matrix is quantised; None if it stays in float16."""
    if module.endswith("word_embeddings"):
        return WORDS
    parts = module.split(".")
    is_feed_forward = module.endswith("dense") and "attention" not in parts
    layer = int(parts[parts.index("layer") + 1]) if "layer" in parts else 0
    if is_feed_forward and layer >= coarse_from:
        return COARSE
    return GENERAL if module.endswith(("query", "key", "value", "dense")) else None
