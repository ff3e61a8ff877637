"""The three standard streams, prepared for whatever a shell connects them to.

That may be a pipe that closes early, a file on a full disk, or nothing at all.
"""

from __future__ import annotations

import io
import os
import sys

# As `typing` has it, whose import is a tenth of the time that a query needs here.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class OutputClosed(Exception):
    """The reader of stdout has closed the pipe, as `head` does."""


class Data(io.FileIO):
    """stdout. After a failed write it is connected to /dev/null, so that no later flush fails too.

    Raises OutputClosed for a closed pipe, DocsearchError for any other failure.
    """

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes and return how many were taken."""
        try:
            return super().write(data)
        except OSError as error:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self.fileno())
            os.close(null)
            if isinstance(error, BrokenPipeError):
                raise OutputClosed from error
            from search.errors import DocsearchError

            reason = os.strerror(error.errno or 0).lower()
            raise DocsearchError(
                f"stdout cannot be written: {reason}", "check where the output goes"
            ) from error


class Narration(io.FileIO):
    """stderr. Text that cannot be written is dropped.

    There is no other stream to report the failure on, and the command need not end for it.
    """

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes and return how many were taken."""
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def prepare_streams() -> None:
    """Replace the process's stdout and stderr by Data and Narration.

    Without a stdin, sys.stdin stays None.
    """
    # Closed streams are opened on /dev/null first. Otherwise the next file to be opened would get
    # the number of a closed stream, and messages would be written into it.
    while (handle := os.open(os.devnull, os.O_RDONLY)) <= 2:
        pass
    os.close(handle)
    if sys.stdout is sys.__stdout__:
        sys.stdout = _text(Data(1, "w", closefd=False))
    if sys.stderr is sys.__stderr__:
        sys.stderr = _text(Narration(2, "w", closefd=False))
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")


def _text(raw: io.FileIO) -> io.TextIOWrapper:
    # Names that are not valid UTF-8 come as surrogate escapes and are written as their own bytes.
    return io.TextIOWrapper(
        io.BufferedWriter(raw), "utf-8", "surrogateescape", line_buffering=raw.isatty()
    )
