"""What the catalogue knows of a file and of a root, and the rows of its tables that hold it."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ..documents import File, Reason

COLUMNS = (
    "doc, path, root, size, mtime_ns, ctime_ns, inode, mounted, content, kind, title, passages, "
    "tokens, state, reason, message, ingested_ns, version, language"
)
"""The columns of the table of documents, in the order of `row_of`."""


class EntryState(StrEnum):
    """How far a document has come: only a complete one is sure to have all vectors in the store.

    A pending one is being read, or was when a run was interrupted. One in `words` has all its
    passages in the store, some of them without their vectors: it is found by its words. A skipped
    file is one that gives no document, such as an empty file; a failed one should have been
    readable.
    """

    PENDING = "pending"
    WORDS = "words"
    COMPLETE = "complete"
    SKIPPED = "skipped"
    FAILED = "failed"


_STATES = {state.value: state for state in EntryState}
"""A look-up takes a fifth of the time of a call of the enumeration."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as the catalogue knows it.

    doc: the document's id. content: the hex SHA-256 of its bytes, empty where they were not read.
    passages, tokens: how many it has. reason: why it is skipped or failed; message: one sentence
    about that, or about what is missing. ingested_ns: when it was read, in nanoseconds since the
    epoch. version: the version of the LanceDB table that holds its passages.
    language: the ISO code of the language that it is written in, empty where that is not known.
    """

    file: File
    doc: int
    content: str = ""
    kind: str = ""
    title: str = ""
    passages: int = 0
    tokens: int = 0
    state: EntryState = EntryState.PENDING
    reason: Reason | None = None
    message: str = ""
    ingested_ns: int = 0
    version: int = 0
    language: str = ""

    @property
    def stored(self) -> bool:
        """True where the store may hold passages of it.

        Those of a pending document are not counted yet.
        """
        return self.passages > 0 or self.state is EntryState.PENDING

    @property
    def whole(self) -> bool:
        """True where the store has all passages of the document, with their vectors or without."""
        return self.state in (EntryState.COMPLETE, EntryState.WORDS)

    def with_vectors(self, tokens: int, version: int) -> Entry:
        """The entry once its document's last vectors are in this version of the table.

        `tokens` are those of the passages that were embedded now. A file that cannot be read any
        more is failed again.
        """
        state = EntryState.COMPLETE if self.reason is None else EntryState.FAILED
        return replace(self, state=state, tokens=self.tokens + tokens, version=version)


@dataclass(frozen=True, slots=True)
class Root:
    """A folder or file given to ingest, with the rules of its walk.

    exclude, include, hidden, ignore_files, max_file_size, fetch_cloud: as in WalkRules. forgotten:
    patterns of paths that the user took out. mount: the mount point that the root lay under.
    ingested_ns: the end of its last complete run in nanoseconds since the epoch, 0 before that.
    passed_over: how many paths the walk of that run left out, by reason.
    """

    path: str
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    hidden: bool = False
    ignore_files: bool = True
    max_file_size: int = 0
    forgotten: tuple[str, ...] = ()
    mount: str = "/"
    ingested_ns: int = 0
    passed_over: tuple[tuple[Reason, int], ...] = ()
    fetch_cloud: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Counts of the files of a root that share kind, state and reason.

    files: how many there are. stored: how many of them have passages. passages, tokens: how many
    those have.
    """

    root: str
    kind: str
    state: EntryState
    reason: Reason | None
    files: int
    stored: int
    passages: int
    tokens: int


def doc_id(path: str) -> int:
    """A document's id: the first 63 bits of the SHA-256 of its path's bytes.

    >>> doc_id("/notes/a.md")
    3740245802483106307
    """
    return int.from_bytes(hashlib.sha256(os.fsencode(path)).digest()[:8]) >> 1


def due_again(entry: Entry) -> Entry:
    """The entry as if its file had changed since: the next run that can read the file does."""
    changed_ns = max(entry.file.mtime_ns, entry.file.ctime_ns)
    return replace(entry, content="", ingested_ns=changed_ns)


def root_of(path: bytes, rules: str) -> Root:
    """A root from its row: its path, and its other fields as JSON."""
    fields = json.loads(rules)
    fields |= {name: tuple(fields.get(name, ())) for name in ("exclude", "include", "forgotten")}
    fields["passed_over"] = tuple(
        (Reason(reason), count) for reason, count in fields["passed_over"]
    )
    return Root(os.fsdecode(path), **fields)


def row_of(entry: Entry) -> tuple[Any, ...]:
    """An entry as a row, in the order of COLUMNS."""
    file = entry.file
    # SQLite's integers are signed and inodes are not. Texts with lone surrogates are not UTF-8, so
    # they are kept as blobs.
    return (
        entry.doc,
        os.fsencode(file.path),
        os.fsencode(file.root),
        file.size,
        file.mtime_ns,
        file.ctime_ns,
        file.inode - 2**64 if file.inode >= 2**63 else file.inode,
        file.mounted,
        entry.content,
        entry.kind,
        entry.title.encode("utf-8", "surrogatepass"),
        entry.passages,
        entry.tokens,
        entry.state.value,
        entry.reason and entry.reason.value,
        entry.message.encode("utf-8", "surrogatepass"),
        entry.ingested_ns,
        entry.version,
        entry.language,
    )


_decoded_root = lru_cache(maxsize=64)(os.fsdecode)
"""There are few roots and many entries."""


def entry_of(row: tuple[Any, ...]) -> Entry:
    """An entry from its row, in the order of COLUMNS."""
    (
        doc,
        path,
        root,
        size,
        mtime_ns,
        ctime_ns,
        inode,
        mounted,
        content,
        kind,
        title,
        passages,
        tokens,
        state,
        reason,
        message,
        ingested_ns,
        version,
        language,
    ) = row
    inode = inode + 2**64 if inode < 0 else inode
    file = File(
        os.fsdecode(path), _decoded_root(root), size, mtime_ns, ctime_ns, inode, bool(mounted)
    )
    title, message = (
        title.decode("utf-8", "surrogatepass"),
        message.decode("utf-8", "surrogatepass"),
    )
    return Entry(
        file,
        doc,
        content,
        kind,
        title,
        passages,
        tokens,
        _STATES[state],
        Reason(reason) if reason else None,
        message,
        ingested_ns,
        version,
        language,
    )
