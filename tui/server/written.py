"""stdout and stderr of a process that runs several commands at once, each to its own list."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@dataclass(slots=True)
class Written:
    """What a command wrote, in its order: pairs of 1 (stdout) or 2 (stderr) and the text.

    `terminals` tells of both whether they are terminals where the command was typed.
    """

    terminals: tuple[bool, bool]
    pieces: list[tuple[int, str]] = field(default_factory=list)


_of_command: ContextVar[Written | None] = ContextVar("_of_command", default=None)


@contextmanager
def writing_to(written: Written) -> Iterator[None]:
    """Give `written` what this thread writes meanwhile. `route_streams` was called before."""
    token = _of_command.set(written)
    try:
        yield
    finally:
        _of_command.reset(token)


def route_streams() -> None:
    """Put routed streams in the place of the process's stdout and stderr."""
    sys.stdout = RoutedText(1, sys.stdout)
    sys.stderr = RoutedText(2, sys.stderr)


class RoutedText(io.TextIOBase):
    """A text stream that writes to the command of the calling thread, else to the process's own."""

    def __init__(self, number: int, own: TextIO) -> None:
        self.number = number
        self.own = own
        self.buffer = _RoutedBytes(self)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """UTF-8, as the streams of a command have it."""
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """Names that are not valid UTF-8 keep their bytes."""
        return "surrogateescape"

    def writable(self) -> bool:
        """True."""
        return True

    def isatty(self) -> bool:
        """Whether the command's stream is a terminal."""
        written = _of_command.get()
        return self.own.isatty() if written is None else written.terminals[self.number - 1]

    def write(self, text: str, /) -> int:
        """Write the text. Raises TypeError for bytes, by which click knows a stream of text."""
        if not isinstance(text, str):
            raise TypeError(f"write() takes str, not {type(text).__name__}")
        written = _of_command.get()
        if written is None:
            return self.own.write(text)
        written.pieces.append((self.number, text))
        return len(text)

    def flush(self) -> None:
        """Flush the process's own stream."""
        if _of_command.get() is None:
            self.own.flush()


class _RoutedBytes(io.RawIOBase):
    """The same for bytes."""

    def __init__(self, text: RoutedText) -> None:
        self.text = text

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        raw = bytes(data)
        self.text.write(raw.decode("utf-8", "surrogateescape"))
        return len(raw)
