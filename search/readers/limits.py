"""The limits on reading one file, and the exception raised where its time is up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits on what a reader may use for one file.

    seconds: CPU time, with `seconds_per_mb` more for each MB of the file.
    patience: the limit by the clock as a multiple of that time. Workers share the cores, so the
    clock runs ahead of their CPU time. Only a reader that waits for something that never comes
    needs so long.
    memory: bytes of address space of the reader's process.
    characters, pages: the length of the document; what lies beyond is cut off.
    """

    seconds: float = 60.0
    seconds_per_mb: float = 4.0
    patience: float = 10.0
    memory: int = 2 << 30
    characters: int = 50_000_000
    pages: int = 50_000

    def seconds_for(self, size: int) -> float:
        """The CPU seconds that a file of `size` bytes may take.

        >>> Limits(seconds=10, seconds_per_mb=2).seconds_for(3_000_000)
        16.0
        """
        return self.seconds + self.seconds_per_mb * size / 1e6

    def recognition_for(self, size: int) -> float:
        """The seconds by the clock that recognising text in the pictures of such a file may take.

        They are half of what `patience` allows, and they do not count as CPU time of the reader.

        >>> Limits(seconds=10, seconds_per_mb=2, patience=10).recognition_for(3_000_000)
        80.0
        """
        return self.patience * self.seconds_for(size) / 2


LIMITS = Limits()

MEMORY_EXIT = 77
"""The exit code of a worker that used too much memory where the system enforces no limit."""


Reserve = Callable[[int], None]
"""Called with the bytes of memory that are about to be taken; it may wait until there is room."""


def no_limit(amount: int) -> None:
    """A Reserve that lets any amount of memory be taken at once."""


class OutOfTime(BaseException):
    """Raised in a reader when the time for its file is up.

    A reader that already has something of use may return it. This is no Exception, because parsers
    catch Exceptions wholesale and go on.
    """


def ran_out(error: OutOfTime | MemoryError) -> str:
    """Why the rest of a file is missing, worded as the end of a sentence."""
    return (
        "the time for one file was up"
        if isinstance(error, OutOfTime)
        else "there was no more memory for it"
    )
