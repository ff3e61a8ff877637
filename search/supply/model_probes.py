"""The tests of a loaded embedder or reranker: its known scores, its steadiness and its speed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Protocol

from ..models.bundled import bundled_at
from .known_models import EMBEDDER, RERANKER
from .known_scores import DOCUMENTS, QUERIES, Matrix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORDS = (
    "the boiler loses pressure and the radiators on the upper floor "
    "stay cold until somebody opens the valve "
)
SAMPLE = ("Tides", DOCUMENTS[0], DOCUMENTS[1], WORDS * 3)
# Targets for an Apple M4 Max by the model's size. They are goals, not measurements.
TOKEN_TARGETS = {"0.6b": "12,000 or more", "4b": "1,500 or more"}
QUERY_TARGETS = {"0.6b": "15 or less"}
RERANK_TARGETS = {"0.6b": "0.4 or less"}


@dataclass(frozen=True, slots=True)
class Measurement:
    """A figure with its unit; `target` is the figure to reach, empty where there is none."""

    what: str
    value: float
    unit: str
    target: str = ""


class Probe(Protocol):
    """Loads an embedder or a reranker, and tests it."""

    def scores(self) -> Matrix:
        """The model's scores on the known example."""
        ...

    def stray(self) -> float:
        """How much a result changes with the other texts in its batch; 0 is best."""
        ...

    def speed(self) -> Measurement:
        """The model's throughput, measured in a short run."""
        ...

    def bench(self) -> list[Measurement]:
        """The figures for which there are targets, measured in a longer run."""
        ...


class EmbedderProbe:
    """Tests an embedder."""

    def __init__(self, folder: Path, backend: str) -> None:
        from ..models.embedder import load_embedder

        self._model = load_embedder(bundled_at(folder) or str(folder.absolute()), backend)

    def scores(self) -> Matrix:
        """The scores are cosines."""
        documents = self._model.embed_passages(DOCUMENTS)
        return _matrix([documents @ self._model.embed_query(query) for query in QUERIES])

    def stray(self) -> float:
        """1 − the least cosine between a text's vector computed alone and among other texts."""
        together = self._model.embed_passages(SAMPLE)
        return max(
            1 - float(self._model.embed_passages([text])[0] @ row)
            for text, row in zip(SAMPLE, together, strict=True)
        )

    def speed(self) -> Measurement:
        """Tokens a second, for 4 texts of about 128 tokens."""
        return Measurement("passages", self._tokens_per_second(4, 128), "tokens/s")

    def bench(self) -> list[Measurement]:
        """The times of 32 passages of 256 tokens and of a query of 10 words, on a warm model."""
        size = next(
            (size for size in ("0.6b", "4b") if f"embedding-{size}" in self._model.name.lower()), ""
        )
        seconds = median(
            _seconds(lambda: self._model.embed_query(" ".join(WORDS.split()[:10])))
            for _ in range(5)
        )
        return [
            Measurement(
                "32 × 256 tokens",
                self._tokens_per_second(32, 256),
                "tokens/s",
                TOKEN_TARGETS.get(size, ""),
            ),
            Measurement("query", seconds * 1000, "ms", QUERY_TARGETS.get(size, "")),
        ]

    def _tokens_per_second(self, texts: int, tokens: int) -> float:
        sample = [
            _text_of(tokens, lambda text: len(self._model.tokenizer.spans([text])[0]))
        ] * texts
        count = sum(map(len, self._model.tokenizer.spans(sample)))
        self._model.embed_passages(sample[:1])
        return count / _seconds(lambda: self._model.embed_passages(sample))


class RerankerProbe:
    """Tests a reranker."""

    def __init__(self, folder: Path, backend: str) -> None:
        from ..models.reranker import load_reranker

        self._model = load_reranker(bundled_at(folder) or str(folder.absolute()), backend)

    def scores(self) -> Matrix:
        """The scores are probabilities."""
        return _matrix([self._model.score(query, DOCUMENTS) for query in QUERIES])

    def stray(self) -> float:
        """The largest difference between a passage's probability alone and among others."""
        together = self._model.score(QUERIES[1], SAMPLE)
        alone = [float(self._model.score(QUERIES[1], [text])[0]) for text in SAMPLE]
        return max(abs(a - float(b)) for a, b in zip(alone, together, strict=True))

    def speed(self) -> Measurement:
        """Passages a second, for 4 passages of about 128 words."""
        return Measurement("rerank", 4 / self._seconds(4, 128), "passages/s")

    def bench(self) -> list[Measurement]:
        """The time of 20 passages of about 200 tokens."""
        target = RERANK_TARGETS.get(
            "0.6b" if "reranker-0.6b" in self._model.name.lower() else "", ""
        )
        return [
            Measurement(
                "rerank 20 × 200 tokens",
                median(self._seconds(20, 200) for _ in range(3)),
                "s",
                target,
            )
        ]

    def _seconds(self, passages: int, tokens: int) -> float:
        # English text has about as many tokens as words.
        sample = [_text_of(tokens, lambda text: len(text.split()))] * passages
        self._model.score(QUERIES[1], sample[:1])
        return _seconds(lambda: self._model.score(QUERIES[1], sample))


PROBES: dict[str, Callable[[Path, str], Probe]] = {
    EMBEDDER: EmbedderProbe,
    RERANKER: RerankerProbe,
}


def _matrix(rows: list[NDArray[np.float32]]) -> Matrix:
    return tuple(tuple(float(value) for value in row) for row in rows)


def _text_of(tokens: int, count: Callable[[str], int]) -> str:
    """A text of at least `tokens` tokens, made of whole repeats of WORDS."""
    text = WORDS
    while count(text) < tokens:
        text += WORDS
    return text


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
