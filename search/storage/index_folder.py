"""Tells an index folder from any other folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

CATALOGUE = "catalog.sqlite"
APPLICATION = 0x646F6373
"""A catalogue's application id in SQLite, "docs": it tells the file from any other database."""

SMALLEST_DATABASE = 512
"""The size in bytes of the smallest file that is a SQLite database."""

_APPLICATION_OFFSET = 68
"""Where SQLite keeps the application id: 4 bytes in its header, big-endian."""


def is_index(folder: str) -> bool:
    """True where docsearch keeps an index in `folder`."""
    file = f"{folder.rstrip('/')}/{CATALOGUE}"
    try:
        # A FIFO would block whoever opens it, so only a regular file is opened.
        status = os.lstat(file)
        if not stat.S_ISREG(status.st_mode) or status.st_size < SMALLEST_DATABASE:
            return False
        # Without a -shm file no process uses the database, and the id is in the file itself.
        if not os.path.lexists(f"{file}-shm"):
            with open(file, "rb") as source:
                source.seek(_APPLICATION_OFFSET)
                return int.from_bytes(source.read(4), "big") == APPLICATION
    except OSError:
        return False
    import sqlite3

    # The database is in use, perhaps by this process. The id may still be in the log, and opening
    # and closing the file without SQLite would release this process's locks on it.
    try:
        connection = sqlite3.connect(f"{Path(file).as_uri()}?mode=ro", uri=True)
    except sqlite3.Error:
        return False
    try:
        return bool(connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION)
    except sqlite3.Error:
        return False
    finally:
        connection.close()
