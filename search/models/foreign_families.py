"""Architectures as mlx-embeddings computes them: what its classes are told, and how its layers are run.

What it gives by itself lacks Gemma's window, approximates ModernBERT's GELU, and is not finite for some paddings; so its
layers are run one by one, under masks of our own.
"""

# its layers and MLX's carry no types
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

    module: where its classes are. required: settings under which the arithmetic is the one written there. settings: what
    they are told beyond config.json. build: that module and its ModelArgs → the encoder. norm: a weight outside the layers,
    by which the names' root is found. hidden: (B, L) ids and the (B,) lengths → (B, L, width). reserved: positions that no
    token gets.
    """

    module: str
    required: dict[str, Any]
    settings: Callable[[Checkpoint], dict[str, Any]]
    build: Callable[[Any, Any], Any]
    norm: str
    hidden: Callable[[Any, mx.array, mx.array], mx.array]
    reserved: Callable[[Checkpoint], int] = lambda _: 0


def _roberta(model: Any, ids: mx.array, lengths: mx.array) -> mx.array:
    there = mx.arange(ids.shape[1])[None] < lengths[:, None]
    out: mx.array = model(ids, attention_mask=there.astype(mx.float32)).last_hidden_state
    return out


def _modernbert(model: Any, ids: mx.array, lengths: mx.array) -> mx.array:
    everywhere, near = _masks(ids.shape[1], lengths, model.config.local_attention)
    x = model.embeddings(ids)
    for layer in model.layers:
        (x,) = layer(x, attention_mask=everywhere, sliding_window_mask=near)
    out: mx.array = model.final_norm(x)
    return out


def _gemma(model: Any, ids: mx.array, lengths: mx.array) -> mx.array:
    everywhere, near = _masks(ids.shape[1], lengths, model.config.sliding_window)
    x = model.embed_tokens(ids) * model.config.hidden_size**0.5
    for layer in model.layers:
        x = layer(x, near if layer.self_attn.is_sliding else everywhere)
    out: mx.array = model.norm(x)
    return out


def _masks(length: int, lengths: mx.array, window: int) -> tuple[mx.array, mx.array]:
    """(B, 1, 1 or L, L) of the keys that each token attends to: all of its text, and those up to window / 2 away."""
    place = mx.arange(length)
    distance = mx.abs(place[:, None] - place[None])
    there = (place[None] < lengths[:, None])[:, None, None, :]
    # a row of padding attends to itself: one that attends to nothing becomes NaN, and spreads
    return there, (there & (distance <= window // 2)) | (distance == 0)


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
            f"{checkpoint.folder} lacks modules.json and with it what follows the pooling", OTHER
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
        # there it is GELU's approximation
        layer.mlp.act = GELU()
    return model


def _require_pattern(checkpoint: Checkpoint, full: list[bool]) -> None:
    """ModelError where config.json gives other layers than these the whole text to attend to."""
    types = checkpoint.config.get("layer_types")
    if types is not None and [kind == "full_attention" for kind in types] != full:
        raise ModelError(
            f"{checkpoint.folder} has its layers in an order that is not known here", OTHER
        )


def _theta(checkpoint: Checkpoint, kind: str, key: str, default: float) -> float:
    """A rotary base, from `rope_parameters` (transformers 5) or `key`; ModelError for stretched positions."""
    rules = (checkpoint.config.get("rope_parameters") or {}).get(kind) or {}
    if checkpoint.config.get("rope_scaling") or rules.get("rope_type", "default") != "default":
        raise ModelError(f"{checkpoint.folder} stretches its positions", OTHER)
    return float(rules.get("rope_theta") or checkpoint.config.get(key) or default)


# by model_type in config.json
FAMILIES = {
    "xlm-roberta": Family(
        module="xlm_roberta",
        required={"hidden_act": "gelu", "position_embedding_type": "absolute"},
        settings=lambda _: {"add_pooling_layer": False},
        build=lambda module, settings: module.Model(settings),
        norm="embeddings.LayerNorm.weight",
        hidden=_roberta,
        # its positions are counted from the padding's id on
        reserved=lambda checkpoint: int(checkpoint.config.get("pad_token_id", 1)) + 1,
    ),
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
