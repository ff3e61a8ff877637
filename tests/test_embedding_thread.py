"""A thread embeds batches in order, in chunks that suit the embedder's speed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from search.ingest.embedding_thread import EmbeddingThread
from search.ingest.tally import Tally

from .toys import ToyEmbedder

if TYPE_CHECKING:
    from search.documents import Vectors


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class SlowEmbedder(ToyEmbedder):
    """Takes `seconds` by the clock for each text, and notes how many it is given."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__()
        self.clock = clock
        self.seconds = seconds
        self.given: list[int] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.given.append(len(texts))
        self.clock.now += self.seconds * len(texts)
        return super().embed_passages(texts)


def numbered(count: int) -> list[tuple[str, int]]:
    return [(f"text {number:03}", number) for number in range(count)]


@pytest.mark.parametrize(
    ("seconds", "sizes"),
    [(0.001, [4, 4, 64, 64, 2]), (0.1, [4, 4, *[10] * 13]), (2.0, [4, 4, *[4] * 32, 2])],
)
def test_a_chunk_takes_a_second_and_gives_each_core_a_text(
    seconds: float, sizes: list[int]
) -> None:
    clock = Clock()
    embedder, tally = SlowEmbedder(clock, seconds), Tally(1, 1)
    with EmbeddingThread(4, clock) as thread:
        first = list(thread.begin(embedder, numbered(8), tally, lambda item: None))
        second = list(thread.begin(embedder, numbered(130), tally, lambda item: None))
    assert embedder.given == sizes
    assert [item for item, _ in first + second] == [*range(8), *range(130)]
    assert (tally.passages, tally.tokens, tally.model) == (138, 276, "toy")
    assert tally.embedding_seconds == pytest.approx(138 * seconds)


def test_a_batch_begins_at_once_and_counts_when_it_is_taken() -> None:
    embedder, tally, chunks = ToyEmbedder(), Tally(1, 1), list[int]()
    begun = threading.Event()
    embedder.embed_counted = lambda texts: (  # type: ignore[method-assign]
        begun.set(),
        ToyEmbedder.embed_counted(embedder, texts),
    )[1]
    with EmbeddingThread(2) as thread:
        coming = thread.begin(embedder, [("b", 1), ("aa", 2), ("b", 3)], tally, chunks.append)
        assert begun.wait(10)
        assert (tally.passages, chunks) == (0, [])
        assert [(item, done.text) for item, done in coming] == [(1, "b"), (3, "b"), (2, "aa")]
    assert (tally.passages, tally.tokens, chunks) == (3, 2, [2])
    assert embedder.embedded == ["b", "aa"]


def test_what_has_not_begun_is_given_up_and_an_error_comes_with_its_chunk() -> None:
    class Broken(ToyEmbedder):
        def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
            self.embedded.extend(texts)
            raise ValueError(texts[0])

    embedder = Broken()
    with EmbeddingThread(1) as thread:
        coming = thread.begin(embedder, numbered(1), Tally(1, 1), lambda item: None)
        with pytest.raises(ValueError, match="text 000"):
            next(coming)
    release, started = threading.Event(), threading.Event()

    class Waiting(ToyEmbedder):
        def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
            started.set()
            release.wait(10)
            return super().embed_counted(texts)

    waiting = Waiting()
    with EmbeddingThread(1) as thread:
        thread.begin(waiting, numbered(20), Tally(1, 1), lambda item: None)
        assert started.wait(10)
        threading.Timer(0.2, release.set).start()
    assert waiting.embedded == ["text 000"]
