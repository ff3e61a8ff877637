"""The three standard streams, made fit for whatever a shell connects them to: a pipe that ends, a full disk, nothing at all."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class OutputClosed(Exception):
    """Whoever read stdout has enough, as `head` has."""


class Data(io.FileIO):
    """stdout. After a write that failed everything goes to nowhere, so that no later flush fails again.

    Raises OutputClosed for a closed pipe, DocsearchError for any other reason.
    """

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes and return how many were taken."""
        try:
            return super().write(data)
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if isinstance(error, BrokenPipeError):
                raise OutputClosed from error
            from search.errors import DocsearchError

            why = os.strerror(error.errno or 0).lower()
            raise DocsearchError(
                f"stdout cannot be written: {why}", "check where the output goes"
            ) from error


class Narration(io.FileIO):
    """stderr. What cannot be written is lost: there is no place left to complain, and no reason to end the work."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes and return how many were taken."""
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def prepare_streams() -> None:
    """Put Data and Narration in the place of the process's own stdout and stderr. Without a stdin, sys.stdin stays None."""
    # The next file to be opened would get a closed stream's number, and messages would be written into it.
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
    # Names that are no UTF-8 come as surrogate escapes and go out as the same bytes.
    return io.TextIOWrapper(
        io.BufferedWriter(raw), "utf-8", "surrogateescape", line_buffering=raw.isatty()
    )
