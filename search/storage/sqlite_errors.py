"""Turns SQLite's and the file system's errors into those of docsearch."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import DocsearchError, IndexDamaged, IndexFailure, IndexLocked, StorageFull

_FULL = (
    StorageFull,
    "the disk has no room left for the index",
    "free some space, then run the command again",
)
# SQLite's primary result code, and the error, message and hint that it becomes.
_ERRORS: dict[int, tuple[type[DocsearchError], str, str]] = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: (
        IndexLocked,
        "another docsearch is writing to this index",
        "wait until it has finished, then run the command again",
    ),
    sqlite3.SQLITE_CORRUPT: (IndexDamaged, "{file} is damaged", "{cure}"),
    sqlite3.SQLITE_NOTADB: (IndexDamaged, "{file} is damaged", "{cure}"),
    sqlite3.SQLITE_READONLY: (
        IndexFailure,
        "the index cannot be written",
        "check the folder's permissions",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        IndexFailure,
        "{file} cannot be opened",
        "check the folder's permissions",
    ),
    sqlite3.SQLITE_PERM: (
        IndexFailure,
        "{file} cannot be opened",
        "check the folder's permissions",
    ),
}
_UNKNOWN = IndexFailure, "{file} cannot be used", "check the disk's free space and health"


@contextmanager
def file_errors(folder: Path, file: str, cure: str) -> Iterator[None]:
    """A context for work with the database `file` of the index in `folder`.

    `cure` says what to do where the file is damaged.
    Raises StorageFull, IndexLocked, IndexDamaged and IndexFailure.
    """
    try:
        yield
    except sqlite3.ProgrammingError as error:
        # SQLite says so of a connection that another thread has closed.
        raise IndexFailure(
            f"the index in {folder} was closed while it was in use",
            "close it after the last call has returned",
        ) from error
    except sqlite3.DatabaseError as error:
        kind, message, hint = _ERRORS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, _UNKNOWN)
        raise kind(
            f"{message.format(file=file)} ({folder}: {error})", hint.format(cure=cure)
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(*_FULL[1:]) from error
        raise IndexFailure(
            f"the index folder cannot be used: {error}", "check its path and permissions"
        ) from error
