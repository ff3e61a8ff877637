"""What the app's worker threads do: every call of the index is here, and every answer leaves as a message."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from search.errors import DocsearchError, NoIndex
from search.results import Progress, QueryResult, StoredPart

from .. import messages
from .colours import colours
from .command import Stopped
from .sheet import sheet_of

if TYPE_CHECKING:
    from search import Index

LIMIT = 20
"""Hits asked for: each one costs the index about a millisecond, and few people look further down."""

FIRST_LIMIT = 10
"""Hits by words alone, which are shown until the others come: a screenful."""

BLOCK = 200_000
"""Characters of a long document that are read at a time: three blocks are laid out in some 50 ms, and a tenth of one is many screens."""

SHELF = 8_000_000
"""Characters of documents that are kept to show them again at once."""
REST_SECONDS = 0.25
"""A question that is still being typed is not reranked: on a processor the first slice alone takes seconds."""
DRAWING_SECONDS = 0.015
"""The hits by words are drawn before the query goes on by meaning: both are Python, which runs one thread at a time."""
PATIENCE_SECONDS = 0.05
"""How long a waiting question waits before it looks whether it is stale."""

Post = Callable[[Message], object]
Stale = Callable[[], bool]


class Errands:
    """Runs in threads. `post` sends a message to whoever asked; `stale` says that nobody waits for the answer any more."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._by_words = threading.Lock()
        self._by_meaning = threading.Lock()
        self._by_reading = threading.Lock()
        self._shelf: OrderedDict[tuple[str, int], StoredPart] = OrderedDict()

    def answer(self, ask: messages.Ask, post: Post, stale: Stale) -> None:
        """Ask the text leg first, which needs no model, then the mode that is wanted, then for the reranker's order as it arises.

        One query at a time in each: a question that is stale before its turn costs nothing, and one that becomes stale ends after its stage.
        """

        def on_step() -> None:
            if stale():
                raise Stopped

        def on_order(order: QueryResult) -> None:
            on_step()
            post(messages.Answered(ask.number, order, False))

        typed = ask.typed
        steps = [("text", False, self._by_words)] if typed.mode != "vector" else []
        steps += [(typed.mode, False, self._by_meaning)] if typed.mode != "text" else []
        steps += [(typed.mode, True, self._by_reading)] if ask.rerank else []
        result = None
        for place, (mode, rerank, lock) in enumerate(steps, 1):
            is_first = mode == "text" and place < len(steps)
            if (rerank and not _rested(stale)) or not _acquired(lock, stale):
                return
            try:
                result = self.index.query(
                    typed.text, limit=FIRST_LIMIT if is_first else LIMIT, mode=mode, where=typed.where, explain=True, rerank=rerank,
                    on_order=on_order, on_step=on_step,
                )  # fmt: skip
            except Stopped:
                return
            except DocsearchError as error:
                post(_failed(ask.number, error, result if rerank else None))
                return
            finally:
                lock.release()
            if stale():
                return
            post(messages.Answered(ask.number, result, place == len(steps)))
            if is_first:
                time.sleep(DRAWING_SECONDS)

    def read(self, read: messages.Read, post: Post, stale: Stale) -> None:
        """Lay a document out around an offset; its colours follow."""
        try:
            part = self._part(read.path, read.around)
        except DocsearchError as error:
            post(messages.Failed(error))
            return
        if stale():
            return
        sheet = sheet_of(part, read.width)
        post(messages.DocumentRead(sheet, read.scrolled))
        if stale():
            return
        if coloured := colours(
            read.path, part.kind, sheet.rows.text, read.around - part.char_start
        ):
            post(messages.DocumentRead(replace(sheet, colours=tuple(coloured)), read.scrolled))

    def status(self, post: Post) -> None:
        """Read the counts."""
        from search.supply.inventory import fitting_profile, present_profiles

        try:
            status, skips = self.index.status(), self.index.skips()
        except NoIndex:
            post(messages.StatusRead(None))
            post(messages.FirstRun(present_profiles(), fitting_profile()))
        except DocsearchError as error:
            post(messages.Failed(error))
        else:
            post(messages.StatusRead(status, skips))

    def warm(self, post: Post) -> None:
        """Load what the first query would wait for: the table, then the model."""
        try:
            self.index.query("warm", limit=1, mode="text")
            with self._by_meaning:
                self.index.query("warm", limit=1, mode="vector")
        except NoIndex:
            return
        except DocsearchError as error:
            post(messages.Failed(error))
        else:
            post(messages.ModelReady())

    def ingest(self, start: messages.StartIngest, post: Post, stale: Stale) -> None:
        """Read folders into the index, or embed all of it anew; `stale` stops it after a batch."""
        from search import ModelChoice

        def advance(progress: Progress) -> None:
            if stale():
                raise Stopped  # through the index, which ends after its batch
            post(messages.Advanced(progress))

        report = None
        try:
            models = None if start.profile is None else ModelChoice(profile=start.profile)
            report = self.index.ingest(
                start.paths, on_progress=advance, reembed=start.reembed, models=models
            )
        except Stopped:
            pass
        except DocsearchError as error:
            post(messages.Failed(error))
        finally:
            self._shelf = OrderedDict()
            post(messages.IngestEnded(report))

    def watch(self, stop: threading.Event, post: Post) -> None:
        """Keep the index in step with its roots until `stop` is set, at the latest after a batch."""

        def advance(progress: Progress) -> None:
            if stop.is_set():
                raise Stopped
            post(messages.Advanced(progress))

        try:
            for report in self.index.watch(on_progress=advance, stop=stop):
                self._shelf = OrderedDict()
                post(messages.Refreshed(report))
        except Stopped:
            pass
        except DocsearchError as error:
            post(messages.Failed(error))
        finally:
            post(messages.WatchEnded())

    def forget(self, path: str, post: Post) -> None:
        """Take a root out of the index."""
        try:
            documents = self.index.forget(path)
        except DocsearchError as error:
            post(messages.Failed(error))
        else:
            self._shelf = OrderedDict()
            post(messages.Forgotten(path, documents))

    def _part(self, path: str, around: int) -> StoredPart:
        """The block of the document that `around` lies in and the ones beside it: short documents are read whole."""
        shelf, block = self._shelf, max(around, 0) // BLOCK
        if (path, block) not in shelf:
            shelf[path, block] = self.index.part(
                path, chars=(max(block - 1, 0) * BLOCK, (block + 2) * BLOCK)
            )
            while len(shelf) > 1 and sum(len(part.text) for part in shelf.values()) > SHELF:
                shelf.popitem(last=False)
        return shelf[path, block]


def _failed(number: int, error: DocsearchError, before: QueryResult | None) -> Message:
    """What to post of a step that failed: where only the reranker did, the order `before` it stays."""
    if before is None:
        return messages.AskFailed(number, error)
    return messages.Answered(
        number, replace(before, warnings=(*before.warnings, f"not reranked: {error}")), True
    )


def _rested(stale: Stale) -> bool:
    end = time.monotonic() + REST_SECONDS
    while time.monotonic() < end and not stale():
        time.sleep(PATIENCE_SECONDS)
    return not stale()


def _acquired(lock: threading.Lock, stale: Stale) -> bool:
    while not lock.acquire(timeout=PATIENCE_SECONDS):
        if stale():
            return False
    if stale():
        lock.release()
        return False
    return True
