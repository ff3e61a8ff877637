"""BERT's configuration, as both engines need it.

The architecture is that of https://arxiv.org/abs/1810.04805, the names are those of `transformers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ModelError

if TYPE_CHECKING:
    from .checkpoint import Checkpoint

# With other values of these settings, the arithmetic would differ from the one in this package.
REQUIRED = {"hidden_act": "gelu", "position_embedding_type": "absolute"}


@dataclass(frozen=True, slots=True)
class BertConfig:
    """The sizes of a BERT encoder.

    The name of each weight begins with `root`: it is `bert.` where the checkpoint has a head for a
    task, and empty elsewhere.
    """

    root: str
    layers: int
    heads: int
    hidden_size: int
    intermediate_size: int
    vocab_size: int
    max_positions: int
    token_types: int
    eps: float

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> BertConfig:
        """The configuration in config.json.

        Raises ModelError where a value is missing or asks for another arithmetic.
        """
        for key, value in REQUIRED.items():
            if checkpoint.config.get(key, value) != value:
                raise ModelError(
                    f"{checkpoint.folder} uses {key} {checkpoint.config[key]}",
                    "choose another model",
                )
        try:
            sizes = cls(
                root="bert." if "bert.embeddings.LayerNorm.weight" in checkpoint else "",
                layers=int(checkpoint.setting("num_hidden_layers")),
                heads=int(checkpoint.setting("num_attention_heads")),
                hidden_size=int(checkpoint.setting("hidden_size")),
                intermediate_size=int(checkpoint.setting("intermediate_size")),
                vocab_size=int(checkpoint.setting("vocab_size")),
                max_positions=int(checkpoint.setting("max_position_embeddings")),
                token_types=int(checkpoint.setting("type_vocab_size")),
                eps=float(checkpoint.setting("layer_norm_eps")),
            )
        except (TypeError, ValueError) as error:
            raise ModelError(
                f"{checkpoint.folder / 'config.json'} has a size that is not a number"
            ) from error
        if min(sizes.layers, sizes.heads) < 1 or sizes.hidden_size % sizes.heads:
            raise ModelError(
                f"{checkpoint.folder / 'config.json'} has sizes that do not fit together"
            )
        return sizes
