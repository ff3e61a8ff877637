"""What the pipeline expects of a tokenizer, an embedder and a reranker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .documents import Judgement, Vectors


@dataclass(frozen=True, slots=True)
class TokenizerFile:
    """The file that a tokenizer is made of, so that another process can make the same one.

    `literal_specials` says whether special tokens in a text are read as plain characters.
    """

    path: str
    literal_specials: bool


class Tokenizer(Protocol):
    """Cuts text into the model's tokens.

    `file` is None where only this process can have the tokenizer.
    """

    @property
    def file(self) -> TokenizerFile | None:
        """The file that it is made of."""
        ...

    def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Each text's tokens as character ranges (start, end).

        Special tokens are left out, and no text is truncated.
        """
        ...


class Embedder(Protocol):
    """Turns texts into unit vectors.

    `name` is the model's, and `revision` identifies its weights. `max_tokens` is the length at
    which texts are cut. `notice` is a sentence that the user must see when the model is loaded; it
    is empty for most models. `precision` is that of the products, "float32" or "int8".
    """

    name: str
    revision: str
    precision: str
    dimensions: int
    max_tokens: int
    notice: str

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's own tokenizer."""
        ...

    @property
    def query_prompt(self) -> str:
        """The text that the model expects before a query."""
        ...

    @property
    def passage_prompt(self) -> str:
        """The text that the model expects before a passage."""
        ...

    def narrowed(self, dimensions: int) -> Embedder:
        """The same model with its vectors cut to `dimensions` numbers.

        Raises UsageError where the model is not trained for that.
        """
        ...

    def at(self, precision: str) -> Embedder:
        """The same model at that precision where its engine has it, else as it is."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(n, dimensions) float32 unit vectors in the order of `texts`.

        Texts longer than `max_tokens` are cut there.
        """
        ...

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        """The vectors as `embed_passages` gives them, and the number of tokens of each text.

        They are those of `tokenizer.spans`: special tokens do not count, and what is cut off does.
        """
        ...

    def embed_query(self, text: str) -> Vectors:
        """(dimensions,) float32 unit vector of a query, with the model's query prompt."""
        ...


class Reranker(Protocol):
    """Reads the query and a passage together and judges whether the passage answers the query.

    `name` is the model's, and `revision` identifies its weights.
    """

    name: str
    revision: str

    def score(self, query: str, passages: Sequence[str]) -> Vectors:
        """(n,) float32 probabilities, in the order of `passages`, that each answers the query.

        Passages that are too long for the model are cut.
        """
        ...

    def judge(
        self, query: str, passages: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Judgement]:
        """As `score`, with what the model makes of each passage's sentences, if it judges them.

        `sentences` has their ranges of characters for each passage, in order and disjoint. A caller
        with a deadline calls `judge` with a few passages at a time.
        """
        ...


class ModelSource(Protocol):
    """Where an index gets its models from. Thread-safe."""

    def embedder(self, name: str, backend: str) -> Embedder:
        """The embedder of that name, on that backend."""
        ...

    def reranker(self, name: str, backend: str) -> Reranker:
        """The reranker of that name, on that backend."""
        ...
