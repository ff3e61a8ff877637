"""The SQLite file of a vocabulary, beside the table of passages that it is named for.

A vocabulary is an aid that can be made anew from its table at any time. So its file is never
repaired: it is whole, or the next writer makes it anew.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ..errors import IndexDamaged
from ..private_files import make_private_file
from .sqlite_errors import file_errors

CURE = "run: docsearch ingest, which makes it anew"

_EARLIER = "words.sqlite"
"""The file that all tables of an older index share. It is read until the table has its own."""

_WHOLE = 1
"""SQLite's user version of a file that was filled with the words of all passages."""

_PATIENCE = 1.0
"""The most seconds that a query waits for another process that writes."""

_CACHE_KIB = 65_536
"""A transaction that fits into this cache keeps readers out only while it is committed."""


class VocabularyFile:
    """The file of one table's vocabulary, `TABLE.words` in the folder of the index.

    One process may write, under the writer lock; any number may read, from any thread.
    """

    def __init__(self, folder: Path, table: str) -> None:
        self._folder = folder
        self._path = folder / f"{table}.words"
        # A query that meets damage may not mend it, so it leaves a note for the next writer.
        self._note = folder / f"{table}.words.damaged"

    def is_whole(self) -> bool:
        """True where the file was filled, and no query has met damage in it."""
        try:
            if self._note.exists() or not self._path.exists():
                return False
            with closing(_connected(self._path)) as connection:
                return _is_filled(connection)
        except (sqlite3.Error, OSError):
            return False

    def fault(self) -> str:
        """What is wrong with the file that queries read, empty where nothing is.

        Nothing is written: a transaction that a killed writer left is not rolled back.
        """
        path = self._readable()
        if self._note.exists() or not path.exists():
            return "damaged" if self._note.exists() else "missing"
        journal = path.with_name(f"{path.name}-journal")
        try:
            if journal.exists() and _is_hot(journal):
                return "in the middle of a change"
            uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            with closing(sqlite3.connect(uri, uri=True)) as connection:
                if path == self._path and not _is_filled(connection):
                    return "half made"
                ((told,),) = connection.execute("PRAGMA quick_check(1)")
                return "" if told == "ok" else "damaged"
        except (sqlite3.Error, OSError):
            return "damaged"

    def is_readable(self) -> bool:
        """True where queries can find words, in this file or in that of an older index."""
        return self.is_whole() or (self._readable() != self._path and not self._note.exists())

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading.

        Raises IndexDamaged where the file is missing, half made or damaged, IndexLocked where
        another process keeps it locked, and StorageFull and IndexFailure where the transaction of a
        killed writer cannot be rolled back.
        """
        path = self._readable()
        if self._note.exists() or not path.exists():
            state = "damaged" if self._note.exists() else "missing"
            raise IndexDamaged(f"{path.name} is {state} ({self._folder})", CURE)
        with file_errors(self._folder, path.name, CURE), closing(_connected(path)) as connection:
            if path == self._path and not _is_filled(connection):
                raise IndexDamaged(f"{path.name} is half made ({self._folder})", CURE)
            try:
                yield connection
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                    raise
                with suppress(OSError):
                    make_private_file(self._note)
                raise IndexDamaged(
                    f"{path.name} is damaged ({self._folder}: {error})", CURE
                ) from error

    @contextmanager
    def writing(self, fills: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection for one transaction, of which all is on the disk afterwards, or nothing.

        With `fills` the file counts as whole afterwards.
        Raises StorageFull, IndexLocked, IndexDamaged and IndexFailure.
        """
        with file_errors(self._folder, self._path.name, CURE):
            make_private_file(self._path)
            with closing(_connected(self._path)) as connection:
                connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                if fills:
                    connection.execute(f"PRAGMA user_version = {_WHOLE}")
                connection.execute("COMMIT")

    def remove(self) -> None:
        """Delete the file, so that the next writer makes it anew."""
        # The file goes before its journal: without a killed writer's journal it would look whole.
        for suffix in ("", "-journal", ".damaged"):
            _delete(self._path.with_name(self._path.name + suffix))

    def remove_earlier(self) -> None:
        """Delete the file of an older index once this one takes its place."""
        if self.is_whole():
            for path in sorted(self._folder.glob(f"{_EARLIER}*")):
                _delete(path)

    def _readable(self) -> Path:
        earlier = self._folder / _EARLIER
        return earlier if earlier.exists() and not self._path.exists() else self._path


def _connected(path: Path) -> sqlite3.Connection:
    """A connection to a file that exists; each statement is a transaction of its own."""
    # A writer that was killed leaves a journal, which is rolled back only by a process that may
    # write.
    mode = "rw" if os.access(path, os.W_OK) else "ro&immutable=1"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=_PATIENCE, isolation_level=None)


def _is_filled(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA user_version").fetchone()[0] == _WHOLE)


def _is_hot(journal: Path) -> bool:
    """True where SQLite rolls the journal back at the next access.

    A journal that begins with a zero byte never reached the disk, or was ended: before that, the
    database itself is not written. SQLite leaves such a journal alone
    (https://sqlite.org/lockingv3.html, section 4.1).
    """
    with journal.open("rb") as file:
        return file.read(1) not in (b"", b"\0")


def _delete(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
