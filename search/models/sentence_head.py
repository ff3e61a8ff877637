"""Which sentence of a passage answers, read off a reranker's hidden states.

A model folder may have such a head in `sentences.safetensors`; `python -m training sentences`
trains it. The head reads the states that enter the last layer, so no further pass is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ModelError
from .quantization import as_float32
from .safetensors_file import SafetensorsFile

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Float32 = NDArray[np.float32]

FILE = "sentences.safetensors"
EPS = 1e-5


@dataclass(frozen=True, slots=True)
class SentenceHead:
    """From the states of a query with a passage to the log-odds that each sentence answers.

    A sentence's vector is the mean of its tokens' states, weighted by the softmax of `token`'s
    product with them; the query's is the same with `query`. The sentence's vector, its product with
    the query's and their distance in each channel go through a hidden layer with ReLU.

    token, query, out: (width,), (width,) and (hidden,). layer: (3 · width, hidden), and
    layer_bias: (hidden,). out_bias: (1,).
    """

    token: Float32
    query: Float32
    layer: Float32
    layer_bias: Float32
    out: Float32
    out_bias: Float32

    @classmethod
    def in_folder(cls, folder: Path, width: int) -> SentenceHead | None:
        """The head in the folder of a model with states of that width; None where it has none.

        Raises ModelError for a damaged file, and for a head of another model.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        file = SafetensorsFile(path)
        names = [field.name for field in fields(cls)]
        if sorted(file) != sorted(names):
            raise ModelError(f"{path} holds no head for sentences", "fetch the model again")
        head = cls(**{name: as_float32(file.tensor(name)) for name in names})
        hidden = (len(head.out),)
        expected = [(width,), (width,), (3 * width, *hidden), hidden, hidden, (1,)]
        if [getattr(head, name).shape for name in names] != expected:
            raise ModelError(f"{path} belongs to another model", "fetch the model again")
        return head

    def log_odds(
        self, states: Float32, query: tuple[int, int], sentences: Sequence[tuple[int, int]]
    ) -> Float32:
        """(n,) the log-odds of n sentences, −inf for a sentence without tokens.

        `states` (tokens, width) are those of one row. `query` and `sentences` are ranges of tokens.
        """
        odds = np.full(len(sentences), -np.inf, np.float32)
        there = [i for i, (start, end) in enumerate(sentences) if end > start]
        if there:
            states = normalised(states)
            asked, _ = pooled(states[slice(*query)], self.query)
            answers = np.stack([pooled(states[slice(*sentences[i])], self.token)[0] for i in there])
            hidden = np.maximum(compared(answers, asked) @ self.layer + self.layer_bias, 0)
            odds[there] = hidden @ self.out + self.out_bias
        return odds


def normalised(states: Float32) -> Float32:
    """The states with mean 0 and variance 1 in each token."""
    centred = states - states.mean(axis=1, keepdims=True)
    scaled: Float32 = centred / np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + EPS)
    return scaled


def pooled(states: Float32, direction: Float32) -> tuple[Float32, Float32]:
    """The weighted mean (width,) of some tokens' states, and the weights (tokens,)."""
    scores = states @ direction
    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    return weights @ states, weights


def compared(answers: Float32, asked: Float32) -> Float32:
    """(n, 3 · width): sentences' vectors (n, width) beside that of their query."""
    return np.concatenate([answers, answers * asked, np.abs(answers - asked)], axis=-1)
