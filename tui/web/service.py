"""The service: its routes behind the gate, and the server that listens."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click
import uvicorn
from starlette.routing import Route, Router

from search.models.cpu_threads import cores

from ..app.endings import end_within
from .answering import Answering
from .api import Api
from .connections import IDLE_SECONDS, MOST_HEAD_BYTES, LimitedConnection
from .faults import nothing_there
from .guard import Guard
from .idle import Idle
from .metrics import Metrics
from .openapi import openapi
from .pages import Pages
from .questions import Questions
from .readiness import Readiness
from .turns import Turns

if TYPE_CHECKING:
    import socket
    from types import FrameType

    from starlette.types import Receive, Scope, Send

    from search.config import Config

    from .address import Address
    from .answering import OpenIndex

PATHS = (
    *("/", "/results", "/preview", "/search", "/document", "/picture"),
    *("/status", "/health", "/live", "/metrics", "/openapi.json"),
)
"""The paths that are counted by name."""
WAITING = 64
"""How many questions wait for a turn; one more is told to come again."""
ANSWER_SECONDS = 60.0
DRAWERS = 2
"""How many pages are drawn at once; each takes a process."""
ENDING_SECONDS = 3
"""How long answers that are being sent may take when the service ends."""
LEAVING_SECONDS = 3
"""How long the process may go on after that, as a store may keep a thread of it waiting."""


class EndingServer(uvicorn.Server):
    """A server whose process ends in time."""

    _signal: int = signal.SIGTERM

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End after the answers that are being sent."""
        self._signal = sig
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Send these answers, and let the process go on only a little after that."""
        await super().shutdown(sockets)
        if threading.current_thread() is threading.main_thread():
            end_within(LEAVING_SECONDS, self._signal)


class Service:
    """The service over one index; `options` are those of `docsearch query`.

    `tell` hears in a line that it is ready, or why it is not, whenever that has changed.
    """

    def __init__(
        self,
        open_index: OpenIndex,
        options: Iterable[click.Parameter],
        config: Config,
        address: Address,
        token: str,
        idle: Idle,
        tell: Callable[[str], None],
        seconds: float = ANSWER_SECONDS,
        ending_seconds: int = ENDING_SECONDS,
        connection: type[LimitedConnection] = LimitedConnection,
    ) -> None:
        self.idle = idle
        turns = Turns(max(2, cores()), WAITING, seconds)
        questions = Questions(options, config)
        self.answering = Answering(open_index, questions, turns, Turns(DRAWERS, WAITING, seconds))
        metrics = Metrics(PATHS, turns)
        self.readiness = Readiness(self.answering, tell)
        api = Api(self.answering, self.readiness, metrics, openapi(questions.parameters))
        pages = Pages(self.answering, not address.external)
        routes = {
            "/": pages.page,
            "/results": pages.results,
            "/preview": pages.preview,
            "/static/{name}": pages.static,
            "/search": api.search,
            "/document": api.document,
            "/picture": api.picture,
            "/status": api.status,
            "/health": api.health,
            "/live": api.live,
            "/metrics": api.counts,
            "/openapi.json": api.description,
        }
        router = Router(
            [Route(path, route, methods=["GET"]) for path, route in routes.items()],
            redirect_slashes=False,
            default=_nothing_there,
            lifespan=self._living,
        )
        limits = uvicorn.Config(
            metrics.counting(Guard(router, address, token)),
            http=connection,
            ws="none",
            lifespan="on",
            h11_max_incomplete_event_size=MOST_HEAD_BYTES,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=ending_seconds,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
        self.server = EndingServer(limits)

    def run(self, listener: socket.socket) -> None:
        """Answer at the listening socket until the process is told to end.

        In the main thread SIGTERM is such an order, which leaves the process its own exit code.
        """
        is_main = threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGTERM, _nothing) if is_main else None
        try:
            self.server.run(sockets=[listener])
        finally:
            if is_main:
                signal.signal(signal.SIGTERM, before)

    def stop(self) -> None:
        """End after the answers that are being sent."""
        self.server.should_exit = True

    @asynccontextmanager
    async def _living(self, _: object) -> AsyncIterator[None]:
        """What goes on between the start and the end."""
        turns = self.answering.turns
        # The first question need not wait for the models. What is wrong with them, it tells itself.
        self.readiness.begin()
        watching = asyncio.ensure_future(self.idle.watch(lambda: turns.asked_at, self.stop))
        yield
        watching.cancel()
        self.answering.close()


def _nothing(number: int, frame: FrameType | None) -> None:
    """Takes a signal that the server has obeyed, and sends again to whoever had it before."""


async def _nothing_there(scope: Scope, receive: Receive, send: Send) -> None:
    raise nothing_there(scope["path"])
