"""Qwen3's configuration, as both engines need it.

The architecture is that of https://arxiv.org/abs/2505.09388, the names are those of `transformers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ModelError

if TYPE_CHECKING:
    from .checkpoint import Checkpoint

# With other values of these settings, the arithmetic would differ from the one in this package.
REQUIRED = {"hidden_act": "silu", "attention_bias": False, "use_sliding_window": False}
PLAIN_ROTATION = ("default", None)
# The models' own examples cut texts at this length. Longer texts would cost more than they gain.
MAX_TOKENS = 8192


@dataclass(frozen=True, slots=True)
class Qwen3Config:
    """The sizes of a Qwen3 decoder.

    The name of each weight begins with `root`: it is `model.` where the checkpoint has a head, and
    empty elsewhere. heads / kv_heads query heads share each key and value head, and all heads have
    `head_size` numbers. `theta` is the base of the rotary positions. `tied` says that the head's
    rows are those of the token embedding.
    """

    root: str
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    hidden_size: int
    intermediate_size: int
    vocab_size: int
    max_positions: int
    theta: float
    eps: float
    tied: bool

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> Qwen3Config:
        """The configuration in config.json.

        Raises ModelError where a value is missing or asks for another arithmetic.
        """
        path = checkpoint.folder / "config.json"
        for key, value in REQUIRED.items():
            if checkpoint.config.get(key, value) != value:
                raise ModelError(
                    f"{checkpoint.folder} uses {key} {checkpoint.config[key]}",
                    "choose another model",
                )
        try:
            heads = int(checkpoint.setting("num_attention_heads"))
            width = int(checkpoint.setting("hidden_size"))
            sizes = cls(
                root="model." if "model.norm.weight" in checkpoint else "",
                layers=int(checkpoint.setting("num_hidden_layers")),
                heads=heads,
                kv_heads=int(checkpoint.setting("num_key_value_heads")),
                head_size=int(checkpoint.config.get("head_dim") or width // max(1, heads)),
                hidden_size=width,
                intermediate_size=int(checkpoint.setting("intermediate_size")),
                vocab_size=int(checkpoint.setting("vocab_size")),
                max_positions=int(checkpoint.setting("max_position_embeddings")),
                theta=_theta(checkpoint),
                eps=float(checkpoint.setting("rms_norm_eps")),
                tied=bool(checkpoint.config.get("tie_word_embeddings", False)),
            )
        except (TypeError, ValueError) as error:
            raise ModelError(f"{path} has a size that is not a number") from error
        least = min(sizes.layers, sizes.heads, sizes.kv_heads, sizes.head_size, sizes.max_positions)
        if least < 1 or sizes.heads % sizes.kv_heads or sizes.head_size % 2:
            raise ModelError(f"{path} has sizes that do not fit together")
        return sizes

    @property
    def max_tokens(self) -> int:
        """The most tokens that a text may have."""
        return min(self.max_positions, MAX_TOKENS)


def _theta(checkpoint: Checkpoint) -> float:
    """The rotary base, from `rope_parameters` (transformers 5) or `rope_theta`.

    Raises ModelError for stretched positions.
    """
    parameters: Any = checkpoint.config.get("rope_parameters") or {}
    scaling: Any = checkpoint.config.get("rope_scaling") or {}
    for rules in (parameters, scaling):
        kind = rules.get("rope_type", rules.get("type"))
        if kind not in PLAIN_ROTATION:
            raise ModelError(f"{checkpoint.folder} uses {kind} positions", "choose another model")
    return float(parameters.get("rope_theta") or checkpoint.setting("rope_theta"))
