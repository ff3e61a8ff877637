"""The configuration of BERT and of XLM-RoBERTa, as both engines need it.

The architecture is that of https://arxiv.org/abs/1810.04805, the names are those of `transformers`.
XLM-RoBERTa (https://arxiv.org/abs/1911.02116) has the same layers; its positions begin later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .checkpoint import Checkpoint

# With other values of these settings, the arithmetic would differ from the one in this package.
REQUIRED = {"hidden_act": "gelu", "position_embedding_type": "absolute"}
# The beginnings of the weights' names: those of a bare encoder, of one with a head for a task, and
# of one that mlx-embeddings has converted.
ROOTS = ("", "bert.", "roberta.", "model.")
_NORM = "embeddings.LayerNorm.weight"
POOLINGS = ("cls", "mean")


@dataclass(frozen=True, slots=True)
class BertConfig:
    """The sizes of a BERT encoder.

    The name of each weight begins with `root`. There are `positions` positions, and XLM-RoBERTa's
    begin behind the id `padding`; it is None for BERT, whose positions begin at 0.
    """

    root: str
    layers: int
    heads: int
    hidden_size: int
    intermediate_size: int
    vocab_size: int
    positions: int
    padding: int | None
    token_types: int
    eps: float

    @property
    def max_tokens(self) -> int:
        """The greatest number of tokens that have positions."""
        return self.positions - (0 if self.padding is None else self.padding + 1)

    def positions_of(self, ids: Sequence[int]) -> slice | NDArray[np.intp]:
        """The position of each of a text's tokens, as an index into the rows of positions.

        XLM-RoBERTa gives a token of padding, which a text can name, the position `padding`, and
        does not count it.
        """
        if self.padding is None:
            return slice(len(ids))
        counted = np.array(ids) != self.padding
        positions: NDArray[np.intp] = np.cumsum(counted) * counted + self.padding
        return positions

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
                root=next((root for root in ROOTS if root + _NORM in checkpoint), ""),
                layers=int(checkpoint.setting("num_hidden_layers")),
                heads=int(checkpoint.setting("num_attention_heads")),
                hidden_size=int(checkpoint.setting("hidden_size")),
                intermediate_size=int(checkpoint.setting("intermediate_size")),
                vocab_size=int(checkpoint.setting("vocab_size")),
                positions=int(checkpoint.setting("max_position_embeddings")),
                padding=_padding(checkpoint),
                token_types=int(checkpoint.setting("type_vocab_size")),
                eps=float(checkpoint.setting("layer_norm_eps")),
            )
        except (TypeError, ValueError) as error:
            raise ModelError(
                f"{checkpoint.folder / 'config.json'} has a size that is not a number"
            ) from error
        counts = (sizes.layers, sizes.heads, sizes.max_tokens)
        if min(counts) < 1 or sizes.hidden_size % sizes.heads:
            raise ModelError(
                f"{checkpoint.folder / 'config.json'} has sizes that do not fit together"
            )
        return sizes


def _padding(checkpoint: Checkpoint) -> int | None:
    if checkpoint.model_type != "xlm-roberta":
        return None
    return int(checkpoint.config.get("pad_token_id", 1))
