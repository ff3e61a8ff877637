"""One client of the resident process: what it has sent, and what it is still to be sent."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field

from ..surroundings import NotResident

MOST_BYTES = 1 << 20
"""A longer request is refused: a command line has some 100 kB at most."""
CHUNK = 1 << 16


class ClientGone(NotResident):
    """The client has left, so its answer is not needed any more."""


@dataclass(eq=False, slots=True)
class Connection:
    """A connected client; the thread of the process's loop alone touches its socket.

    `due` is the time at which the client is given up, None while its command is computed.
    """

    socket: socket.socket
    outgoing: bytearray
    due: float | None
    incoming: bytearray = field(default_factory=bytearray)
    is_busy: bool = False
    is_answered: bool = False
    left: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise ClientGone once the client has left."""
        if self.left.is_set():
            raise ClientGone

    def receive(self) -> bytes | None:
        """The request, once its line is whole; None before that.

        Raises EOFError when the client has left, ValueError for a line that is too long.
        """
        try:
            data = self.socket.recv(CHUNK)
        except BlockingIOError:
            return None
        except ConnectionError as error:
            raise EOFError from error
        if not data:
            raise EOFError
        # A client sends one line. What follows it is read, so that its end is seen, and dropped.
        if self.is_busy or self.is_answered:
            return None
        self.incoming += data
        line, newline, _ = self.incoming.partition(b"\n")
        if len(line) > MOST_BYTES:
            raise ValueError("the request is too long")
        if not newline:
            return None
        self.incoming.clear()
        return bytes(line)

    def send(self) -> None:
        """Send as much as the client takes now. Raises EOFError when it has left."""
        try:
            del self.outgoing[: self.socket.send(self.outgoing)]
        except BlockingIOError:
            return
        except (ConnectionError, OSError) as error:
            raise EOFError from error

    @property
    def is_done(self) -> bool:
        """Whether the answer is sent."""
        return self.is_answered and not self.outgoing

    def close(self) -> None:
        """Close the connection, and end what is computed for it."""
        self.left.set()
        self.socket.close()
