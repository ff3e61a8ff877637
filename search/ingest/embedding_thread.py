"""Embeds batches in a thread, while their user stores other batches and reads the next."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from .embedding import CHUNK, Embedded, EmbeddedChunk, chunks, embed, items_by_text, with_items

if TYPE_CHECKING:
    from ..protocols import Embedder
    from .tally import Tally

CHUNK_SECONDS = 1.0
"""A chunk takes about as long at most, since an interrupted run waits for the one in work."""

Item = TypeVar("Item")


class EmbeddingThread:
    """A thread that embeds batches in their order. `clock` gives seconds.

    Use it as a context manager. At the end of the context it gives up what it has not begun. A
    chunk has a text for each of the `cores` at least, each of which works on texts of its own.
    """

    def __init__(
        self,
        cores: int = os.cpu_count() or 1,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._executor = ThreadPoolExecutor(1, "embedding")
        self._cores = cores
        self._clock = clock
        self._chunk = cores

    def begin(
        self,
        embedder: Embedder,
        items: Iterable[tuple[str, Item]],
        tally: Tally,
        on_chunk: Callable[[Item], None],
    ) -> Iterator[tuple[Item, Embedded]]:
        """As `embedded`, but the embedding begins at once. The counts follow with the items."""
        by_text = items_by_text(items)
        if by_text:
            tally.begin(embedder.name)
        coming = [
            self._executor.submit(self._embed, embedder, chunk)
            for chunk in chunks(by_text, self._chunk)
        ]
        return with_items(by_text, (future.result() for future in coming), tally, on_chunk)

    def _embed(self, embedder: Embedder, chunk: list[str]) -> EmbeddedChunk:
        done = embed(embedder, chunk, self._clock)
        speed = len(chunk) / max(done.seconds, 1e-3)
        self._chunk = min(max(round(speed * CHUNK_SECONDS), self._cores), max(CHUNK, self._cores))
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._executor.shutdown(cancel_futures=True)
