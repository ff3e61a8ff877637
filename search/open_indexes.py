"""Indexes that stay open in a process that answers many queries."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .config import default_index
from .index import Index
from .models.loaded import LoadedModels
from .object_store.options import credential_files
from .paths import index_place
from .storage.index_folder import CATALOGUE
from .urls import is_url

MOST_INDEXES = 8
"""How many indexes stay open that nobody uses at the moment."""

Key = tuple[object, ...]
Identity = tuple[tuple[int, int], ...]
"""Two numbers for each file that tells an index from another one in its place.

They are the device and the inode of an index's folder and of its catalogue.
"""


@dataclass(slots=True)
class _Open:
    """An open index. `users` counts those who use it, and `is_current` is false once it is old."""

    index: Index
    identity: Identity
    users: int = 0
    is_current: bool = True


class OpenIndexes:
    """Indexes, each opened once for all who use it, on models that are loaded once. Thread-safe.

    An index that was deleted or replaced is opened anew, one in a store after credentials changed,
    and all after a model's files changed. What another process stores in an index is seen at the
    next query, as ever.
    """

    def __init__(self) -> None:
        self.models = LoadedModels()
        self._lock = threading.Lock()
        self._open: dict[Key, _Open] = {}

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of the open indexes."""
        with self._lock:
            return tuple(sorted({held.index.path for held in self._open.values()}))

    @contextmanager
    def open(self, path: str | os.PathLike[str] | None = None, **options: Any) -> Iterator[Index]:
        """The index that `Index.open` would open with the same arguments."""
        folder = index_place(path or default_index())
        given = {name: value for name, value in options.items() if value is not None}
        key = (folder, *sorted(given.items()))
        with self._lock:
            self._renew()
            identity = _identity(folder)
            if key in self._open and self._open[key].identity != identity:
                self._retire([key])
            if key not in self._open:
                index = Index.open(folder, **given, loaded=self.models)
                self._open[key] = _Open(index, identity)
            # The index that was used last stands last.
            held = self._open[key] = self._open.pop(key)
            held.users += 1
        try:
            yield held.index
        finally:
            with self._lock:
                held.users -= 1
                if not held.users and not held.is_current:
                    held.index.close()
                unused = [key for key, other in self._open.items() if not other.users]
                self._retire(unused[: max(0, len(self._open) - MOST_INDEXES)])

    def current_models(self) -> LoadedModels:
        """The models, without those whose files have changed."""
        with self._lock:
            self._renew()
        return self.models

    def clear(self) -> None:
        """Close all indexes and let go of all models, those in use when their users are done."""
        with self._lock:
            self._retire(list(self._open))
            self.models.clear()

    def _renew(self) -> None:
        """Let go of everything after a model's files have changed. The lock is held."""
        if not self.models.are_current:
            self._retire(list(self._open))
            self.models.clear()

    def _retire(self, keys: list[Key]) -> None:
        """Keep these indexes no longer, and close those that nobody uses. The lock is held."""
        for key in keys:
            held = self._open.pop(key)
            held.is_current = False
            if not held.users:
                held.index.close()


def _identity(folder: str) -> Identity:
    """Empty where there is no index; for a store, the files with credentials tell it."""
    if is_url(folder):
        return tuple(_version(path) for path in credential_files(os.environ))
    try:
        found = [os.stat(path) for path in (folder, os.path.join(folder, CATALOGUE))]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple((stat.st_dev, stat.st_ino) for stat in found)


def _version(path: Path) -> tuple[int, int]:
    """The inode and the time of a file; zeros where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_ino, stat.st_mtime_ns
