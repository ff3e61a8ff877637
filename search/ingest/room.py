"""Counts the memory that files take between their reading and their end in the pipeline."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError


class Room:
    """Room for about `most` bytes, which files that are numbered in their order share.

    A file may go beyond `most` where the pipeline waits for it, or where no other file holds
    anything. So `most` and one file's bytes are the bound, however large a file is, and the file
    that comes next never waits for files behind it.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: dict[int, int] = {}
        self._awaited = -1
        self._closed = False
        self._changed = threading.Condition()

    def held_by(self, number: int) -> int:
        """The bytes that the file holds now."""
        return self._held.get(number, 0)

    def reserve(self, number: int, amount: int) -> None:
        """Count `amount` more bytes for the file, once there is room. Raises CancelledError."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._fits(number, amount))
            if self._closed:
                raise CancelledError
            self._held[number] = self._held.get(number, 0) + amount

    def settle(self, number: int, amount: int) -> None:
        """Count `amount` bytes for the file in place of all that it reserved."""
        with self._changed:
            self._held[number] = amount
            if not amount:
                del self._held[number]
            self._changed.notify_all()

    def wait_for(self, number: int) -> None:
        """Note that the pipeline waits for the file, which therefore needs no room to go on."""
        with self._changed:
            self._awaited = number
            self._changed.notify_all()

    def close(self) -> None:
        """End all waiting: `reserve` raises CancelledError from now on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _fits(self, number: int, amount: int) -> bool:
        held = sum(self._held.values())
        alone = held == self._held.get(number, 0)
        return number == self._awaited or alone or held + amount <= self.most
