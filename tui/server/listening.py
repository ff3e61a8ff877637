"""The socket at which the resident process is met, and the lock that says whose it is."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from search.errors import UsageError
from search.private_files import FILE_MODE, FOLDER_MODE, make_private_file, make_private_folder

from ..client.address import Address

BACKLOG = 512


@contextmanager
def listening(address: Address) -> Iterator[socket.socket]:
    """A listening socket at the address, which no other process has.

    A lock is held meanwhile, so a socket without a process behind it is known, and replaced. Raises
    UsageError where another process holds the lock, or the folder is not this user's alone.
    """
    make_private_folder(Path(address.folder))
    if not address.is_private:
        raise UsageError(
            f"{address.folder} is not a folder of yours alone",
            f"remove it, or give it mode {FOLDER_MODE:o}",
        )
    lock = Path(address.socket + ".lock")
    make_private_file(lock)
    with lock.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                "the resident process is running already", "see: docsearch serve --status"
            ) from error
        with suppress(FileNotFoundError):
            os.unlink(address.socket)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            try:
                listener.bind(address.socket)
            except OSError as error:
                # A socket's path may have a hundred bytes or so.
                raise UsageError(
                    f"there can be no socket at {address.socket}: {error.strerror or error}",
                    "set XDG_RUNTIME_DIR to a folder with a short path",
                ) from error
            os.chmod(address.socket, FILE_MODE)
            listener.listen(BACKLOG)
            listener.setblocking(False)
            try:
                yield listener
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(address.socket)
