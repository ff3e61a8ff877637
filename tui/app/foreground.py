"""Runs a program that needs the terminal, while the app waits for it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from textual.app import App

ENDINGS = (signal.SIGTERM, signal.SIGHUP)
"""The signals that end the app: a kill, and a closed window."""
FROM_KEYS = (signal.SIGINT, signal.SIGQUIT)
"""The signals of Ctrl+C and Ctrl+backslash, which are meant for the program."""
GRACE_SECONDS = 1.0
"""How long the program may take to save its work when the app has to end."""


class Ended(Exception):
    """A signal came that ends the app."""


def run_in_terminal(app: App[Any], argv: Sequence[str], text: str | None = None) -> int:
    """Hand the terminal to a program, wait for it, and return its exit status.

    The program reads `text` from its standard input if there is any. The app takes the terminal
    back however the program ends. Raises OSError if the program cannot be started,
    SuspendNotSupported if the app cannot hand over its terminal, and Ended, with the terminal left
    as it was before the app, after a signal that ends the app.
    """
    failure: OSError | None = None
    status = 0
    with app.suspend():
        # Textual takes the terminal back only if nothing is raised in here.
        try:
            status = _run(argv, text)
        except OSError as error:
            failure = error
    app.refresh(layout=True)
    if failure is not None:
        raise failure
    return status


def _run(argv: Sequence[str], text: str | None) -> int:
    with _signals():
        process = subprocess.Popen(
            argv,
            stdin=None if text is None else subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        try:
            process.communicate(text)
        except Ended:
            _end(process)
            raise
        return process.returncode


def _end(process: subprocess.Popen[str]) -> None:
    """End the program: the signal of a closed window lets an editor save its work."""
    process.send_signal(signal.SIGHUP)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


@contextmanager
def _signals() -> Iterator[None]:
    """Raise Ended at a signal of ENDINGS, and leave those of FROM_KEYS to the program."""

    def end(number: int, frame: FrameType | None) -> None:
        # A second signal must not break into the ending.
        for ending in ENDINGS:
            signal.signal(ending, _ignore)
        raise Ended

    handlers: Mapping[signal.Signals, Any] = {
        **dict.fromkeys(ENDINGS, end),
        **dict.fromkeys(FROM_KEYS, _ignore),
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore(number: int, frame: FrameType | None) -> None:
    """Do nothing. Unlike SIG_IGN, a handler is not inherited by the program."""
