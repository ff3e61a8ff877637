"""The work of the app's threads: all calls of the index are here, and all answers are messages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from search.errors import DocsearchError, NoIndex
from search.results import Hit, Progress, QueryResult, RecentDocument, StoredPart

from .. import messages
from ..graphics import NO_GRAPHICS, Graphics
from .colours import colours
from .command import Stopped
from .part_cache import PartCache
from .rendering import Signs
from .rendering.signs import BOXES
from .sheet import RENDERED, RENDERED_FIRST, sheet_of

if TYPE_CHECKING:
    from search import Index

LIMIT = 20
"""The number of hits: each one costs the index about a millisecond, and few people look further."""

FIRST_LIMIT = 10
"""The number of hits of the text leg, which are shown until the others come: a screenful."""

BLOCK = 200_000
"""Characters of a block of a long document.

Three blocks are laid out in some 50 ms, and a tenth of a block fills many screens.
"""

REST_SECONDS = 0.25
"""How long a question has to stand before it is reranked.

While the user types, no question is: on a processor the first slice alone takes seconds.
"""
DRAWING_SECONDS = 0.015
"""A pause in which the hits of the text leg are drawn before the query goes on.

Drawing and querying are both Python, which runs one thread at a time.
"""
PATIENCE_SECONDS = 0.05
"""How long a question waits for its turn before it checks again whether it is stale."""

Post = Callable[[Message], object]
Stale = Callable[[], bool]


class Errands:
    """Its methods run in threads.

    `post` sends a message to the screen that asked. `stale` tells that the answer is no longer
    wanted. Documents are laid out with `signs`, and pictures are drawn for `graphics`.
    """

    def __init__(
        self, index: Index, signs: Signs = BOXES, graphics: Graphics = NO_GRAPHICS
    ) -> None:
        self.index = index
        self._signs = signs
        self._graphics = graphics
        self._text_turn = threading.Lock()
        self._model_turn = threading.Lock()
        self._rerank_turn = threading.Lock()
        self._parts = PartCache()
        self._pulse: object = None
        """What the index looked like when the counts were read, or when `poll` failed."""
        self._headings: tuple[str, ...] = ()
        """The headings that were read last, which are shown until others are read."""

    def answer(self, ask: messages.Ask, post: Post, stale: Stale) -> None:
        """Ask the text leg, then the mode that is wanted, then the reranker.

        The text leg comes first because it needs no model, and the reranker's order is posted as it
        arises. Each of the three steps serves one question at a time: a question that is stale
        before its turn costs nothing, and one that becomes stale ends after its current stage.
        """

        def on_step() -> None:
            if stale():
                raise Stopped

        def on_order(order: QueryResult) -> None:
            on_step()
            if not ask.again:
                post(messages.Answered(ask.number, order, False))

        # The steps: mode, whether to rerank, and the lock whose turn the step needs.
        typed = ask.typed
        steps = [("text", False, self._text_turn)] if typed.mode != "vector" else []
        steps += [(typed.mode, False, self._model_turn)] if typed.mode != "text" else []
        steps += [(typed.mode, True, self._rerank_turn)] if ask.rerank else []
        if ask.again:
            # The hits of before are shown until the last answer comes.
            steps = [step for step in steps if step[0] == typed.mode]
        result = None
        for number, (mode, rerank, turn) in enumerate(steps, 1):
            is_first = mode == "text" and number < len(steps)
            # Wait for the turn.
            if (rerank and not _rested(stale)) or not _acquired(turn, stale):
                return
            # Ask the index.
            try:
                result = self.index.query(
                    typed.text,
                    limit=FIRST_LIMIT if is_first else LIMIT,
                    mode=mode,
                    where=typed.where,
                    explain=True,
                    rerank=rerank,
                    on_order=on_order,
                    on_step=on_step,
                )
            except Stopped:
                return
            except DocsearchError as error:
                post(_failed(ask.number, error, result if rerank else None))
                return
            finally:
                turn.release()
            # Post the answer.
            if stale():
                return
            is_last = number == len(steps)
            if is_last or not ask.again:
                post(messages.Answered(ask.number, result, is_last))
            # A file system that is slow to tell whether files exist does not delay the hits.
            self._tell_missing(ask.number, result, post)
            if is_first:
                time.sleep(DRAWING_SECONDS)

    def _tell_missing(self, number: int, result: QueryResult, post: Post) -> None:
        missing = self.index.missing({hit.path for hit in result.hits})
        try:
            absent = self.index.absent(missing) if missing else missing
        except DocsearchError:
            # The next query says what is wrong with the index.
            absent = frozenset()
        post(messages.FilesGone(number, missing - absent, absent))

    def read(self, read: messages.Read, post: Post, stale: Stale) -> None:
        """Lay a document out around an offset, and post it; post it again with its colours."""
        try:
            part = self._part(read.path, read.around)
        except DocsearchError as error:
            post(messages.Failed(error))
            return
        if stale():
            return
        is_long = part.kind == "markdown" and len(part.text) > 2 * RENDERED_FIRST
        reach = RENDERED_FIRST if is_long else RENDERED
        sheet = sheet_of(part, read.width, self._signs, read.around, reach)
        post(messages.DocumentRead(sheet, read.scrolled))
        if stale():
            return
        if is_long:
            sheet = sheet_of(part, read.width, self._signs, read.around)
        coloured = colours(sheet, sheet.places.first(read.around - part.char_start))
        if is_long or coloured:
            # Where the rows are other ones, the view stays at its text.
            post(messages.DocumentRead(sheet.with_layer(coloured), read.scrolled or is_long))

    def draw(self, ask: messages.Draw, post: Post, stale: Stale) -> None:
        """Draw a page or a picture, as the terminal shows it."""
        from .pictures.shown import room_of, shown

        room = room_of(ask.columns, ask.rows, self._graphics)
        try:
            picture = self.index.picture(ask.path, ask.page, room)
        except DocsearchError as error:
            post(messages.PictureDrawn(ask, error=error))
            return
        if not stale():
            post(messages.PictureDrawn(ask, shown(picture, self._graphics)))

    def text(self, hit: Hit, post: Post) -> None:
        """Read the whole text of a hit's document."""
        try:
            post(messages.TextRead(hit, self.index.document(hit.path).text))
        except DocsearchError as error:
            post(messages.Failed(error))

    def status(self, post: Post) -> None:
        """Read the counts."""
        from search.supply.inventory import fitting_profile, present_profiles

        try:
            # What changes from here on is news for `poll`, also while the counts are read.
            self._pulse = self.index.pulse()
            status, skips = self.index.status(), self.index.skips()
        except NoIndex:
            self._pulse = ()
            post(messages.StatusRead(None))
            post(messages.FirstRun(present_profiles(), fitting_profile()))
        except DocsearchError as error:
            post(messages.Failed(error))
        else:
            post(messages.StatusRead(status, skips))

    def start(self, post: Post) -> None:
        """Read what one can begin with: the newest documents, then headings of some.

        The headings are in the table, which takes a while to open for the first time.
        """
        documents: tuple[RecentDocument, ...] = ()
        try:
            documents = self.index.newest()
            post(messages.StartRead(documents, self._headings, has_index=True))
            self._headings = self.index.headings() if documents else ()
            post(messages.StartRead(documents, self._headings, has_index=True))
        except NoIndex:
            post(messages.StartRead())
        except DocsearchError:
            # What is wrong with the index is told by the status and by the queries.
            return

    def list_passed_over(self, reason: str, post: Post, stale: Stale) -> None:
        """List what the rules of the roots leave out for a reason."""

        def on_step() -> None:
            if stale():
                raise Stopped

        try:
            skips = self.index.passed_over(reason, on_step=on_step)
        except Stopped:
            return
        except DocsearchError as error:
            post(messages.Failed(error))
        else:
            post(messages.PassedOverListed(reason, skips))

    def poll(self, post: Post) -> None:
        """Read the counts if another process has changed the index, or begins or ends to write."""
        try:
            pulse: object = self.index.pulse()
        except NoIndex:
            pulse = ()
        except DocsearchError as error:
            pulse = str(error)
            if pulse != self._pulse:
                post(messages.Failed(error))
        else:
            if pulse != self._pulse:
                self.status(post)
                return
        self._pulse = pulse

    def warm(self, post: Post) -> None:
        """Load the table and then the model, so that the first query need not wait for them."""
        try:
            self.index.query("warm", limit=1, mode="text")
            with self._model_turn:
                self.index.query("warm", limit=1, mode="vector")
        except NoIndex:
            return
        except DocsearchError as error:
            post(messages.Failed(error))
        else:
            post(messages.ModelReady())

    def ingest(self, start: messages.StartIngest, post: Post, stale: Stale) -> None:
        """Read folders into the index, or embed it anew; `stale` stops the run after a batch."""
        from search import ModelChoice

        def advance(progress: Progress) -> None:
            if stale():
                raise Stopped  # It passes through the index, which ends after its batch.
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
            self._parts.clear()
            post(messages.IngestEnded(report))

    def watch(self, stop: threading.Event, post: Post) -> None:
        """Keep the index up to date with its roots until `stop` is set.

        A run that is under way then ends after its batch.
        """

        def advance(progress: Progress) -> None:
            if stop.is_set():
                raise Stopped
            post(messages.Advanced(progress))

        try:
            for report in self.index.watch(on_progress=advance, stop=stop):
                self._parts.clear()
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
            self._parts.clear()
            post(messages.Forgotten(path, documents))

    def _part(self, path: str, around: int) -> StoredPart:
        """The block of the document that holds `around`, with the blocks before and after it.

        A short document is thereby read whole.
        """
        block = max(around, 0) // BLOCK
        chars = (max(block - 1, 0) * BLOCK, (block + 2) * BLOCK)
        return self._parts.part(path, block, lambda: self.index.part(path, chars=chars))


def _failed(number: int, error: DocsearchError, unreranked: QueryResult | None) -> Message:
    """The message for a step that failed.

    If it was the reranker's step, the result `unreranked` of the step before it stands, with a
    warning.
    """
    if unreranked is None:
        return messages.AskFailed(number, error)
    warnings = (*unreranked.warnings, f"not reranked: {error}")
    return messages.Answered(number, replace(unreranked, warnings=warnings), True)


def _rested(stale: Stale) -> bool:
    """Wait for REST_SECONDS; False as soon as the question is stale."""
    end = time.monotonic() + REST_SECONDS
    while time.monotonic() < end and not stale():
        time.sleep(PATIENCE_SECONDS)
    return not stale()


def _acquired(lock: threading.Lock, stale: Stale) -> bool:
    """Wait for the lock; False, without the lock, as soon as the question is stale."""
    while not lock.acquire(timeout=PATIENCE_SECONDS):
        if stale():
            return False
    if stale():
        lock.release()
        return False
    return True
