"""Copies the tables of an index in a store to this machine, where they are small enough.

A table in a store is read with many requests for each query. The files of a table never change, so
a copy is made once for each file, and queries on the copy are as fast as on a local index. A
process that asks one query reads the store; one that asks another makes the copy meanwhile.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from ...errors import DocsearchError
from ...object_store.client import ObjectStore
from ...private_files import make_private_file, make_private_folder
from ..manifest import needed_files
from .cache import IN_USE

_AT_ONCE = 8
_LAST_VERSION = 2**64 - 1


class _Ended(Exception):
    """The copying was ended."""


class Mirror:
    """The copies of the tables of the index in `store`, in `folder`. Thread-safe.

    A table of more than `limit` bytes is not copied.
    """

    def __init__(self, store: ObjectStore, folder: Path, limit: int) -> None:
        self._store = store
        self._folder = folder
        self.limit = limit
        self._asked = Counter[tuple[str, int]]()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._copied: set[str] = set()
        self._threads: list[threading.Thread] = []

    def find(self, table: str, version: int) -> Path | None:
        """The folder with the copy of a version, where there is a whole one; it counts as used."""
        try:
            os.utime(self._whole(table, version))
        except FileNotFoundError:
            return None
        os.utime(self._folder)
        return self._folder

    def note_query(self, table: str, version: int) -> None:
        """Begin to copy a version in the background where it is asked for the second time.

        Once this process has copied a version of the table, a later one is copied at once.
        """
        with self._lock:
            self._asked[table, version] += 1
            if self._asked[table, version] == (1 if table in self._copied else 2):
                self._ended.clear()
                thread = threading.Thread(target=self._try, args=(table, version), daemon=True)
                self._threads.append(thread)
                thread.start()

    def close(self) -> None:
        """End the copying; what was copied by then stays for the next time."""
        self._ended.set()
        with self._lock:
            threads, self._threads = self._threads, []
        for thread in threads:
            thread.join()

    def _try(self, table: str, version: int) -> None:
        # Without a copy, queries go on in the store, and tell of its failures themselves.
        with suppress(DocsearchError, OSError):
            try:
                self.copy(table, version)
            except _Ended:
                # An index that was closed may be opened again.
                with self._lock:
                    self._asked.pop((table, version), None)

    def distrust(self) -> None:
        """Remove all copies: a query met damage."""
        shutil.rmtree(self._folder, ignore_errors=True)
        make_private_folder(self._folder)
        with self._lock:
            self._asked.clear()

    def copy(self, table: str, version: int) -> bool:
        """Copy what a version needs and is not here yet; False where that is too much.

        Raises RemoteFailure, OSError, and FileNotFoundError where the version went meanwhile.
        """
        name, manifest = self._manifest(table, version)
        sizes = self._sizes(table, manifest)
        if sum(sizes.values()) > self.limit:
            return False
        missing = [name for name, size in sizes.items() if not self._is_here(name, size)]
        with ThreadPoolExecutor(_AT_ONCE, "mirror") as pool:
            list(pool.map(self._fetch, missing))
        # The manifest comes last, and the note that all is here after it.
        self._put(name, [manifest])
        make_private_file(self._whole(table, version))
        self._copied.add(table)
        self._drop_old(table)
        return True

    def size(self, table: str, version: int) -> int:
        """The bytes of a version. Raises RemoteFailure, and FileNotFoundError where it is gone."""
        return sum(self._sizes(table, self._manifest(table, version)[1]).values())

    def _manifest(self, table: str, version: int) -> tuple[str, bytes]:
        """The name of the manifest of a version, and its contents."""
        name = f"{table}.lance/_versions/{_LAST_VERSION - version:020}.manifest"
        found = self._store.read(name)
        if found is None:
            raise FileNotFoundError(name)
        return name, found[0]

    def _sizes(self, table: str, manifest: bytes) -> dict[str, int]:
        """The names of the files that a version needs, with their sizes in bytes."""
        needed = [f"{table}.lance/{file.path}" for file in needed_files(manifest)]
        exact, folders = set(needed), tuple(f"{name}/" for name in needed)
        return {
            found.name: found.size
            for found in self._store.objects(f"{table}.lance")
            if found.name in exact or found.name.startswith(folders)
        }

    def _is_here(self, name: str, size: int) -> bool:
        try:
            return (self._folder / name).stat().st_size == size
        except FileNotFoundError:
            return False

    def _fetch(self, name: str) -> None:
        self._put(name, self._store.pieces(name))

    def _put(self, name: str, pieces: Iterable[bytes]) -> None:
        file = self._folder / name
        make_private_folder(file.parent)
        new = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
        make_private_file(new)
        try:
            with new.open("wb") as target:
                for piece in pieces:
                    if self._ended.is_set():
                        raise _Ended
                    target.write(piece)
            new.replace(file)
        finally:
            new.unlink(missing_ok=True)

    def _whole(self, table: str, version: int) -> Path:
        return self._folder / f"{table}-{version}.whole"

    def _drop_old(self, table: str) -> None:
        """Remove the versions that were not used for a while, and the files that only they need."""
        now, kept = time.time(), set[Path]()
        for mark in self._folder.glob(f"{table}-*.whole"):
            version = int(mark.stem.removeprefix(f"{table}-"))
            manifest = (
                self._folder / f"{table}.lance/_versions/{_LAST_VERSION - version:020}.manifest"
            )
            if now - mark.stat().st_mtime > IN_USE:
                mark.unlink(missing_ok=True)
                manifest.unlink(missing_ok=True)
                continue
            kept.add(manifest)
            kept |= {
                self._folder / f"{table}.lance" / file.path
                for file in needed_files(manifest.read_bytes())
            }
        for path in sorted((self._folder / f"{table}.lance").rglob("*"), reverse=True):
            is_needed = not kept.isdisjoint((path, *path.parents))
            if not is_needed and path.is_file() and now - path.stat().st_mtime > IN_USE:
                path.unlink(missing_ok=True)
