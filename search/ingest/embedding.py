"""Texts on their way through an embedder: as many together as are stored together, each distinct one once, those of one length in a row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..protocols import Embedder

CHUNK = 64
"""Texts that are given to the embedder at once: enough to fill its batches, few enough to show progress."""

FIRST_BATCH = 8
"""Few, because nothing is known of the speed yet: a large model on a processor takes a second for each."""

MOST_PASSAGES = 2048
COMMIT_SECONDS = 5.0
"""About so often what was embedded is stored: it can be found then, and no interruption loses it."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Embedded:
    """A text with its vector and its number of tokens."""

    text: str
    vector: Vectors
    tokens: int


def timed_batches(
    items: Iterable[Item], clock: Callable[[], float] = time.perf_counter
) -> Iterator[list[Item]]:
    """Batches that take about COMMIT_SECONDS each at the speed of the one before."""
    size, rest = FIRST_BATCH, iter(items)
    while batch := list(islice(rest, size)):
        started = clock()
        yield batch
        speed = len(batch) / max(clock() - started, 1e-3)
        size = int(min(max(speed * COMMIT_SECONDS, FIRST_BATCH), MOST_PASSAGES))


def embedded(embedder: Embedder, texts: Iterable[str]) -> Iterator[list[Embedded]]:
    """Each distinct text with its vector, in order of length, so that a model's batch holds texts of one length."""
    distinct = sorted(dict.fromkeys(texts), key=len)
    for start in range(0, len(distinct), CHUNK):
        chunk = distinct[start : start + CHUNK]
        parts = zip(
            chunk, embedder.embed_passages(chunk), embedder.tokenizer.spans(chunk), strict=True
        )
        yield [Embedded(text, vector, len(spans)) for text, vector, spans in parts]
