"""The catalogue: roots, settings and documents of an index, in one SQLite file; it never needs LanceDB."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from ..documents import Reason
from ..errors import IndexFailure, NoIndex, NotAnIndex
from .catalog_file import check_folder, connected
from .entries import COLUMNS, Entry, EntryState, Group, Root, doc_id, entry_of, root_of, row_of
from .filters import Admitted, Filter
from .index_folder import APPLICATION
from .message_table import TABLE as MESSAGES
from .message_table import MessageTable
from .page_labels import TABLE as PAGE_LABELS
from .page_labels import PageLabels
from .sqlite_errors import file_errors

_FILE = "the catalogue", "delete the index folder and ingest again"
SCHEMA_VERSION = 2
_PAGE = 1000
_TABLES = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE roots (path BLOB PRIMARY KEY, rules TEXT NOT NULL);
CREATE TABLE documents (
  doc INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, root BLOB NOT NULL, size INTEGER, mtime_ns INTEGER,
  ctime_ns INTEGER, inode INTEGER, mounted INTEGER, content TEXT, kind TEXT, title BLOB, passages INTEGER,
  tokens INTEGER, state TEXT NOT NULL, reason TEXT, message BLOB, ingested_ns INTEGER, version INTEGER);
CREATE INDEX documents_by_root ON documents (root, path);
CREATE INDEX documents_by_content ON documents (content) WHERE state = 'complete';
"""
_ADDED = {2: (MESSAGES, PAGE_LABELS)}
"""What each later version of the schema has more."""


class Catalog:
    """An open catalogue; its methods may be called from any thread. Use it as a context manager, or close it."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self._folder = folder
        self._connection = connection
        self._turn = threading.RLock()
        self.messages = MessageTable(self._rows_of("messages"), self._write_all)
        """The messages of mail files."""
        self.page_labels = PageLabels(self._rows_of("page_labels"), self._write_all)
        """What documents call their pages."""
        # Whoever types asks with the same filter at every key.
        self._filtered: tuple[tuple[Filter, int, int], Admitted] | None = None

    @classmethod
    def open(
        cls, folder: str | os.PathLike[str], create: bool = False, write: bool = False
    ) -> Catalog:
        """The catalogue in `folder`, for reading only unless `write`; `create` makes it where it is missing, for writing.

        Raises NoIndex, NotAnIndex, IndexDamaged, StorageFull, or IndexFailure where it is newer than this program.
        """
        home = Path(folder)
        with file_errors(home, *_FILE):
            check_folder(home, create)
            if create:
                home.mkdir(parents=True, exist_ok=True)
            catalog = cls(home, connected(home, "rwc" if create else "rw" if write else "ro"))
        try:
            catalog._prepare(create, write or create)
        except BaseException:
            catalog.close()
            raise
        return catalog

    @classmethod
    def empty(cls) -> Catalog:
        """A catalogue of nothing, in memory, for what an index that is not there yet would do."""
        catalog = cls(
            Path(), sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        )
        catalog._prepare(create=True, write=True)
        return catalog

    def _prepare(self, create: bool, write: bool) -> None:
        version = self._pragma("user_version")
        if version == 0 and not self._all("SELECT 1 FROM sqlite_master"):
            if not create:
                raise NoIndex(
                    f"nothing was ingested into {self._folder} yet", "run: docsearch ingest FOLDER"
                )
            with self._transaction():
                if not self._all(
                    "SELECT 1 FROM sqlite_master"
                ):  # two processes may create it at once
                    for statement in (*_TABLES.split(";"), *chain.from_iterable(_ADDED.values())):
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
            self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        """Add what an older version of this program did not know; what is there stays as it is."""
        with self._transaction():
            version = self._pragma("user_version")  # another process may have done it meanwhile
            for statement in chain.from_iterable(
                _ADDED[added] for added in range(version + 1, SCHEMA_VERSION + 1)
            ):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def close(self) -> None:
        """Close the file; the catalogue cannot be used afterwards."""
        with self._turn:
            self._connection.close()

    def __enter__(self) -> Catalog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def setting(self, key: str, default: Any = None) -> Any:
        """The JSON value kept under `key`, or `default`."""
        rows = self._all("SELECT value FROM settings WHERE key = ?", (key,))
        return json.loads(rows[0][0]) if rows else default

    def put_setting(self, key: str, value: Any) -> None:
        """Keep a JSON value under `key`."""
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
        """Take a root out; its documents stay until they are removed."""
        self._write("DELETE FROM roots WHERE path = ?", [(os.fsencode(path),)])

    def entries(self, below: str = "/") -> Iterator[Entry]:
        """The entries of a file or of all below a folder, by path; the catalogue may be changed meanwhile."""
        top = os.fsencode(below.rstrip("/"))
        # "0" is the character after "/": what lies between is below the folder.
        statement = (
            f"SELECT {COLUMNS} FROM documents WHERE path > ?1 AND (path = ?2 OR path > ?3 AND path < ?4) "
            f"ORDER BY path LIMIT {_PAGE}"
        )
        last = b""
        while rows := self._all(statement, (last, top, top + b"/", top + b"0")):
            yield from map(entry_of, rows)
            last = rows[-1][1]

    def holds(self, path: str) -> bool:
        """Whether there is an entry of the file or of any below the folder."""
        return next(self.entries(path), None) is not None

    def entry(self, path: str) -> Entry | None:
        """What is known of the file at `path`."""
        return self.by_doc([doc_id(path)]).get(doc_id(path))

    def by_doc(self, docs: Iterable[int]) -> dict[int, Entry]:
        """The entries of these documents, by id; without those that are not known."""
        # json_each takes any number of ids in one parameter.
        statement = f"SELECT {COLUMNS} FROM documents WHERE doc IN (SELECT value FROM json_each(?))"
        return {row[0]: entry_of(row) for row in self._all(statement, (json.dumps(list(docs)),))}

    def same_content(self, content: str) -> Entry | None:
        """A complete document with these bytes, if there is one."""
        statement = f"SELECT {COLUMNS} FROM documents WHERE content = ? AND state = 'complete' ORDER BY path LIMIT 1"
        rows = self._all(statement, (content,)) if content else []
        return entry_of(rows[0]) if rows else None

    def put(self, entries: Iterable[Entry]) -> None:
        """Add or replace entries, all or none."""
        marks = ", ".join("?" * (COLUMNS.count(",") + 1))
        self._write(
            f"INSERT OR REPLACE INTO documents ({COLUMNS}) VALUES ({marks})",
            [row_of(e) for e in entries],
        )

    def set_state(self, paths: Iterable[str], state: EntryState) -> None:
        """Set the state of the files at `paths`, all or none."""
        self._write(
            "UPDATE documents SET state = ? WHERE doc = ?",
            [(state.value, doc_id(path)) for path in paths],
        )

    def remove(self, paths: Iterable[str]) -> None:
        """Forget the files at `paths`, all or none; their passages are the store's matter."""
        self._write("DELETE FROM documents WHERE doc = ?", [(doc_id(path),) for path in paths])

    def mark_pending_after(self, version: int) -> int:
        """Make the documents pending that a newer table version held, and say how many there were."""
        statement = (
            "UPDATE documents SET state = 'pending' WHERE state = 'complete' AND version > ?"
        )
        return self._write(statement, [(version,)])

    def switch(self, settings: Mapping[str, Any], tokens: Mapping[int, int], version: int) -> None:
        """Keep settings that name another table, at whose `version` these documents have so many tokens; all or none."""
        values = [(key, json.dumps(value)) for key, value in settings.items()]
        counts = [(number, version, doc) for doc, number in tokens.items()]
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", values)
            self._connection.executemany(
                "UPDATE documents SET tokens = ?, version = ? WHERE doc = ?", counts
            )

    def reconcile(self, stored: Mapping[int, int]) -> frozenset[int]:
        """Compare with the passages in the store, by document.

        Complete documents that do not have exactly theirs become pending; the ids that no entry has are returned.
        """
        rows = self._all("SELECT doc, passages, state FROM documents")
        wrong = [
            (doc,)
            for doc, passages, state in rows
            if state == "complete" and stored.get(doc, 0) != passages
        ]
        self._write("UPDATE documents SET state = 'pending' WHERE doc = ?", wrong)
        return frozenset(stored.keys() - {row[0] for row in rows})

    def groups(self) -> tuple[Group, ...]:
        """All files, counted by what they have in common."""
        rows = self._all(
            "SELECT root, kind, state, reason, count(*), coalesce(sum(passages > 0), 0), coalesce(sum(passages), 0), "
            "coalesce(sum(CASE WHEN passages > 0 THEN tokens END), 0) FROM documents NOT INDEXED GROUP BY root, kind, state, reason"
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
        """The documents in the store that pass the filter, and the passages of messages that do; None where the filter is empty.

        Raises UsageError for a pattern that cannot be read.
        """
        if wanted == Filter():
            return None
        matcher = wanted.matcher()
        columns, is_wanted = "doc, path, root", matcher.admits
        if not matcher.patterns and not matcher.suffixes:
            columns, is_wanted = "doc, x'', x''", lambda path, root: True
        with self._turn:
            state = (wanted, self._pragma("data_version"), self._connection.total_changes)
            if self._filtered is None or self._filtered[0] != state:
                dated = wanted.after_ns is not None or wanted.before_ns is not None
                messages = self.messages.within(wanted.after_ns, wanted.before_ns) if dated else {}
                rows = self._all(
                    f"SELECT {columns} FROM documents WHERE (state IN ('complete', 'pending') OR passages > 0) "
                    "AND (mtime_ns >= coalesce(?1, mtime_ns) AND (?2 IS NULL OR mtime_ns < ?2) "
                    "OR doc IN (SELECT value FROM json_each(?3)))",
                    (wanted.after_ns, wanted.before_ns, json.dumps(list(messages))),
                )
                named = cache(os.fsdecode)  # few roots, many documents
                docs = frozenset(
                    doc for doc, path, root in rows if is_wanted(os.fsdecode(path), named(root))
                )
                some = {
                    doc: ordinals for doc in docs & messages.keys() if (ordinals := messages[doc])
                }
                self._filtered = (state, Admitted(docs - messages.keys(), some))
            return self._filtered[1]

    def _pragma(self, name: str) -> int:
        return int(self._all(f"PRAGMA {name}")[0][0])

    def _all(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._turn, file_errors(self._folder, *_FILE):
            return self._connection.execute(statement, values).fetchall()

    def _rows_of(self, table: str) -> Callable[[str, tuple[Any, ...]], list[Any]]:
        """What reads a table that an older version of the schema lacks: nothing is in it before it is there."""
        present = False

        def rows(statement: str, values: tuple[Any, ...]) -> list[Any]:
            nonlocal present
            # An index of an older version gets the table by the first run that writes to it, also while others have it open.
            present = present or bool(
                self._all("SELECT 1 FROM sqlite_master WHERE name = ?", (table,))
            )
            return self._all(statement, values) if present else []

        return rows

    def _write(self, statement: str, rows: list[Any]) -> int:
        with self._transaction():
            return self._connection.executemany(statement, rows).rowcount

    def _write_all(self, changes: Iterable[tuple[str, list[Any]]]) -> None:
        with self._transaction():
            for statement, rows in changes:
                self._connection.executemany(statement, rows)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._turn, file_errors(self._folder, *_FILE):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk makes SQLite roll back by itself
                    self._connection.execute("ROLLBACK")
                raise
