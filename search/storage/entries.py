"""What the catalogue knows of a file and of a root, and how both stand in its tables."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..documents import File, Reason

COLUMNS = (
    "doc, path, root, size, mtime_ns, ctime_ns, inode, mounted, content, kind, title, passages, tokens, state, reason, "
    "message, ingested_ns, version"
)
"""The columns of the table of documents, in the order of `row_of`."""


class EntryState(StrEnum):
    """How far a document is: only a complete one has exactly its passages in the store."""

    PENDING = "pending"
    COMPLETE = "complete"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as the catalogue knows it.

    `content` is the hex SHA-256 of its bytes, empty where they were not read. `version` is the version of the
    LanceDB table that holds its passages.
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

    @property
    def stored(self) -> bool:
        """True where the store may hold passages of it: those of a pending document are not counted yet."""
        return self.passages > 0 or self.state is EntryState.PENDING


@dataclass(frozen=True, slots=True)
class Root:
    """A folder or file given to ingest, with the rules of its walk.

    `ignore_files` tells whether ignore files are obeyed. `forgotten` are patterns of what was taken out by hand. `mount` is the mount point
    that it lay under. `ingested_ns` is the end of its last complete run, 0 before that. `passed_over` counts what that walk left out.
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


@dataclass(frozen=True, slots=True)
class Group:
    """How many files of a root share kind, state and reason, how many of them are stored, and the passages and tokens of those."""

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


def root_of(path: bytes, rules: str) -> Root:
    """A root from its row."""
    known = json.loads(rules)
    known |= {name: tuple(known.get(name, ())) for name in ("exclude", "include", "forgotten")}
    known["passed_over"] = tuple(
        (Reason(reason), number) for reason, number in known["passed_over"]
    )
    return Root(os.fsdecode(path), **known)


def row_of(entry: Entry) -> tuple[Any, ...]:
    """An entry as a row."""
    file = entry.file
    # SQLite's integers are signed, inodes are not. Blobs keep a text whose surrogates are no UTF-8.
    return (
        *(
            entry.doc,
            os.fsencode(file.path),
            os.fsencode(file.root),
            file.size,
            file.mtime_ns,
            file.ctime_ns,
        ),
        *(
            file.inode - 2**64 if file.inode >= 2**63 else file.inode,
            file.mounted,
            entry.content,
            entry.kind,
        ),
        *(
            entry.title.encode("utf-8", "surrogatepass"),
            entry.passages,
            entry.tokens,
            entry.state.value,
        ),
        *(entry.reason and entry.reason.value, entry.message.encode("utf-8", "surrogatepass")),
        *(entry.ingested_ns, entry.version),
    )


def entry_of(row: tuple[Any, ...]) -> Entry:
    """An entry from its row."""
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
        *rest,
    ) = row
    state, reason, message, ingested_ns, version = rest
    inode = inode + 2**64 if inode < 0 else inode
    file = File(
        os.fsdecode(path), os.fsdecode(root), size, mtime_ns, ctime_ns, inode, bool(mounted)
    )
    title, message = (
        title.decode("utf-8", "surrogatepass"),
        message.decode("utf-8", "surrogatepass"),
    )
    why = Reason(reason) if reason else None
    return Entry(
        file,
        doc,
        content,
        kind,
        title,
        passages,
        tokens,
        EntryState(state),
        why,
        message,
        ingested_ns,
        version,
    )
