"""What reading one file may cost, and what is raised inside a reader that has used it up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader may take for one file.

    seconds: CPU time, with `seconds_per_mb` more for each MB of the file. patience: how many times that may pass by the clock, as a worker shares its
    cores; only a reader that waits for something that never comes needs so long. memory: bytes of address space of the reader's process.
    characters, pages: of the document; what lies beyond is cut off.
    """

    seconds: float = 60.0
    seconds_per_mb: float = 4.0
    patience: float = 10.0
    memory: int = 2 << 30
    characters: int = 50_000_000
    pages: int = 50_000

    def seconds_for(self, size: int) -> float:
        """CPU seconds for a file of `size` bytes.

        >>> Limits(seconds=10, seconds_per_mb=2).seconds_for(3_000_000)
        16.0
        """
        return self.seconds + self.seconds_per_mb * size / 1e6

    def recognition_for(self, size: int) -> float:
        """Seconds by the clock for recognising text in the pictures of such a file, which are not counted as above: half of what patience allows.

        >>> Limits(seconds=10, seconds_per_mb=2, patience=10).recognition_for(3_000_000)
        80.0
        """
        return self.patience * self.seconds_for(size) / 2


LIMITS = Limits()

MEMORY_EXIT = 77
"""The exit code of a worker that took too much memory where the system keeps no limit."""


class OutOfTime(BaseException):
    """The time for a file is up. A reader that has read something of use until now may give that.

    No Exception, as parsers catch those wholesale and go on.
    """


def ran_out(error: OutOfTime | MemoryError) -> str:
    """Why the rest of a file is missing, as the end of a sentence."""
    return (
        "the time for one file was up"
        if isinstance(error, OutOfTime)
        else "there was no more memory for it"
    )
