"""Linear layers after the pooling, as sentence-transformers lists them in modules.json.

They compute in float32 on every engine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ModelError
from .checkpoint import Checkpoint, read_list

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Float32 = NDArray[np.float32]

MODULES = "modules.json"
# These modules are computed elsewhere. Vectors are always normalised.
ELSEWHERE = ("Transformer", "Pooling", "Normalize")
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"Identity": lambda x: x, "Tanh": np.tanh}
PLAIN = {
    "use_residual": False,
    "module_input_name": "sentence_embedding",
    "module_output_name": "sentence_embedding",
}
OTHER = "choose another model"


@dataclass(frozen=True, slots=True)
class Projection:
    """activation(x·Wᵀ + b), where W is (out, in) and b is (out,)."""

    weight: Float32
    bias: Float32
    activation: str

    def __call__(self, x: Float32) -> Float32:
        """(n, in) → (n, out)."""
        out: Float32 = ACTIVATIONS[self.activation](x @ self.weight.T + self.bias)
        return out


def projections_of(checkpoint: Checkpoint) -> tuple[Projection, ...]:
    """The checkpoint's projections in their order; most models have none.

    They lie in folders of their own. In a model that mlx-embeddings converted, they lie among the
    weights as `dense.0` and so on.
    Raises ModelError where one is missing or where modules.json names an unknown module.
    """
    converted = 0
    while f"dense.{converted}.weight" in checkpoint:
        converted += 1
    if converted:
        return tuple(_read(checkpoint, f"dense.{i}", "Identity") for i in range(converted))
    folders = [
        checkpoint.folder / path for kind, path in _modules(checkpoint.folder) if kind == "Dense"
    ]
    return tuple(_read(dense, "linear", _activation(dense)) for dense in map(Checkpoint, folders))


def _modules(folder: Path) -> list[tuple[str, str]]:
    """The kind and the folder of each module in modules.json."""
    path = folder / MODULES
    if not path.is_file():
        return []
    listed = read_list(path)
    try:
        modules = [
            (str(module["type"]).rsplit(".", 1)[-1], str(module.get("path", "")))
            for module in listed
        ]
    except (TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"{path} does not list modules", "fetch the model again") from error
    for kind, _ in modules:
        if kind not in (*ELSEWHERE, "Dense"):
            raise ModelError(f"{folder} has an unknown module {kind}", OTHER)
    # Only the last part of each path is used, because a path could lead anywhere.
    return [(kind, Path(inner).name) for kind, inner in modules]


def _activation(dense: Checkpoint) -> str:
    """The name of the layer's activation.

    Raises ModelError for an unknown one, and for a layer that does more than project the pooled
    vector.
    """
    for key, value in PLAIN.items():
        if dense.config.get(key) not in (None, value):
            raise ModelError(f"{dense.folder} uses {key} {dense.config[key]}", OTHER)
    name = str(dense.config.get("activation_function", "Tanh")).rsplit(".", 1)[-1]
    if name not in ACTIVATIONS:
        raise ModelError(f"{dense.folder} uses the unknown activation {name}", OTHER)
    return name


def _read(checkpoint: Checkpoint, module: str, activation: str) -> Projection:
    stored = checkpoint.stored(f"{module}.weight")
    if stored.ndim != 2:
        raise ModelError(
            f"{checkpoint.folder} holds {module} as {stored.shape}", "fetch the model again"
        )
    rule = checkpoint.quantization(module)
    rows, columns = stored.shape[0], stored.shape[1] * 32 // rule.bits if rule else stored.shape[1]
    weight = checkpoint.lookup(module, rows, columns).rows(np.arange(rows))
    has_bias = f"{module}.bias" in checkpoint
    return Projection(
        weight=weight,
        bias=checkpoint.vector(f"{module}.bias", rows) if has_bias else np.zeros(rows, np.float32),
        activation=activation,
    )
