"""Models that the resident process runs for this one, so that they are in memory once."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from search.documents import Judgement
from search.errors import ModelError
from search.protocols import Embedder, Reranker

from .asking import ask

if TYPE_CHECKING:
    from search.documents import Vectors
    from search.protocols import ModelSource, Tokenizer

    from .address import Address

Model = TypeVar("Model", bound=Embedder | Reranker)

MOST_TEXTS = 64
"""More texts than this are embedded in this process: an ingest would keep others from asking."""


class AskedModels:
    """A ModelSource that asks the resident process at `address` where it answers.

    A model that it does not give comes from the source that `make_own` makes, and so does one that
    it gave, from the moment when it answers no more or its model is another one.
    """

    def __init__(self, address: Address, make_own: Callable[[], ModelSource]) -> None:
        self._address = address
        self._own = cache(make_own)

    def embedder(self, name: str, backend: str) -> Embedder:
        """The embedder. Raises as that of its own source does."""
        return _embedder(
            _Asked(self._address, name, backend), lambda: self._own().embedder(name, backend)
        )

    def reranker(self, name: str, backend: str) -> Reranker:
        """The reranker. Raises as that of its own source does."""
        asked = _Asked(self._address, name, backend)
        described = asked.answer("describe reranker")
        if described is None:
            return self._own().reranker(name, backend)
        revision = described["revision"]
        own = _Own(lambda: self._own().reranker(name, backend), revision)
        return AskedReranker(described["name"], revision, asked, own)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A model of the resident process."""

    address: Address
    name: str
    backend: str
    precision: str = ""
    dimensions: int | None = None

    def answer(self, work: str, revision: str = "", **arguments: Any) -> dict[str, Any] | None:
        """The answer; None where there is none, or one of a model of another revision."""
        if not self.address.is_taken:
            return None
        model = (work, self.name, self.backend, self.precision, self.dimensions)
        try:
            answer = ask(self.address, {"model": model, **arguments})
        except (OSError, ValueError):
            return None
        fits = answer.get("code") == 0 and revision in ("", answer["revision"])
        return answer if fits else None

    def vectors(self, work: str, revision: str, **arguments: Any) -> Vectors | None:
        """The vectors of such an answer."""
        import numpy as np

        answer = self.answer(work, revision, **arguments)
        if answer is None:
            return None
        numbers = np.frombuffer(base64.b64decode(answer["vectors"]), "<f4")
        return numbers.reshape(answer["shape"]).astype(np.float32)


class _Own(Generic[Model]):
    """The same model in this process, which is loaded at its first need."""

    def __init__(self, load: Callable[[], Model], revision: str) -> None:
        self._load = load
        self._revision = revision
        self._lock = Lock()
        self._model: Model | None = None

    @property
    def is_loaded(self) -> bool:
        return self._model is not None

    def get(self) -> Model:
        """The model. Raises ModelError where its weights are others by now."""
        with self._lock:
            if self._model is None:
                model = self._load()
                if model.revision != self._revision:
                    raise ModelError(
                        f"the files of the model {model.name} have changed",
                        "start the command again",
                    )
                self._model = model
            return self._model


@dataclass(slots=True)
class AskedEmbedder:
    """An Embedder whose texts are embedded by the resident process."""

    name: str
    revision: str
    precision: str
    dimensions: int
    max_tokens: int
    notice: str
    query_prompt: str
    passage_prompt: str
    asked: _Asked
    own: _Own[Embedder]

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer of the model in this process."""
        return self.own.get().tokenizer

    def narrowed(self, dimensions: int) -> Embedder:
        """The same model with shorter vectors. Raises UsageError where it is not trained for it."""
        own = self.own
        asked = replace(self.asked, dimensions=dimensions)
        return _embedder(asked, lambda: own.get().narrowed(dimensions))

    def at(self, precision: str) -> Embedder:
        """The same model at that precision."""
        if precision == self.precision:
            return self
        own = self.own
        asked = replace(self.asked, precision=precision)
        return _embedder(asked, lambda: own.get().at(precision))

    def embed_query(self, text: str) -> Vectors:
        """(dimensions,) float32 unit vector of a query."""
        vector = None
        if not self.own.is_loaded:
            vector = self.asked.vectors("embed query", self.revision, query=text)
        return self.own.get().embed_query(text) if vector is None else vector

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(n, dimensions) float32 unit vectors of passages."""
        vectors = None
        if not self.own.is_loaded and len(texts) <= MOST_TEXTS:
            vectors = self.asked.vectors("embed passages", self.revision, texts=list(texts))
        return self.own.get().embed_passages(texts) if vectors is None else vectors

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        """The vectors of passages, and each text's number of tokens.

        Only an ingest counts, and it has the model's tokenizer in its own process.
        """
        return self.own.get().embed_counted(texts)


@dataclass(slots=True)
class AskedReranker:
    """A Reranker whose passages are read by the resident process."""

    name: str
    revision: str
    asked: _Asked
    own: _Own[Reranker]

    def score(self, query: str, passages: Sequence[str]) -> Vectors:
        """(n,) float32 probabilities."""
        return self.own.get().score(query, passages)

    def judge(
        self, query: str, passages: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Judgement]:
        """What the model makes of each passage and of its sentences."""
        answer = None
        if not self.own.is_loaded:
            ranges = [list(each) for each in sentences]
            answer = self.asked.answer(
                "judge", self.revision, query=query, texts=list(passages), sentences=ranges
            )
        if answer is None:
            return self.own.get().judge(query, passages, sentences)
        return [
            Judgement(probability, None if odds is None else tuple(odds))
            for probability, odds in answer["judgements"]
        ]


def _embedder(asked: _Asked, load: Callable[[], Embedder]) -> Embedder:
    """The embedder that is asked, or this process's own one where nobody answers."""
    described = asked.answer("describe embedder")
    if described is None:
        return load()
    del described["code"]
    own = _Own(load, described["revision"])
    return AskedEmbedder(**described, asked=asked, own=own)
