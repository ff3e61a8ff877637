"""The seams between the pipeline and the models: what a tokenizer, an embedder and a reranker must do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .documents import Vectors


class Tokenizer(Protocol):
    """Cuts text into the model's tokens."""

    def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Each text's tokens as character ranges (start, end), without special tokens and without truncation."""
        ...


class Embedder(Protocol):
    """Turns texts into unit vectors. `notice` is what to tell the user of it, empty for most."""

    name: str
    revision: str
    dimensions: int
    max_tokens: int
    notice: str

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's own tokenizer."""
        ...

    @property
    def query_prompt(self) -> str:
        """What goes before a query."""
        ...

    @property
    def passage_prompt(self) -> str:
        """What goes before a passage."""
        ...

    def narrowed(self, dimensions: int) -> Embedder:
        """The same model with vectors cut to so many numbers. Raises UsageError where it is not trained for that."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(n, dimensions) float32 unit vectors in the order of `texts`; longer texts are cut at `max_tokens`."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """(dimensions,) float32 unit vector of a query, with the model's query prompt."""
        ...


class Reranker(Protocol):
    """Judges passages with the query before its eyes."""

    name: str
    revision: str

    def score(self, query: str, passages: Sequence[str]) -> Vectors:
        """(n,) float32 probabilities, in the order of `passages`, that each answers the query.

        Passages too long for the model are cut. A caller with a deadline hands them over in slices.
        """
        ...
