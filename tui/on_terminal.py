"""Puts the three standard streams on the terminal for a while, wherever a shell connected them.

The app draws on stderr and reads keys from stdin. In `vim $(docsearch pick)` stdout is a pipe, and
behind `xargs` stdin is not the terminal either.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from search.errors import UsageError

TERMINAL = "/dev/tty"


@contextmanager
def on_terminal(hint: str) -> Iterator[None]:
    """Connect stdin, stdout and stderr to the terminal, and at last to where they were.

    Raises UsageError, with the hint, if the process has no terminal.
    """
    keys = _terminal(0, os.O_RDONLY, hint)
    screen = _terminal(2, os.O_WRONLY, hint)
    sys.stdout.flush()
    before = [os.dup(number) for number in range(3)]
    for number, file in enumerate((keys, screen, screen)):
        os.dup2(file, number)
    try:
        yield
    finally:
        sys.stdout.flush()
        for number, file in enumerate(before):
            os.dup2(file, number)
        for file in (*before, keys, screen):
            os.close(file)


def _terminal(number: int, mode: int, hint: str) -> int:
    """A new descriptor of the terminal: that of the stream if it is one, else the process's own."""
    # Textual reads and writes through the streams that Python started with.
    if sys.__stdin__ is not None and sys.__stderr__ is not None:
        if os.isatty(number):
            return os.dup(number)
        try:
            return os.open(TERMINAL, mode | os.O_CLOEXEC)
        except OSError:
            pass
    raise UsageError("the app needs a terminal, and there is none here", hint)
