"""Brings texts to the embedder in batches that suit the model and the store.

A batch of passages is as large as one commit of the store. Within it each distinct text is
embedded once, and texts of about the same length follow each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

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
    by_text = items_by_text(items)
    if by_text:
        tally.begin(embedder.name)
    done = (embed(embedder, chunk) for chunk in chunks(by_text, CHUNK))
    return with_items(by_text, done, tally, on_chunk)


def items_by_text(items: Iterable[tuple[str, Item]]) -> dict[str, list[Item]]:
    """The items of each distinct text."""
    by_text: dict[str, list[Item]] = {}
    for text, item in items:
        by_text.setdefault(text, []).append(item)
    return by_text


def chunks(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    """The texts in order of their length, `size` at a time.

    >>> list(chunks(["ccc", "a", "bb"], 2))
    [['a', 'bb'], ['ccc']]
    """
    by_length = iter(sorted(texts, key=len))
    while chunk := list(islice(by_length, size)):
        yield chunk


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    """The texts of a chunk with their vectors, and the seconds that these took."""

    results: list[Embedded]
    seconds: float


def embed(
    embedder: Embedder, chunk: list[str], clock: Callable[[], float] = time.perf_counter
) -> EmbeddedChunk:
    """Embed the texts of one chunk."""
    started = clock()
    vectors, counts = embedder.embed_counted(chunk)
    return EmbeddedChunk(list(map(Embedded, chunk, vectors, counts)), clock() - started)


def with_items(
    by_text: dict[str, list[Item]],
    done: Iterable[EmbeddedChunk],
    tally: Tally,
    on_chunk: Callable[[Item], None],
) -> Iterator[tuple[Item, Embedded]]:
    """The items of the chunks that are done, as `embedded` gives and counts them."""
    for chunk in done:
        tally.embedding_seconds += chunk.seconds
        tally.tokens += sum(result.tokens for result in chunk.results)
        for result in chunk.results:
            for item in by_text[result.text]:
                tally.passages += 1
                yield item, result
        on_chunk(by_text[chunk.results[-1].text][0])
