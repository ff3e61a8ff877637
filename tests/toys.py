"""Small stand-ins for models, whose vectors can be worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from search.protocols import Tokenizer

if TYPE_CHECKING:
    from search.documents import Vectors

TOPICS = {
    "boiler": 0,
    "radiator": 0,
    "radiators": 0,
    "heating": 0,
    "cold": 0,
    "rent": 1,
    "lease": 1,
    "landlord": 1,
    "tenant": 1,
    "bread": 2,
    "dough": 2,
    "sourdough": 2,
    "oven": 2,
    "tide": 3,
    "harbour": 3,
    "sea": 3,
}


def as_stored(vectors: Vectors) -> Vectors:
    """The vectors as the table keeps them, in numbers of 16 bits."""
    return vectors.astype(np.float16).astype(np.float32)


class ToyTokenizer:
    """A token is a word or a single other character."""

    file = None

    def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        return [[match.span() for match in re.finditer(r"\w+|[^\w\s]", text)] for text in texts]


class ToyEmbedder:
    """An embedder whose vectors count the words of each of four topics.

    A fifth component is 1, so that no vector is zero. Vectors are normalised to length 1.
    """

    name = "toy"
    revision = "1"
    dimensions = 5
    max_tokens = 512
    notice = ""
    query_prompt = ""
    passage_prompt = ""
    precision = "float32"

    def __init__(self) -> None:
        self.embedded: list[str] = []

    @property
    def tokenizer(self) -> Tokenizer:
        return ToyTokenizer()

    def at(self, precision: str) -> ToyEmbedder:
        return self

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        return np.stack([self._vector(text) for text in texts])

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        return self.embed_passages(texts), list(map(len, self.tokenizer.spans(texts)))

    def embed_query(self, text: str) -> Vectors:
        return self._vector(text)

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(self.dimensions, np.float32)
        vector[4] = 1
        for word in re.findall(r"\w+", text.lower()):
            if word in TOPICS:
                vector[TOPICS[word]] += 1
        return vector / np.float32(np.linalg.norm(vector))
