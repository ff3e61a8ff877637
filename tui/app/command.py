"""Runs a command of docsearch in a process of its own.

Long work there can be ended at any time, and its memory is free afterwards.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from search.errors import DocsearchError

from ..exit_codes import ExitCode

LOOK_SECONDS = 0.1
"""How often to check whether the outcome of the command is still wanted."""
GRACE_SECONDS = 10.0
"""How long an interrupted command may take to clean up."""


class Stopped(Exception):
    """The outcome is no longer wanted, so the work was ended."""


@dataclass(frozen=True, slots=True)
class CommandOutput:
    """The text of a command's two streams; `found` is false if its exit code was NOTHING."""

    found: bool
    out: str
    err: str


def run_command(words: Sequence[str], stale: Callable[[], bool]) -> CommandOutput:
    """Run `docsearch` with these words.

    Raises Stopped when `stale` tells that the outcome is no longer wanted, DocsearchError if the
    command fails.
    """
    # With -P, Python ignores a folder named tui in the working folder.
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
    # The last error line of a command that failed becomes the error here.
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
    return CommandOutput(process.returncode == ExitCode.FOUND, out, err)


def _outcome(process: subprocess.Popen[str], stale: Callable[[], bool]) -> tuple[str, str]:
    while True:
        try:
            return process.communicate(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if stale():
                raise Stopped from None


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        # The signal of Ctrl-C lets the command remove its unfinished files.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
