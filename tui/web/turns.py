"""Turns at the index: so many answers are computed at once, and so many requests wait."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from starlette.requests import Request

from .faults import Fault, busy

T = TypeVar("T")
Check = Callable[[], None]


class GivenUp(Exception):
    """Ends the work for a client that has gone, or that has waited too long."""


@dataclass(frozen=True, slots=True)
class Turn(Generic[T]):
    """Work that waits for a thread, or runs in one."""

    future: Future[T]
    given_up: threading.Event = field(default_factory=threading.Event)

    def give_up(self) -> None:
        """Nobody waits for the answer: work that waits never begins, other work ends soon."""
        self.given_up.set()
        self.future.cancel()

    async def answer(self, seconds: float) -> T:
        """The answer. Raises Fault after so many seconds, and whatever the work raises."""
        try:
            return await asyncio.wait_for(asyncio.wrap_future(self.future), seconds)
        except TimeoutError:
            raise Fault(
                504,
                "timeout",
                f"the answer takes longer than {seconds:g} seconds",
                "ask for fewer hits or candidates, or with rerank=off",
            ) from None
        finally:
            self.give_up()


class Turns:
    """Threads that compute answers: `workers` threads, for which `waiting` requests may wait."""

    def __init__(self, workers: int, waiting: int, seconds: float) -> None:
        self.workers = workers
        self.waiting = waiting
        self.seconds = seconds
        self.taken = 0
        self.asked_at = time.monotonic()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(workers, "answer")

    def begin(self, work: Callable[[Check], T]) -> Turn[T]:
        """Let a thread do the work, which is given a function to call between its steps.

        That function raises GivenUp once nobody waits for the answer. Raises Fault where too many
        requests wait already.
        """
        given_up = threading.Event()

        def check() -> None:
            if given_up.is_set():
                raise GivenUp

        def checked() -> T:
            check()
            return work(check)

        with self._lock:
            if self.taken >= self.workers + self.waiting:
                raise busy("too many questions at once")
            self.taken += 1
            self.asked_at = time.monotonic()
        future = self._pool.submit(checked)
        future.add_done_callback(self._leave)
        return Turn(future, given_up)

    async def answer(self, request: Request, work: Callable[[Check], T]) -> T:
        """What the work returns.

        Raises Fault, GivenUp where the client goes away, and what the work raises.
        """
        turn = self.begin(work)
        answer = asyncio.ensure_future(turn.answer(self.seconds))
        gone = asyncio.ensure_future(_gone(request))
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise GivenUp
            return answer.result()
        finally:
            turn.give_up()
            answer.cancel()
            gone.cancel()

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _leave(self, _: Future[T]) -> None:
        with self._lock:
            self.taken -= 1


async def _gone(request: Request) -> None:
    """Wait until the client closes its connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
