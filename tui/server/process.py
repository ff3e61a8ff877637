"""The resident process: one loop for all clients, and a few threads that run their commands."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from search.models.cpu_threads import cores
from search.process_memory import give_back, held

from ..client.address import Address
from .connection import CHUNK, Connection
from .listening import listening
from .model_work import ModelWork, done
from .requests import BadRequest, CommandLine, Question, answer_line, request_of
from .running import run_command

if TYPE_CHECKING:
    from logging import Logger

    from search.open_indexes import OpenIndexes

TICK_SECONDS = 1.0
"""How often waiting clients get a sign of life, and how often the loop looks at the time."""
CLIENT_SECONDS = 10.0
"""How long a client may take to send its request, and to take its answer."""


class ResidentProcess:
    """Answers commands until it is stopped, or until nobody has asked for `idle_seconds`.

    Models are let go of after a third of that time. When the process holds more than `max_bytes`
    after an answer, it lets go of all indexes and models, and ends if that does not help.
    """

    def __init__(
        self,
        address: Address,
        indexes: OpenIndexes,
        idle_seconds: float,
        max_bytes: float,
        log: Logger,
        memory: Callable[[], int] = held,
    ) -> None:
        self.address = address
        self.indexes = indexes
        self.idle_seconds = idle_seconds
        self.max_bytes = max_bytes
        self.log = log
        self.memory = memory
        self.started = time.time()
        self.answered = 0
        self._asked_at = self._ticked_at = time.monotonic()
        self._is_stopping = False
        self._selector = selectors.DefaultSelector()
        self._connections: set[Connection] = set()
        self._finished: deque[tuple[Connection, bytes]] = deque()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)

    def run(self, on_listening: Callable[[], None] = lambda: None) -> None:
        """Answer until the end. Raises UsageError where another one answers here already.

        `on_listening` is called before the first answer, and not where another one answers.
        """
        with listening(self.address) as listener:
            on_listening()
            self._selector.register(listener, selectors.EVENT_READ)
            self._selector.register(self._wake_read, selectors.EVENT_READ)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, lambda *_: self.stop())
            self.log.info("process %d answers at %s", os.getpid(), self.address.socket)
            with ThreadPoolExecutor(max(2, cores()), "command") as pool:
                while not self._has_ended():
                    self._turn(listener, pool)
                # From here on a new command finds no socket and runs in its own process.
                with suppress(FileNotFoundError):
                    os.unlink(self.address.socket)
                self._selector.unregister(listener)
                for connection in list(self._connections):
                    if not connection.is_busy:
                        self._drop(connection)
                while self._connections:
                    self._turn(listener, pool)
            self.log.info("process %d ends after %d answers", os.getpid(), self.answered)

    def stop(self) -> None:
        """End after the commands that are running."""
        self._is_stopping = True
        self._wake()

    def _has_ended(self) -> bool:
        idle = time.monotonic() - self._asked_at
        if self._connections:
            return self._is_stopping
        if idle > self.idle_seconds / 3 and (self.indexes.folders or self.indexes.models.names):
            self._let_go()
        return self._is_stopping or idle > self.idle_seconds

    def _turn(self, listener: socket.socket, pool: ThreadPoolExecutor) -> None:
        """Wait for what happens next, at most a tick, and act on it."""
        for key, events in self._selector.select(TICK_SECONDS):
            if key.fileobj is listener:
                self._accept(listener)
            elif key.fileobj == self._wake_read:
                with suppress(BlockingIOError):
                    os.read(self._wake_read, CHUNK)
            elif isinstance(key.data, Connection) and key.data in self._connections:
                self._serve(key.data, events, pool)
        while self._finished:
            connection, answer = self._finished.popleft()
            connection.is_busy, connection.is_answered = False, True
            self.answered += 1
            if connection in self._connections:
                self._send(connection, answer)
        self._look_at_the_time()

    def _look_at_the_time(self) -> None:
        now = time.monotonic()
        is_tick = now - self._ticked_at >= TICK_SECONDS
        if is_tick:
            self._ticked_at = now
        for connection in list(self._connections):
            if connection.is_busy:
                # The client sees that its command is being computed.
                if is_tick and not connection.outgoing:
                    self._send(connection, b" ")
            elif connection.due is not None and now > connection.due:
                self._drop(connection)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(BlockingIOError, ConnectionError):
            accepted, _ = listener.accept()
            accepted.setblocking(False)
            due = time.monotonic() + CLIENT_SECONDS
            connection = Connection(accepted, bytearray(), due)
            self._connections.add(connection)
            self._selector.register(accepted, selectors.EVENT_READ, connection)
            self._send(connection, self.address.greeting)

    def _serve(self, connection: Connection, events: int, pool: ThreadPoolExecutor) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                self._send(connection, b"")
            if connection not in self._connections or not events & selectors.EVENT_READ:
                return
            line = connection.receive()
        except EOFError:
            self._drop(connection)
            return
        except ValueError as error:
            self._refuse(connection, str(error))
            return
        if line is None:
            return
        try:
            request = request_of(line)
        except BadRequest as error:
            self._refuse(connection, str(error))
            return
        self._asked_at = time.monotonic()
        if isinstance(request, Question):
            connection.is_answered = True
            self._send(connection, self._about(request))
        else:
            connection.is_busy, connection.due = True, None
            pool.submit(self._run, connection, request)

    def _run(self, connection: Connection, request: CommandLine | ModelWork) -> None:
        """Do what is asked in a thread of the pool, and leave its answer to the loop."""
        started = time.monotonic()
        answer = answer_line(code=None)
        try:
            connection.check()
            if isinstance(request, ModelWork):
                answer = answer_line(code=0, **done(request, self.indexes.current_models()))
            else:
                code, written = run_command(request, self.indexes.open, connection.check)
                answer = answer_line(code=code, written=written.pieces)
                milliseconds = 1000 * (time.monotonic() - started)
                # What people ask stays out of the log.
                self.log.info("code %s in %.0f ms", code, milliseconds)
        except Exception:
            # The client runs the command itself, and tells what is wrong.
            self.log.exception("a command failed")
        finally:
            self._finished.append((connection, answer))
            self._wake()
        self._watch_memory()

    def _watch_memory(self) -> None:
        if self.memory() <= self.max_bytes:
            return
        self.log.info("%d MB are in use: indexes and models are let go of", self.memory() // 10**6)
        self._let_go()
        if self.memory() > self.max_bytes:
            self.stop()

    def _let_go(self) -> None:
        self.indexes.clear()
        give_back()

    def _about(self, question: Question) -> bytes:
        if question.about == "stop":
            self.stop()
        return answer_line(
            pid=os.getpid(),
            started=self.started,
            answered=self.answered,
            running_now=sum(connection.is_busy for connection in self._connections),
            indexes=self.indexes.folders,
            models=self.indexes.models.names,
            megabytes=self.memory() // 10**6,
            idle_minutes=self.idle_seconds / 60,
        )

    def _refuse(self, connection: Connection, reason: str) -> None:
        """Answer a request that is none; the client then runs its command itself."""
        self.log.info("a request was refused: %s", reason)
        connection.is_answered = True
        self._send(connection, answer_line(code=None, error=reason))

    def _send(self, connection: Connection, data: bytes) -> None:
        """Send the data, now or when the client takes it."""
        connection.outgoing += data
        try:
            connection.send()
        except EOFError:
            self._drop(connection)
            return
        if connection.is_done:
            self._drop(connection)
            return
        if not connection.is_busy:
            connection.due = time.monotonic() + CLIENT_SECONDS
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.outgoing else 0)
        self._selector.modify(connection.socket, events, connection)

    def _drop(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._selector.unregister(connection.socket)
        connection.close()

    def _wake(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._wake_write, b" ")
