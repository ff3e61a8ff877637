"""Starts the resident process in the background, once queries show that it is wanted."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from search.private_files import make_private_file, make_private_folder

from .address import Address

AGAIN_SECONDS = 600
"""With `daemon = "auto"`, a second query within this time starts the process."""


def start_if_wanted(daemon: str, environment: Mapping[str, str]) -> None:
    """Start the resident process after a query that ran in its own process, where that is wanted.

    `daemon` is the setting: `auto` starts it at the second query within some minutes, so that a
    single query leaves no process behind. Where it cannot be started, queries run as before.
    """
    if daemon == "never":
        return
    address = Address.of(environment)
    try:
        make_private_folder(Path(address.folder))
        if not address.is_private or _is_answered(address):
            return
        if daemon == "always" or _was_asked_lately(Path(address.socket + ".asked")):
            start(environment)
    except OSError:
        # The folder cannot be made or written, so no socket can be there either. A query needs
        # none, and `docsearch serve` tells what is wrong.
        return


def start(environment: Mapping[str, str]) -> None:
    """Start `docsearch serve` in a session of its own, without a terminal. Raises OSError."""
    import subprocess

    subprocess.Popen(
        # -P: the working folder is no place to import from.
        [sys.executable, "-P", "-m", "tui", "serve", "--quiet"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=dict(environment),
        start_new_session=True,
    )


def _is_answered(address: Address) -> bool:
    """Whether a process is behind the socket; one that was killed leaves its socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(address.socket)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


def _was_asked_lately(mark: Path) -> bool:
    """Whether there was a query within AGAIN_SECONDS before this one; notes this one."""
    try:
        asked_at = mark.stat().st_mtime
    except FileNotFoundError:
        make_private_file(mark)
        return False
    os.utime(mark)
    return time.time() - asked_at < AGAIN_SECONDS
