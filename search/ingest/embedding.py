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


def timed_batches(
    items: Iterable[Item], clock: Callable[[], float] = time.perf_counter
) -> Iterator[list[Item]]:
    """Batches that take about COMMIT_SECONDS each, judged by the speed of the batch before.

    `clock` gives seconds.
    """
    size, remaining = FIRST_BATCH, iter(items)
    while batch := list(islice(remaining, size)):
        started = clock()
        yield batch
        speed = len(batch) / max(clock() - started, 1e-3)
        size = int(min(max(speed * COMMIT_SECONDS, FIRST_BATCH), MAX_BATCH))


def embedded(embedder: Embedder, texts: Iterable[str]) -> Iterator[list[Embedded]]:
    """Each distinct text with its vector, CHUNK texts at a time.

    Texts come in order of length, so that a batch of the model needs little padding.
    """
    distinct = sorted(dict.fromkeys(texts), key=len)
    for start in range(0, len(distinct), CHUNK):
        chunk = distinct[start : start + CHUNK]
        parts = zip(
            chunk, embedder.embed_passages(chunk), embedder.tokenizer.spans(chunk), strict=True
        )
        yield [Embedded(text, vector, len(spans)) for text, vector, spans in parts]
