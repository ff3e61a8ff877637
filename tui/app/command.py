"""A command of docsearch in a process of its own: what takes minutes and much memory there can be ended at any time."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from search.errors import DocsearchError

from ..exit_codes import ExitCode

LOOK_SECONDS = 0.1
"""How long a command runs between two looks whether anybody waits for it."""
GRACE_SECONDS = 10.0
"""How long a command that was interrupted may tidy up."""


class Stopped(Exception):
    """Nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command printed on its two streams; `found` is false where it said so by its exit code."""

    found: bool
    out: str
    err: str


def run_command(words: Sequence[str], stale: Callable[[], bool]) -> Done:
    """Run `docsearch` with these words. Raises Stopped where `stale` says that nobody waits, DocsearchError where it fails."""
    # -P: a folder of the working folder that is called tui is not ours.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "tui", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    with process:
        try:
            out, err = _outcome(process, stale)
        finally:
            _end(process)
    if process.returncode not in (ExitCode.FOUND, ExitCode.NOTHING):
        lines = [
            line.removeprefix("docsearch: ")
            for line in err.splitlines()
            if line.startswith("docsearch: ")
        ]
        fallback = (
            f"docsearch {words[0]} ended with code {process.returncode}; see it in a terminal"
        )
        message, _, hint = (lines[-1] if lines else fallback).partition("; ")
        raise DocsearchError(message, hint)
    return Done(process.returncode == ExitCode.FOUND, out, err)


def _outcome(process: subprocess.Popen[str], stale: Callable[[], bool]) -> tuple[str, str]:
    while True:
        try:
            return process.communicate(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if stale():
                raise Stopped from None


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        # As Ctrl-C in a terminal, so that it takes away what is half done.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
