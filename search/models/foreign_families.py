"""The architectures that mlx-embeddings computes: the settings of its classes, and their layers.

The package's own forward pass ignores Gemma's window, approximates ModernBERT's GELU, and gives
values that are not finite for some paddings. Its layers are therefore run one by one here, with
masks that are made here.
"""

# The layers of mlx-embeddings and of MLX have no types.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mlx.core as mx
from mlx.nn.layers.activations import GELU

from ..errors import ModelError

if TYPE_CHECKING:
    from .checkpoint import Checkpoint

OTHER = "choose another model"


@dataclass(frozen=True, slots=True)
class Family:
    """An architecture of mlx-embeddings.

    - `module` has its classes.
    - `required` are the settings that its arithmetic assumes.
    - `settings` are those that its classes need beyond config.json.
    - `build` makes the encoder from that module and its ModelArgs.
    - `norm` is a weight outside the layers. Its name tells the root of the weights' names.
    - `hidden` computes (B, L, width) hidden states from the encoder, (B, L) ids and (B,) lengths.
    """

    module: str
    required: dict[str, Any]
    settings: Callable[[Checkpoint], dict[str, Any]]
    build: Callable[[Any, Any], Any]
    norm: str
    hidden: Callable[[Any, mx.array, mx.array], mx.array]


def _modernbert(model: Any, ids: mx.array, lengths: mx.array) -> mx.array:
    full, window = _masks(ids.shape[1], lengths, model.config.local_attention)
    x = model.embeddings(ids)
    for layer in model.layers:
        (x,) = layer(x, attention_mask=full, sliding_window_mask=window)
    out: mx.array = model.final_norm(x)
    return out


def _gemma(model: Any, ids: mx.array, lengths: mx.array) -> mx.array:
    full, window = _masks(ids.shape[1], lengths, model.config.sliding_window)
    x = model.embed_tokens(ids) * model.config.hidden_size**0.5
    for layer in model.layers:
        x = layer(x, window if layer.self_attn.is_sliding else full)
    out: mx.array = model.norm(x)
    return out


def _masks(length: int, lengths: mx.array, window: int) -> tuple[mx.array, mx.array]:
    """Two masks, (B, 1, 1, L) and (B, 1, L, L), of the keys that each token attends to.

    The first shows the whole text, the second the tokens that are at most window / 2 away.
    """
    position = mx.arange(length)
    distance = mx.abs(position[:, None] - position[None])
    is_token = (position[None] < lengths[:, None])[:, None, None, :]
    # A row of padding attends to itself. If it attended to nothing, it would become NaN and spread.
    return is_token, (is_token & (distance <= window // 2)) | (distance == 0)


def _modernbert_settings(checkpoint: Checkpoint) -> dict[str, Any]:
    every = int(checkpoint.config.get("global_attn_every_n_layers", 3))
    _require_pattern(
        checkpoint, [i % every == 0 for i in range(int(checkpoint.setting("num_hidden_layers")))]
    )
    return {
        "global_attn_every_n_layers": every,
        "global_rope_theta": _theta(checkpoint, "full_attention", "global_rope_theta", 160_000),
        "local_rope_theta": _theta(checkpoint, "sliding_attention", "local_rope_theta", 10_000),
    }


def _gemma_settings(checkpoint: Checkpoint) -> dict[str, Any]:
    if "dense.0.weight" not in checkpoint and not (checkpoint.folder / "modules.json").is_file():
        raise ModelError(
            f"{checkpoint.folder} lacks modules.json, which lists the layers after the pooling",
            OTHER,
        )
    types = checkpoint.config.get("layer_types") or []
    every = types.index("full_attention") + 1 if "full_attention" in types else 6
    _require_pattern(
        checkpoint,
        [(i + 1) % every == 0 for i in range(int(checkpoint.setting("num_hidden_layers")))],
    )
    return {
        "sliding_window_pattern": every,
        "rope_theta": _theta(checkpoint, "full_attention", "rope_theta", 1_000_000),
        "rope_local_base_freq": _theta(
            checkpoint, "sliding_attention", "rope_local_base_freq", 10_000
        ),
    }


def _build_modernbert(module: Any, settings: Any) -> Any:
    model = module.ModernBertModel(settings)
    for layer in model.layers:
        # The package uses an approximation of GELU.
        layer.mlp.act = GELU()
    return model


def _require_pattern(checkpoint: Checkpoint, has_full_attention: list[bool]) -> None:
    """Raises ModelError where config.json gives full attention to other layers than these."""
    types = checkpoint.config.get("layer_types")
    if types is not None and [kind == "full_attention" for kind in types] != has_full_attention:
        raise ModelError(f"{checkpoint.folder} has its layers in an unknown order", OTHER)


def _theta(checkpoint: Checkpoint, kind: str, key: str, default: float) -> float:
    """A rotary base, from `rope_parameters` (transformers 5) or `key`.

    Raises ModelError for stretched positions.
    """
    rules = (checkpoint.config.get("rope_parameters") or {}).get(kind) or {}
    if checkpoint.config.get("rope_scaling") or rules.get("rope_type", "default") != "default":
        raise ModelError(f"{checkpoint.folder} stretches its positions", OTHER)
    return float(rules.get("rope_theta") or checkpoint.config.get(key) or default)


# model_type in config.json → its family
FAMILIES = {
    "modernbert": Family(
        module="modernbert",
        required={"hidden_activation": "gelu"},
        settings=_modernbert_settings,
        build=_build_modernbert,
        norm="final_norm.weight",
        hidden=_modernbert,
    ),
    "gemma3_text": Family(
        module="gemma3_text",
        required={
            "hidden_activation": "gelu_pytorch_tanh",
            "use_bidirectional_attention": True,
            "attention_bias": False,
            "attn_logit_softcapping": None,
        },
        settings=_gemma_settings,
        build=lambda module, settings: module.Gemma3Model(settings),
        norm="norm.weight",
        hidden=_gemma,
    ),
}
