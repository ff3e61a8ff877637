"""The hidden states of a reranker for questions with passages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from search.models.cpu_threads import cores
from search.models.sentence_head import normalised

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from search.models.reranker import ModelReranker

    from .answers import Asked


@dataclass(frozen=True, slots=True)
class Seen:
    """What a head sees of a question with a passage.

    query: (tokens, width) normalised states in float16, and sentences: the same of each sentence
    that the row holds. answers: (sentences,) 1 for those that answer, else 0.
    """

    query: NDArray[np.float16]
    sentences: tuple[NDArray[np.float16], ...]
    answers: NDArray[np.float32]


def seen(reranker: ModelReranker, rows: Sequence[Asked]) -> Iterator[Seen]:
    """The states of the rows, by the reranker's own engine.

    Raises ModelError where its architecture gives no states.
    """

    def of(row: Asked) -> Seen:
        read = reranker.read(row.question, [row.text], [row.sentences])
        states, ranges = normalised(read.states[0]).astype(np.float16), read.sentences[0]
        there = [i for i, (start, end) in enumerate(ranges) if end > start]
        return Seen(
            states[slice(*read.query)].copy(),
            tuple(states[slice(*ranges[i])].copy() for i in there),
            np.array([row.answers[i] for i in there], np.float32),
        )

    # A call with one text runs in its own thread.
    with ThreadPoolExecutor(cores()) as pool:
        yield from pool.map(of, rows)
