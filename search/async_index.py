"""An index for asynchronous programs: the verbs that read, each awaited."""

from __future__ import annotations

import asyncio
import os
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .index import Index

if TYPE_CHECKING:
    from .documents import Passage
    from .results import DocumentList, QueryResult, Status, StoredPart, StoredText, Verdict


class QueryGivenUp(Exception):
    """Ends a query in its thread after the task that awaits it was cancelled."""


class AsyncIndex:
    """An `Index` whose verbs run in threads, so that they hold up no event loop.

    Several tasks may ask at once. A query whose task is cancelled ends at its next stage. Methods
    take and raise what those of `Index` do.
    """

    def __init__(self, index: Index) -> None:
        self.index = index

    @classmethod
    def open(cls, path: str | os.PathLike[str] | None = None, **models: Any) -> Self:
        """The index that `Index.open` opens with the same arguments."""
        return cls(Index.open(path, **models))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.index.close)

    async def query(self, text: str, **options: Any) -> QueryResult:
        """The passages that answer, as `Index.query` gives them."""
        given_up = threading.Event()
        on_step = options.pop("on_step", None)

        def step() -> None:
            if given_up.is_set():
                raise QueryGivenUp
            if on_step is not None:
                on_step()

        try:
            return await asyncio.to_thread(self.index.query, text, on_step=step, **options)
        except asyncio.CancelledError:
            given_up.set()
            raise

    async def document(self, path: str | os.PathLike[str]) -> StoredText:
        """A document's text as indexed."""
        return await asyncio.to_thread(self.index.document, path)

    async def part(
        self,
        path: str | os.PathLike[str],
        chars: tuple[int, int] | None = None,
        lines: tuple[int, int] | None = None,
    ) -> StoredPart:
        """The text of the passages that a range of a document touches."""
        return await asyncio.to_thread(self.index.part, path, chars, lines)

    async def passage(self, passage_id: str) -> Passage:
        """A passage by its id."""
        return await asyncio.to_thread(self.index.passage, passage_id)

    async def documents(self, **options: Any) -> DocumentList:
        """The newest documents that a filter admits, and how many it admits."""
        return await asyncio.to_thread(lambda: self.index.documents(**options))

    async def status(self) -> Status:
        """Counts, roots and health."""
        return await asyncio.to_thread(self.index.status)

    async def check(self, path: str | os.PathLike[str]) -> Verdict:
        """Why a path is or is not in the index."""
        return await asyncio.to_thread(self.index.check, path)
