"""The time that the file being read may take: CPU time of this process, which raises OutOfTime when it is up."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from .limits import OutOfTime

GRACE = 10.0
"""CPU seconds for what a reader still does after its time is up, before it is told again."""


def prepare() -> None:
    """Make ready for `start`, in the main thread."""
    signal.signal(signal.SIGPROF, _out_of_time)


def start(seconds: float) -> None:
    """Raise OutOfTime after so much CPU time, not time by the clock: a busy machine or a lid that is shut fails no file."""
    signal.setitimer(signal.ITIMER_PROF, seconds, GRACE)
    # Code in C may never let Python see the signal; this one it cannot ignore.
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(_used() + seconds + 2 * GRACE) + 1, hard))


def stop() -> None:
    """The file is read."""
    signal.setitimer(signal.ITIMER_PROF, 0)


@contextmanager
def uncounted() -> Iterator[None]:
    """What is done within takes nothing of the file's time, unless it alone uses up what is left of that."""
    before = _used()
    yield
    left = signal.getitimer(signal.ITIMER_PROF)[0]
    if left:
        start(left + _used() - before)


def _used() -> float:
    return sum(os.times()[:2])


def _out_of_time(number: int, frame: object) -> NoReturn:
    raise OutOfTime
