"""Limits the CPU time of the file being read: OutOfTime is raised in this process when it is up."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from .limits import OutOfTime

GRACE = 10.0
"""CPU seconds that a reader may still use after its time is up, until OutOfTime is raised again."""


def prepare() -> None:
    """Install the signal handler that `start` needs. Call this in the main thread."""
    signal.signal(signal.SIGPROF, _out_of_time)


def start(seconds: float) -> None:
    """Raise OutOfTime after that much CPU time.

    The clock does not count: a busy machine or a closed lid fails no file.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds, GRACE)
    # C code may never let Python handle that signal. It cannot ignore this limit.
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(_used() + seconds + 2 * GRACE) + 1, hard))


def stop() -> None:
    """Stop the timer, when the file has been read."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))


@contextmanager
def uncounted() -> Iterator[None]:
    """Leave the work inside the block out of the file's time.

    The work counts only where it alone uses up what is remaining of that time.
    """
    before = _used()
    yield
    remaining = signal.getitimer(signal.ITIMER_PROF)[0]
    if remaining:
        start(remaining + _used() - before)


def _used() -> float:
    """The CPU seconds that this process has used."""
    return sum(os.times()[:2])


def _out_of_time(number: int, frame: object) -> NoReturn:
    raise OutOfTime
