"""The catalogue: roots, settings and documents of an index, in one SQLite file.

It works without LanceDB.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from ..documents import Reason
from ..errors import IndexFailure, NoIndex, NotAnIndex
from ..private_files import make_private_folder
from .catalog_file import check_folder, connected
from .catalog_tables import CatalogTables
from .document_languages import ADDED as LANGUAGE
from .document_languages import VERSION as WITH_LANGUAGE
from .document_languages import DocumentLanguages
from .entries import COLUMNS, Entry, EntryState, Group, Root, doc_id, entry_of, root_of, row_of
from .filters import Admitted, Filter
from .index_folder import APPLICATION
from .message_table import TABLE as MESSAGES
from .message_table import MessageTable
from .page_labels import TABLE as PAGE_LABELS
from .page_labels import PageLabels
from .sqlite_errors import file_errors
from .words_only import INDEX as WORDS_ONLY_INDEX
from .words_only import WordsOnly

_FILE = "the catalogue", "delete the index folder and ingest again"
"""The name and the cure that `file_errors` takes."""

SCHEMA_VERSION = 6
_PAGE_ROWS = 1000
_TABLES = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE roots (path BLOB PRIMARY KEY, rules TEXT NOT NULL);
CREATE TABLE documents (
  doc INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, root BLOB NOT NULL, size INTEGER,
  mtime_ns INTEGER, ctime_ns INTEGER, inode INTEGER, mounted INTEGER, content TEXT, kind TEXT,
  title BLOB, passages INTEGER, tokens INTEGER, state TEXT NOT NULL, reason TEXT, message BLOB,
  ingested_ns INTEGER, version INTEGER);
CREATE INDEX documents_by_root ON documents (root, path);
CREATE INDEX documents_by_content ON documents (content) WHERE state = 'complete';
"""
_SET_ASIDE_INDEX = (
    "CREATE INDEX IF NOT EXISTS documents_set_aside ON documents (path) WHERE reason IS NOT NULL"
)
_ADDED: dict[int, tuple[str, ...]] = {
    2: (MESSAGES, PAGE_LABELS),
    3: (WORDS_ONLY_INDEX,),
    4: (_SET_ASIDE_INDEX,),
    5: (),
    WITH_LANGUAGE: LANGUAGE,
}
"""The tables, columns and indexes that each later version of the schema added.

Version 3 also has documents in the state `words`, and version 5 vectors of float16, which an
earlier program does not know.
"""


class Catalog:
    """An open catalogue, for calls from any thread.

    Use it as a context manager, or close it.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self._folder = folder
        self._connection = connection
        self._lock = threading.RLock()
        # A reader lets go of a catalogue that another one follows; a query may still hold it then.
        weakref.finalize(self, connection.close).atexit = False
        self.messages = MessageTable(self._all, self._write_all)
        """The messages of mail files."""
        self.page_labels = PageLabels(self._all, self._write_all)
        """What documents call their pages."""
        self.tables = CatalogTables(self._all, self._write_all)
        """All tables, as an export has them."""
        self.words_only = WordsOnly(self._all)
        """The documents that wait for their vectors."""
        self.languages = DocumentLanguages(self._all)
        """The languages of the documents."""
        # The app asks with the same filter at every key that is typed.
        self._last_filtered: tuple[tuple[Filter, int, int], Admitted] | None = None

    @classmethod
    def open(
        cls, folder: str | os.PathLike[str], create: bool = False, write: bool = False
    ) -> Catalog:
        """The catalogue in `folder`, for reading only, unless `write` or `create` is given.

        `create` makes it where it is missing. Raises NoIndex, NotAnIndex, IndexDamaged,
        StorageFull, and IndexFailure where it is newer than this program.
        """
        home = Path(folder)
        with file_errors(home, *_FILE):
            check_folder(home, create)
            if create:
                make_private_folder(home)
            catalog = cls(home, connected(home, "rwc" if create else "rw" if write else "ro"))
        try:
            catalog._prepare(create, write or create)
        except BaseException:
            catalog.close()
            raise
        return catalog

    @classmethod
    def empty(cls) -> Catalog:
        """An empty catalogue in memory: it stands for an index that does not exist yet."""
        catalog = cls(
            Path(), sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        )
        catalog._prepare(create=True, write=True)
        return catalog

    @property
    def folder(self) -> Path:
        """The folder of the file."""
        return self._folder

    def _prepare(self, create: bool, write: bool) -> None:
        """Make the tables of a new file; check another one, and add what it lacks."""
        version = self._pragma("user_version")
        if version == 0 and not self._all("SELECT 1 FROM sqlite_master"):
            if not create:
                raise NoIndex(
                    f"nothing was ingested into {self._folder} yet", "run: docsearch ingest FOLDER"
                )
            added = chain.from_iterable(_ADDED.values())
            with self._transaction():
                # Another process may have made the tables meanwhile.
                if not self._all("SELECT 1 FROM sqlite_master"):
                    for statement in (*_TABLES.split(";"), *added):
                        self._connection.execute(statement)
                    self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
                    self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif self._pragma("application_id") != APPLICATION:
            raise NotAnIndex(
                f"{self._folder} holds another program's data", "name another folder with --index"
            )
        elif version > SCHEMA_VERSION:
            raise IndexFailure(
                f"the index in {self._folder} was made by a newer docsearch (format {version})",
                "update docsearch",
            )
        elif version < SCHEMA_VERSION and write:
            self._add_missing()

    def _add_missing(self) -> None:
        """Add what later schema versions have; everything else stays as it is."""
        with self._transaction():
            # Another process may have added them meanwhile.
            version = self._pragma("user_version")
            for later_version in range(version + 1, SCHEMA_VERSION + 1):
                for statement in _ADDED[later_version]:
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def close(self) -> None:
        """Close the file; the catalogue cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Catalog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def damage(self) -> str:
        """What SQLite finds wrong with the file, empty where nothing is; all of it is read."""
        rows = self._all("PRAGMA quick_check(1)")
        return "" if rows == [("ok",)] else str(rows[0][0])

    def setting(self, key: str, default: Any = None) -> Any:
        """The JSON value of the setting `key`; `default` where it is not set."""
        rows = self._all("SELECT value FROM settings WHERE key = ?", (key,))
        return json.loads(rows[0][0]) if rows else default

    def put_setting(self, key: str, value: Any) -> None:
        """Set the setting `key` to a JSON value."""
        self._write("INSERT OR REPLACE INTO settings VALUES (?, ?)", [(key, json.dumps(value))])

    def roots(self) -> tuple[Root, ...]:
        """All roots, by path."""
        return tuple(
            root_of(*row) for row in self._all("SELECT path, rules FROM roots ORDER BY path")
        )

    def put_root(self, root: Root) -> None:
        """Add a root or replace its rules."""
        rules = {key: value for key, value in asdict(root).items() if key != "path"}
        self._write(
            "INSERT OR REPLACE INTO roots VALUES (?, ?)",
            [(os.fsencode(root.path), json.dumps(rules))],
        )

    def forget_root(self, path: str) -> None:
        """Take a root out of the list; its documents stay until they are removed."""
        self._write("DELETE FROM roots WHERE path = ?", [(os.fsencode(path),)])

    def entries(self, below: str = "") -> Iterator[Entry]:
        """The entries of a file, or of all files below a folder, by path; without one, all.

        The catalogue may be changed while the entries are iterated over.
        """
        top = os.fsencode(below.rstrip("/"))
        file = self._all(f"SELECT {self.languages.columns} FROM documents WHERE path = ?", (top,))
        yield from map(entry_of, file)
        # "0" is the character after "/", so paths between the two lie below the folder. A page is
        # one range of the index on the path: with an OR, SQLite would sort all rows behind it.
        statement = (
            f"SELECT {self.languages.columns} FROM documents WHERE path > ? AND path < ? "
            f"ORDER BY path LIMIT {_PAGE_ROWS}"
        )
        last, end = (top + b"/", top + b"0") if below else (b"", b"\xff")
        while rows := self._all(statement, (last, end)):
            yield from map(entry_of, rows)
            last = rows[-1][1]

    def newest(self, limit: int) -> tuple[Entry, ...]:
        """The entries of the documents whose files changed last, the newest first."""
        statement = (
            f"SELECT {self.languages.columns} FROM documents "
            "WHERE doc IN (SELECT doc FROM documents NOT INDEXED WHERE passages > 0 "
            "ORDER BY mtime_ns DESC, path LIMIT ?1) ORDER BY mtime_ns DESC, path"
        )
        return tuple(map(entry_of, self._all(statement, (limit,))))

    def set_aside(self) -> Iterator[Entry]:
        """The entries of what was skipped or failed, by path."""
        columns = self.languages.columns
        statement = f"SELECT {columns} FROM documents WHERE reason IS NOT NULL ORDER BY path"
        yield from map(entry_of, self._all(statement))

    def holds(self, path: str) -> bool:
        """True where there is an entry of the file, or of any file below the folder."""
        return next(self.entries(path), None) is not None

    def entry(self, path: str) -> Entry | None:
        """The entry of the file at `path`; None where the file is not known."""
        return self.by_doc([doc_id(path)]).get(doc_id(path))

    def by_doc(self, docs: Iterable[int]) -> dict[int, Entry]:
        """The entries of these documents, by id; ids that are not known are left out."""
        # json_each takes any number of ids in one parameter.
        statement = (
            f"SELECT {self.languages.columns} FROM documents "
            "WHERE doc IN (SELECT value FROM json_each(?))"
        )
        return {row[0]: entry_of(row) for row in self._all(statement, (json.dumps(list(docs)),))}

    def same_content(self, content: str) -> Entry | None:
        """A whole document whose bytes have the hex SHA-256 `content`; None without one.

        A complete document goes before one that waits for its vectors.
        """
        if not content:
            return None
        for state in (EntryState.COMPLETE, EntryState.WORDS):
            # The state stands in the statement, since an index holds the documents of each.
            statement = (
                f"SELECT {self.languages.columns} FROM documents "
                f"WHERE content = ? AND state = '{state}' ORDER BY path LIMIT 1"
            )
            if rows := self._all(statement, (content,)):
                return entry_of(rows[0])
        return None

    def put(self, entries: Iterable[Entry]) -> None:
        """Add or replace entries, all or none."""
        marks = ", ".join("?" * (COLUMNS.count(",") + 1))
        self._write(
            f"INSERT OR REPLACE INTO documents ({COLUMNS}) VALUES ({marks})",
            [row_of(entry) for entry in entries],
        )

    def set_state(self, paths: Iterable[str], state: EntryState) -> None:
        """Set the state of the files at `paths`, all or none."""
        self._write(
            "UPDATE documents SET state = ? WHERE doc = ?",
            [(state.value, doc_id(path)) for path in paths],
        )

    def remove(self, paths: Iterable[str]) -> None:
        """Forget the files at `paths`, all or none; the passages in the store stay."""
        self._write("DELETE FROM documents WHERE doc = ?", [(doc_id(path),) for path in paths])

    def mark_pending_after(self, version: int) -> int:
        """Make the documents pending that a newer table version holds; the number of them."""
        statement = (
            "UPDATE documents SET state = 'pending' "
            "WHERE state IN ('complete', 'words') AND version > ?"
        )
        return self._write(statement, [(version,)])

    def switch(self, settings: Mapping[str, Any], tokens: Mapping[int, int], version: int) -> None:
        """Set the settings that name another table, and what its documents are in it; all or none.

        `tokens` gives the number of tokens of each document, `version` the table's version. The
        table has all vectors, so no document waits for its own any more.
        """
        values = [(key, json.dumps(value)) for key, value in settings.items()]
        counts = [(number, version, doc) for doc, number in tokens.items()]
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", values)
            self._connection.executemany(
                "UPDATE documents SET tokens = ?, version = ? WHERE doc = ?", counts
            )
            self._connection.execute(
                "UPDATE documents SET state = CASE WHEN reason IS NULL THEN 'complete' "
                "ELSE 'failed' END WHERE state = 'words'"
            )

    def reconcile(self, stored: Mapping[int, int]) -> frozenset[int]:
        """Compare the catalogue with `stored`, each stored document's number of passages.

        Whole documents that have another number become pending. Returned are the ids of stored
        documents without an entry.
        """
        rows = self._all("SELECT doc, passages, state FROM documents")
        wrong = [
            (doc,)
            for doc, passages, state in rows
            if state in ("complete", "words") and stored.get(doc, 0) != passages
        ]
        self._write("UPDATE documents SET state = 'pending' WHERE doc = ?", wrong)
        return frozenset(stored.keys() - {row[0] for row in rows})

    def embedded(self) -> dict[int, int]:
        """The number of passages of each document whose passages all have vectors."""
        statement = (
            "SELECT doc, passages FROM documents "
            "WHERE state = 'complete' AND passages > 0 ORDER BY doc"
        )
        return dict(self._all(statement))

    def groups(self) -> tuple[Group, ...]:
        """The counts of all files, grouped by root, kind, state and reason."""
        rows = self._all(
            "SELECT root, kind, state, reason, count(*), "
            "coalesce(sum(passages > 0), 0), coalesce(sum(passages), 0), "
            "coalesce(sum(CASE WHEN passages > 0 THEN tokens END), 0) "
            "FROM documents NOT INDEXED GROUP BY root, kind, state, reason"
        )
        return tuple(
            Group(
                os.fsdecode(root),
                kind,
                EntryState(state),
                Reason(reason) if reason else None,
                *sums,
            )
            for root, kind, state, reason, *sums in rows
        )

    def documents(self, wanted: Filter) -> Admitted | None:
        """The documents in the store that pass the filter; None where the filter is empty.

        Of mail files only the passages of messages that pass count. Raises UsageError for a pattern
        that cannot be read.
        """
        if wanted == Filter():
            return None
        with self._lock:
            # The last answer holds while the filter and the catalogue are the same.
            key = (wanted, self.data_version, self._connection.total_changes)
            if self._last_filtered is None or self._last_filtered[0] != key:
                self._last_filtered = key, self._admitted(wanted)
            return self._last_filtered[1]

    def _admitted(self, wanted: Filter) -> Admitted:
        matcher = wanted.matcher()
        columns, is_wanted = "doc, passages, path, root", matcher.admits
        if not matcher.patterns and not matcher.suffixes:
            columns, is_wanted = "doc, passages, x'', x''", lambda path, root: True
        # The dates of a mail file are those of its messages.
        dated = wanted.after_ns is not None or wanted.before_ns is not None
        messages = self.messages.within(wanted.after_ns, wanted.before_ns) if dated else {}
        rows = self._all(
            f"SELECT {columns} FROM documents "
            "WHERE (state IN ('complete', 'pending') OR passages > 0) "
            "AND (mtime_ns >= coalesce(?1, mtime_ns) AND (?2 IS NULL OR mtime_ns < ?2) "
            "OR doc IN (SELECT value FROM json_each(?3)))",
            (wanted.after_ns, wanted.before_ns, json.dumps(list(messages))),
        )
        # There are few roots and many documents: each root is decoded once.
        decoded_root = cache(os.fsdecode)
        passages_by_doc = {
            doc: passages
            for doc, passages, path, root in rows
            if is_wanted(os.fsdecode(path), decoded_root(root))
        }
        docs = frozenset(passages_by_doc)
        ordinals_by_doc = {
            doc: ordinals for doc in docs & messages.keys() if (ordinals := messages[doc])
        }
        total = self._all("SELECT sum(passages) FROM documents")[0][0] or 1
        share = sum(passages_by_doc.values()) / total
        return Admitted(docs - messages.keys(), ordinals_by_doc, share)

    @property
    def data_version(self) -> int:
        """A number that changes when another connection has changed the catalogue."""
        return self._pragma("data_version")

    def _pragma(self, name: str) -> int:
        return int(self._all(f"PRAGMA {name}")[0][0])

    def _all(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock, file_errors(self._folder, *_FILE):
            return self._connection.execute(statement, values).fetchall()

    def _write(self, statement: str, rows: list[Any]) -> int:
        with self._transaction():
            return self._connection.executemany(statement, rows).rowcount

    def _write_all(self, changes: Iterable[tuple[str, list[Any]]]) -> None:
        with self._transaction():
            for statement, rows in changes:
                self._connection.executemany(statement, rows)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, file_errors(self._folder, *_FILE):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite itself has rolled back where the disk is full.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
