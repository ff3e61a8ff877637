"""Brings texts to the embedder in batches that suit the model and the store.

A batch of passages is as large as one commit of the store. Within it each distinct text is
embedded once, and texts of about the same length follow each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..protocols import Embedder
    from .tally import Tally

CHUNK = 64
"""The texts given to the embedder in one call: they fill its batches, and progress still shows."""

FIRST_BATCH = 8
"""The first batch is small: the speed is unknown, and a large model may take a second a passage."""

MAX_BATCH = 2048
"""No batch has more passages, however fast the embedder is."""

COMMIT_SECONDS = 5.0
"""A batch takes about as long. Then it is stored: it can be found, and no interruption loses it."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Embedded:
    """A text with its vector and its number of tokens."""

    text: str
    vector: Vectors
    tokens: int


class Pace:
    """The size of the next batch, by the speed of the last one."""

    def __init__(self) -> None:
        self.size = FIRST_BATCH

    def took(self, count: int, seconds: float) -> None:
        """Note that a batch of so many passages took so long."""
        speed = count / max(seconds, 1e-3)
        self.size = int(min(max(speed * COMMIT_SECONDS, FIRST_BATCH), MAX_BATCH))


def timed_batches(
    items: Iterable[Item], clock: Callable[[], float] = time.perf_counter
) -> Iterator[list[Item]]:
    """Batches that take about COMMIT_SECONDS each, judged by the speed of the batch before.

    `clock` gives seconds.
    """
    pace, remaining = Pace(), iter(items)
    while batch := list(islice(remaining, pace.size)):
        started = clock()
        yield batch
        pace.took(len(batch), clock() - started)


def embedded(
    embedder: Embedder,
    items: Iterable[tuple[str, Item]],
    tally: Tally,
    on_chunk: Callable[[Item], None],
) -> Iterator[tuple[Item, Embedded]]:
    """Each item with its text's vector; each distinct text is embedded once, CHUNK at a time.

    `items` are pairs of a text and an item. They come back in order of the texts' length, so that a
    batch of the model needs little padding. `tally` counts passages, tokens and the seconds that
    they take. `on_chunk` is called after the items of each chunk, with the first of its last text.
    """
    by_text = _by_text(items)
    if by_text:
        tally.begin(embedder.name)
    done = (_timed(embedder, chunk) for chunk in _chunks(by_text))
    return _with_items(by_text, done, tally, on_chunk)


class EmbeddingThread:
    """A thread that embeds batches in their order, while their user stores and reads others.

    Use it as a context manager. At the end of the context it gives up what it has not begun.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, "embedding")

    def begin(
        self,
        embedder: Embedder,
        items: Iterable[tuple[str, Item]],
        tally: Tally,
        on_chunk: Callable[[Item], None],
    ) -> Iterator[tuple[Item, Embedded]]:
        """As `embedded`, but the embedding begins at once. The counts follow with the items."""
        by_text = _by_text(items)
        if by_text:
            tally.begin(embedder.name)
        coming = [self._executor.submit(_timed, embedder, chunk) for chunk in _chunks(by_text)]
        return _with_items(by_text, (future.result() for future in coming), tally, on_chunk)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._executor.shutdown(cancel_futures=True)


def _by_text(items: Iterable[tuple[str, Item]]) -> dict[str, list[Item]]:
    by_text: dict[str, list[Item]] = {}
    for text, item in items:
        by_text.setdefault(text, []).append(item)
    return by_text


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    """The texts in order of their length, CHUNK at a time."""
    by_length = iter(sorted(texts, key=len))
    while chunk := list(islice(by_length, CHUNK)):
        yield chunk


def _timed(embedder: Embedder, chunk: list[str]) -> tuple[list[Embedded], float]:
    """The texts with their vectors, and the seconds that these took."""
    started = time.perf_counter()
    vectors, counts = embedder.embed_counted(chunk)
    return list(map(Embedded, chunk, vectors, counts)), time.perf_counter() - started


def _with_items(
    by_text: dict[str, list[Item]],
    done: Iterable[tuple[list[Embedded], float]],
    tally: Tally,
    on_chunk: Callable[[Item], None],
) -> Iterator[tuple[Item, Embedded]]:
    """The items of the chunks that are `done`, counted as they come."""
    for results, seconds in done:
        tally.embedding_seconds += seconds
        tally.tokens += sum(result.tokens for result in results)
        for result in results:
            for item in by_text[result.text]:
                tally.passages += 1
                yield item, result
        on_chunk(by_text[results[-1].text][0])
