"""What the app's threads do for queries: they ask the index, step by step."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from search.errors import DocsearchError, NoIndex
from search.results import QueryResult

from .. import messages
from .command import Stopped
from .errands import Post, Stale

if TYPE_CHECKING:
    from search import Index

LIMIT = 20
"""The number of hits: each one costs the index about a millisecond, and few people look further."""

FIRST_LIMIT = 10
"""The number of hits of the text leg, which are shown until the others come: a screenful."""

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


class QueryErrands:
    """Its methods run in threads. They post messages like those of Errands."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._text_turn = threading.Lock()
        self._model_turn = threading.Lock()
        self._rerank_turn = threading.Lock()

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
