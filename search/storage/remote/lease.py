"""The writer lock of an index in an object store: a lease with a holder and an end.

The lease is one object, which is made and replaced by conditional puts. So of two writers that take
it at the same moment, one gets it.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass

from ...errors import IndexLocked, RemoteFailure
from ...object_store.client import ObjectStore, Tag

LEASE = "writer.lease"

SECONDS = 60.0
"""How long a lease lasts unless its holder renews it, which it does three times in that time."""

SLACK = 15.0
"""The seconds by which the clocks of two machines may differ: a lease is taken over that late."""

_AGAIN = "run the command again once that one has finished"


@dataclass(frozen=True, slots=True)
class Turn:
    """What the lease says: who may write, by a name and a token, until when in Unix time."""

    holder: str
    token: str
    until: float

    def as_bytes(self) -> bytes:
        """The turn as JSON."""
        return json.dumps(asdict(self)).encode()


NOBODY = Turn("", "", 0.0)
"""A turn that is over."""


class Lease:
    """The right to write to the index in `store`, as a context manager.

    Entering never waits: it raises IndexLocked while another writer has its turn, and RemoteFailure
    for a store that knows no conditional puts. A thread renews the lease until it is left.
    `seconds` is how long it lasts, `clock` gives the Unix time, and `ticks` gives seconds that no
    change of the clock moves.
    """

    def __init__(
        self,
        store: ObjectStore,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._clock = clock
        self._ticks = ticks
        self._token = uuid.uuid4().hex
        self._tag = Tag()
        self._renewed = 0.0
        self._lost_to = ""
        self._renewing = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Lease:
        started = self._ticks()
        made = self._store.create(LEASE, self._turn().as_bytes())
        if made is not None and self._store.create(LEASE, self._turn().as_bytes()) is not None:
            raise RemoteFailure(
                f"the store of {self._store.url} does not know conditional puts, without which two "
                "writers would destroy an index",
                "keep the index in another store or on a disk with --index",
            )
        self._tag, self._renewed = made or self._take_over(), started
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if not self._lost_to:
            # Where the store is away, the lease runs out by itself.
            with suppress(RemoteFailure):
                self._store.replace(LEASE, Turn("", self._token, 0.0).as_bytes(), self._tag)

    def check(self) -> None:
        """Raise IndexLocked where the lease was lost, so that nothing more may be written."""
        if not self._lost_to and self._ticks() - self._renewed > self._seconds:
            # The process or the store stood still for longer than the lease lasts.
            self._renew()
        if self._lost_to:
            raise IndexLocked(
                f"this run lost its turn to write to {self._store.url}: {self._lost_to}", _AGAIN
            )

    def _turn(self) -> Turn:
        holder = f"process {os.getpid()} on {socket.gethostname()}"
        return Turn(holder, self._token, self._clock() + self._seconds)

    def _take_over(self) -> Tag:
        """The tag of the lease, taken from a writer whose turn is over."""
        turn, known = _standing(self._store)
        if known is None:
            tag = self._store.create(LEASE, self._turn().as_bytes())
        else:
            if turn.token == self._token:
                # The store made the object, and its answer was lost.
                return known
            if turn.until and turn.until + SLACK > self._clock():
                raise _locked(turn)
            tag = self._store.replace(LEASE, self._turn().as_bytes(), known)
        if tag is None:
            turn, known = _standing(self._store)
            if known is None or turn.token != self._token:
                raise _locked(turn)
            return known
        return tag

    def _keep(self) -> None:
        """Renew the lease until it is left or lost."""
        while not self._ended.wait(self._seconds / 3):
            # A store that is away may be back at the next try; `check` tells where it is not.
            with suppress(RemoteFailure):
                self._renew()
            if self._lost_to:
                return

    def _renew(self) -> None:
        with self._renewing:
            started = self._ticks()
            tag = self._store.replace(LEASE, self._turn().as_bytes(), self._tag)
            if tag is None:
                turn, tag = _standing(self._store)
                if tag is None or turn.token != self._token:
                    self._lost_to = f"{turn.holder or 'another docsearch'} has it now"
                    return
                # Otherwise the store replaced the object, and its answer was lost.
            self._tag, self._renewed = tag, started


def turn_in(data: bytes) -> Turn:
    """The turn that a lease says; one that is over where the object is something else."""
    try:
        fields = json.loads(data)
        return Turn(str(fields["holder"]), str(fields["token"]), float(fields["until"]))
    except (ValueError, KeyError, TypeError):
        return NOBODY


def _standing(store: ObjectStore) -> tuple[Turn, Tag | None]:
    """The turn that the lease in a store says, and the tag of the lease, None without one."""
    found = store.read(LEASE)
    return (turn_in(found[0]), found[1]) if found else (NOBODY, None)


def holder_of(store: ObjectStore, clock: Callable[[], float] = time.time) -> str | None:
    """Who writes to the index in `store` now, such as "process 12 on desk"; None for nobody."""
    turn, _ = _standing(store)
    return turn.holder or "another docsearch" if turn.until > clock() else None


def _locked(turn: Turn) -> IndexLocked:
    who = f"another docsearch ({turn.holder})" if turn.holder else "another docsearch"
    return IndexLocked(f"{who} is writing to this index", _AGAIN)
