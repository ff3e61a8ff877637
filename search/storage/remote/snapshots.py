"""Publishes the small files of an index in an object store, and fetches them.

The small files are the catalogue, the vocabularies, and the marks, which name versions of the
tables. Together they are a snapshot. Its files are objects of their own, named by their contents,
and one object, the pointer, names them. The pointer is replaced by a conditional put. So a reader
sees a catalogue and a version of the table that belong together, or those of the snapshot before.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import time
import zlib
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from ...errors import IndexDamaged, IndexFailure, IndexLocked
from ...object_store.client import ObjectStore, Tag
from ...private_files import make_private_file
from ..index_folder import CATALOGUE
from ..mark import SUFFIX
from .cache import Cache

POINTER = "docsearch.json"
FILES = "files"
FORMAT = 1
"""Raise this when a snapshot has something that an earlier program would read wrongly."""

KEPT_SECONDS = 600.0
"""Files of a snapshot that was replaced stay for so long: a reader may be fetching them."""

_ATTEMPTS = 4
_WORDS = "*.words"
_FAST = 1
"""The level of compression: more takes far longer and makes a catalogue little smaller."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the pointer says.

    number: it grows by one with each snapshot. files: the digest of each file's contents, by the
    file's name. marks: the marks of the tables, by the names of their files.
    """

    number: int
    files: Mapping[str, str]
    marks: Mapping[str, str]
    tag: Tag
    key: str

    @property
    def tables(self) -> frozenset[str]:
        """The names of the tables that readers of the snapshot may read."""
        return frozenset(name.removesuffix(SUFFIX) for name in self.marks)


class Snapshots:
    """The snapshots of the index in `store`, which `cache` keeps on this machine."""

    def __init__(self, store: ObjectStore, cache: Cache) -> None:
        self._store = store
        self._cache = cache
        self._digests: dict[str, tuple[tuple[int, int, int], str]] = {}

    def newest(self, known: Snapshot | None = None) -> Snapshot | None:
        """The newest snapshot, which may be the known one; None where nothing was published.

        Raises IndexFailure where a newer program wrote it, IndexDamaged where it cannot be read.
        """
        if known is None:
            found = self._store.read(POINTER)
        elif (found := self._store.read_if_other(POINTER, known.tag)) == (b"", known.tag):
            return known
        return self._snapshot(*found) if found else None

    def _snapshot(self, data: bytes, tag: Tag) -> Snapshot:
        try:
            fields = json.loads(data)
            if fields["format"] > FORMAT:
                raise IndexFailure(
                    f"the index in {self._store.url} was made by a newer docsearch "
                    f"(format {fields['format']})",
                    "update docsearch",
                )
            key = hashlib.sha256(data).hexdigest()[:24]
            return Snapshot(fields["number"], fields["files"], fields["marks"], tag, key)
        except (ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(
                f"{POINTER} in {self._store.url} cannot be read",
                "delete the index there, then ingest again",
            ) from error

    def fetched(self, snapshot: Snapshot) -> Path:
        """The folder of this machine with the snapshot's files, which are only read.

        Raises FileNotFoundError where the store dropped them for newer ones.
        """
        folder = self._cache.find(snapshot.key)
        if folder is not None:
            return folder
        with self._cache.adding(snapshot.key) as new:
            for name, digest in snapshot.files.items():
                self._put(digest, new / name)
            for name, mark in snapshot.marks.items():
                make_private_file(new / name)
                (new / name).write_text(mark, encoding="ascii")
        folder = self._cache.find(snapshot.key)
        assert folder is not None
        return folder

    def _put(self, digest: str, target: Path) -> None:
        """Link to the file with these contents, which is fetched where it is not here."""
        file = self._cache.file(digest)
        for _ in range(_ATTEMPTS):
            if not file.exists():
                self._fetch(digest, file)
            # Another process may tidy the cache up in between.
            with suppress(FileNotFoundError):
                os.link(file, target)
                return
        raise FileNotFoundError(digest)

    def _fetch(self, digest: str, file: Path) -> None:
        new = file.with_name(f"{file.name}.{os.getpid()}.{time.monotonic_ns()}")
        make_private_file(new)
        try:
            unpack, found = zlib.decompressobj(wbits=31), hashlib.sha256()
            with new.open("wb") as target:
                for piece in self._store.pieces(f"{FILES}/{digest}"):
                    plain = unpack.decompress(piece)
                    found.update(plain)
                    target.write(plain)
                rest = unpack.flush()
                found.update(rest)
                target.write(rest)
            if found.hexdigest() != digest:
                raise IndexDamaged(
                    f"a file of the index in {self._store.url} is damaged ({FILES}/{digest})",
                    "run: docsearch ingest; if that does not help, delete the index there and "
                    "ingest again",
                )
            new.replace(file)
        except zlib.error as error:
            raise IndexDamaged(
                f"a file of the index in {self._store.url} is damaged ({FILES}/{digest})",
                "delete the index there, then ingest again",
            ) from error
        finally:
            new.unlink(missing_ok=True)

    def published(self, work: Path, before: Snapshot | None) -> Snapshot:
        """Make a snapshot of a writer's folder, in the place of the one before.

        Raises IndexLocked where another writer has published one meanwhile.
        """
        files = {}
        for path in (work / CATALOGUE, *sorted(work.glob(_WORDS))):
            files[path.name] = self._uploaded(path, before)
        marks = {path.name: path.read_text("ascii") for path in sorted(work.glob(f"*{SUFFIX}"))}
        number = before.number + 1 if before else 1
        fields = {"format": FORMAT, "number": number, "files": files, "marks": marks}
        data = json.dumps(fields, sort_keys=True).encode()
        if before is None:
            tag = self._store.create(POINTER, data)
        else:
            tag = self._store.replace(POINTER, data, before.tag)
        if tag is None:
            # The store may have taken it, and its answer was lost.
            found = self._store.read(POINTER)
            if found is None or found[0] != data:
                raise IndexLocked(
                    f"another docsearch wrote to {self._store.url} meanwhile",
                    "run the command again once that one has finished",
                )
            tag = found[1]
        self._drop_old({*files.values(), *(before.files.values() if before else ())})
        return self._snapshot(data, tag)

    def _uploaded(self, path: Path, before: Snapshot | None) -> str:
        """The digest of a file's contents, which are in the store afterwards."""
        status = path.stat()
        state = status.st_ino, status.st_mtime_ns, status.st_size
        known = self._digests.get(path.name)
        if path.name != CATALOGUE and known is not None and known[0] == state:
            return known[1]
        copy = path.with_name(f"{path.name}.published")
        packed = path.with_name(f"{path.name}.gz")
        try:
            _copy_database(path, copy)
            digest = _digest(copy)
            if before is None or before.files.get(path.name) != digest:
                make_private_file(packed)
                with copy.open("rb") as plain, gzip.open(packed, "wb", _FAST) as target:
                    shutil.copyfileobj(plain, target, 1 << 20)
                self._store.upload(packed, f"{FILES}/{digest}")
                # The next reader of this machine need not fetch what was just made here.
                copy.replace(self._cache.file(digest))
        finally:
            copy.unlink(missing_ok=True)
            packed.unlink(missing_ok=True)
        self._digests[path.name] = state, digest
        return digest

    def _drop_old(self, used: set[str]) -> None:
        """Delete the files that no snapshot names any more, once no reader fetches them."""
        now = time.time_ns()
        self._store.delete(
            found.name
            for found in self._store.objects(FILES)
            if found.name.removeprefix(f"{FILES}/") not in used
            and now - found.modified_ns > KEPT_SECONDS * 10**9
        )


def copy_snapshot(folder: Path, work: Path) -> None:
    """Copy the files of a snapshot into the folder of a writer, who changes them."""
    for path in folder.iterdir():
        make_private_file(work / path.name)
        shutil.copyfile(path, work / path.name)


def _copy_database(path: Path, copy: Path) -> None:
    """Copy a SQLite file as it is after its last transaction, without a log beside it."""
    make_private_file(copy)
    with (
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy, isolation_level=None)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
