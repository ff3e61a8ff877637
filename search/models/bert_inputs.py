"""What goes into BERT's first layer: the sum of each token's word, position and segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .bert import BertConfig
    from .checkpoint import Checkpoint

    Float32 = NDArray[np.float32]


class BertInputs:
    """The embeddings of words, positions and segments. Words are read row by row."""

    def __init__(self, checkpoint: Checkpoint, config: BertConfig) -> None:
        width, root = config.hidden_size, f"{config.root}embeddings."
        self._config = config
        self._words = checkpoint.matrix(f"{root}word_embeddings", config.vocab_size, width)
        positions = checkpoint.matrix(f"{root}position_embeddings", config.positions, width)
        stored_types = checkpoint.matrix(f"{root}token_type_embeddings", config.token_types, width)
        types = stored_types.rows(np.arange(config.token_types))
        self._positions = positions.rows(np.arange(config.positions)) + types[:1]
        # `_positions` contain the type of the first segment. This turns it into the second's.
        self._second_segment = types[min(1, config.token_types - 1)] - types[0]

    def of(self, texts: Sequence[Sequence[int]], first_segment: int | None) -> Float32:
        """(tokens, width): the sums for the tokens of all texts, one text behind the other.

        `first_segment` is the length of each text's first segment, None where there is one segment.
        """
        x = self._words.rows(np.concatenate([np.asarray(text, np.intp) for text in texts]))
        start = 0
        for text in texts:
            end = start + len(text)
            x[start:end] += self._positions[self._config.positions_of(text)]
            if first_segment is not None:
                x[start + first_segment : end] += self._second_segment
            start = end
        return x
