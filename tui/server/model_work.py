"""What the models of the resident process do for another process, such as the app."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from search.documents import Vectors
    from search.models.loaded import LoadedModels
    from search.protocols import Embedder


@dataclass(frozen=True, slots=True)
class ModelWork:
    """A model, and what it is to do: a name of WORK, and the arguments of that.

    `precision` and `dimensions` are about embedders; "" and None leave a model as it is.
    """

    work: str
    name: str
    backend: str
    precision: str = ""
    dimensions: int | None = None
    query: str = ""
    texts: tuple[str, ...] = ()
    sentences: tuple[tuple[tuple[int, int], ...], ...] = ()


def work_of(fields: Mapping[str, Any]) -> ModelWork:
    """The work of a request. Raises KeyError, TypeError or ValueError where it is none."""
    work, name, backend, precision, dimensions = fields["model"]
    query, texts = fields.get("query", ""), tuple(fields.get("texts", ()))
    if work not in WORK:
        raise ValueError("unknown work")
    if not all(isinstance(text, str) for text in (name, backend, precision, query, *texts)):
        raise TypeError("a text is none")
    if not isinstance(dimensions, int | None):
        raise TypeError("the dimensions are no number")
    sentences = tuple(
        tuple((int(start), int(end)) for start, end in ranges)
        for ranges in fields.get("sentences", ())
    )
    return ModelWork(work, name, backend, precision, dimensions, query, texts, sentences)


def done(work: ModelWork, models: LoadedModels) -> dict[str, Any]:
    """The fields of the answer. Raises what the model raises."""
    return WORK[work.work](work, models)


def _embedder(work: ModelWork, models: LoadedModels) -> Embedder:
    return models.variant(work.name, work.backend, work.precision, work.dimensions)


def _embedder_described(work: ModelWork, models: LoadedModels) -> dict[str, Any]:
    embedder = _embedder(work, models)
    names = ("name", "revision", "precision", "dimensions", "max_tokens", "notice")
    prompts = ("query_prompt", "passage_prompt")
    return {name: getattr(embedder, name) for name in (*names, *prompts)}


def _reranker_described(work: ModelWork, models: LoadedModels) -> dict[str, Any]:
    reranker = models.reranker(work.name, work.backend)
    return {"name": reranker.name, "revision": reranker.revision}


def _query_embedded(work: ModelWork, models: LoadedModels) -> dict[str, Any]:
    embedder = _embedder(work, models)
    return _vectors(embedder.embed_query(work.query), embedder.revision)


def _passages_embedded(work: ModelWork, models: LoadedModels) -> dict[str, Any]:
    embedder = _embedder(work, models)
    return _vectors(embedder.embed_passages(work.texts), embedder.revision)


def _judged(work: ModelWork, models: LoadedModels) -> dict[str, Any]:
    reranker = models.reranker(work.name, work.backend)
    judgements = reranker.judge(work.query, work.texts, work.sentences)
    pairs = [(judgement.probability, judgement.sentences) for judgement in judgements]
    return {"revision": reranker.revision, "judgements": pairs}


def _vectors(vectors: Vectors, revision: str) -> dict[str, Any]:
    """Vectors as the bytes of their float32 numbers, which JSON's decimal ones would not keep."""
    data = base64.b64encode(vectors.astype("<f4").tobytes()).decode()
    return {"revision": revision, "vectors": data, "shape": vectors.shape}


WORK: dict[str, Callable[[ModelWork, LoadedModels], dict[str, Any]]] = {
    "describe embedder": _embedder_described,
    "embed query": _query_embedded,
    "embed passages": _passages_embedded,
    "describe reranker": _reranker_described,
    "judge": _judged,
}
