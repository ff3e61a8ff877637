"""How an index folder is told from any other."""

from __future__ import annotations

import os
import stat
from pathlib import Path

CATALOGUE = "catalog.sqlite"
APPLICATION = 0x646F6373
"""SQLite's application id of a catalogue, "docs": it tells the file from any other database."""

SMALLEST_DATABASE = 512


def is_index(folder: str) -> bool:
    """True where docsearch keeps an index in `folder`."""
    file = f"{folder.rstrip('/')}/{CATALOGUE}"
    try:
        # lstat: nothing that waits for a writer, as a FIFO does, is opened.
        status = os.lstat(file)
        if not stat.S_ISREG(status.st_mode) or status.st_size < SMALLEST_DATABASE:
            return False
        if not os.path.lexists(f"{file}-shm"):
            with open(file, "rb") as source:
                source.seek(68)
                return int.from_bytes(source.read(4), "big") == APPLICATION
    except OSError:
        return False
    import sqlite3

    # It is in use, perhaps by this process: the id may still stand in the log, and whoever opens and closes the file past
    # SQLite takes this process's locks on it away.
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
