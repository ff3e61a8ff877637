"""Connections with limits: on how many there are, how long a request may take to come in, and how
long an answer may wait for a client that does not read.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..jsont import dumps

MOST_CONNECTIONS = 200
MOST_HEAD_BYTES = 64 * 1024
"""The longest request line with its headers. A question of 4,000 letters takes 36 kB at most."""
REQUEST_SECONDS = 10.0
READING_SECONDS = 20.0
IDLE_SECONDS = 5
"""How long a connection stays open between two requests."""
PHRASES = {400: b"Bad Request", 408: b"Request Timeout", 503: b"Service Unavailable"}


class LimitedConnection(H11Protocol):
    """A connection of uvicorn's with these limits; whatever breaks one gets a line of JSON."""

    most = MOST_CONNECTIONS
    request_seconds = REQUEST_SECONDS
    reading_seconds = READING_SECONDS
    _request_timer: asyncio.TimerHandle | None = None
    _reading_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the client in, or refuse it where there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._refuse(503, "busy", "there are too many connections", "ask again a second later")
            return
        self._time_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._stop_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take a part of a request in."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        is_whole = self.conn.their_state not in (h11.IDLE, h11.SEND_BODY)
        if is_whole and self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None
        elif not is_whole:
            self._time_request()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, or a head that is too long."""
        self._refuse(400, "http", "the request is no HTTP, or its head is too long")

    def pause_writing(self) -> None:
        """The client reads more slowly than the answer comes."""
        super().pause_writing()
        if self._reading_timer is None:
            self._reading_timer = self.loop.call_later(self.reading_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read on."""
        super().resume_writing()
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None

    def _time_request(self) -> None:
        if self._request_timer is None and not self.transport.is_closing():
            self._request_timer = self.loop.call_later(self.request_seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._request_timer = None
        if self.conn.our_state is h11.IDLE and self.conn.their_state is not h11.DONE:
            self._refuse(
                408, "slow", f"the request did not come within {self.request_seconds:g} seconds"
            )

    def _refuse(self, status: int, code: str, message: str, hint: str = "") -> None:
        """Answer with an error, and close the connection."""
        error: dict[str, Any] = {"code": code, "message": message, "hint": hint}
        body = dumps({"error": error}).encode() + b"\n"
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *([(b"retry-after", b"1")] if status == 503 else []),
        ]
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            head = h11.Response(status_code=status, headers=headers, reason=PHRASES[status])
            for event in (head, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self._stop_timers()
        self.transport.close()

    def _stop_timers(self) -> None:
        for timer in (self._request_timer, self._reading_timer):
            if timer is not None:
                timer.cancel()
        self._request_timer = self._reading_timer = None
