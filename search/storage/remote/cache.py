"""The folder of this machine that keeps what was fetched from object stores, up to a limit."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...config import CACHE_SIZE
from ...errors import IndexFailure, StorageFull
from ...private_files import make_private_folder
from ..disk_use import file_bytes, folder_bytes

IN_USE = 600.0
"""A snapshot that was used in these seconds stays: another process may be reading it."""

LEFT_BEHIND = 86_400.0
"""The folder of a writer that was killed goes after so many seconds."""

_WORK = "work-"
_NEW = "new-"
_FILES = "files"
_TABLES = "tables"


@contextmanager
def cache_errors() -> Iterator[None]:
    """A context for work with the cache. Raises StorageFull and IndexFailure for an OSError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(
                f"the disk has no room left for the cache: {error}",
                "free some space, then run the command again",
            ) from error
        raise IndexFailure(
            f"the cache of this machine cannot be used: {error}", "check the folder's permissions"
        ) from error


class Cache:
    """The snapshots of one index, each in a folder named by its key, below `home`.

    All indexes of all stores together take `limit` bytes; a larger one is kept alone.

    A file of a snapshot is kept once under its digest, and each snapshot has a link to it. Other
    processes may use the same folder.
    """

    def __init__(self, home: Path, url: str, limit: int = CACHE_SIZE) -> None:
        self.limit = limit
        self._home = home
        self._folder = home / hashlib.sha256(url.encode()).hexdigest()[:24]

    @property
    def tables(self) -> Path:
        """The folder for copies of the tables."""
        return self._folder / _TABLES

    def find(self, key: str) -> Path | None:
        """The folder of a snapshot, which counts as used now; None where it is not here."""
        folder = self._folder / key
        try:
            os.utime(folder)
        except FileNotFoundError:
            return None
        return folder

    @contextmanager
    def adding(self, key: str) -> Iterator[Path]:
        """A new folder to be filled; afterwards it is the snapshot's, and old ones may go."""
        new = self._new_folder(_NEW)
        try:
            yield new
            with suppress(OSError):
                # Another process may have fetched the same snapshot meanwhile.
                new.rename(self._folder / key)
        finally:
            shutil.rmtree(new, ignore_errors=True)
        self._trim(self._folder / key)

    def file(self, digest: str) -> Path:
        """Where the file with these contents is kept, or is to be put."""
        folder = self._folder / _FILES
        make_private_folder(folder)
        return folder / digest

    def work_folder(self) -> Path:
        """A new folder for a writer, who removes it."""
        return self._new_folder(_WORK)

    def _new_folder(self, kind: str) -> Path:
        """A new folder. Those of its kind that a killed process left behind go."""
        for folder in self._folder.glob(f"{kind}*"):
            if time.time() - _used_at(folder) > LEFT_BEHIND:
                shutil.rmtree(folder, ignore_errors=True)
        folder = self._folder / f"{kind}{uuid.uuid4().hex}"
        make_private_folder(folder)
        return folder

    def _trim(self, used: Path) -> None:
        """Remove snapshots that were not used for a while, and then files that none has any more.

        The newest snapshot of an index that is used goes last.
        """
        folders = sorted(filter(_may_go, self._home.glob("*/*")), key=_used_at)
        total = sum(file_bytes(path) for path in self._home.glob(f"*/{_FILES}/*"))
        total += sum(map(folder_bytes, self._home.glob(f"*/{_TABLES}")))
        now = time.time()
        for path in folders:
            if path == used or now - _used_at(path) < IN_USE:
                continue
            if path.name == _TABLES and total > self.limit:
                total -= folder_bytes(path)
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != _TABLES and (path.parent == used.parent or total > self.limit):
                shutil.rmtree(path, ignore_errors=True)
                total -= self._remove_unused(path.parent / _FILES)

    def _remove_unused(self, files: Path) -> int:
        """Remove the files that no snapshot links to any more; the bytes that they had."""
        freed = 0
        for path in files.glob("*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                if status.st_nlink == 1 and time.time() - status.st_mtime > IN_USE:
                    path.unlink()
                    freed += status.st_size
        return freed


def _may_go(path: Path) -> bool:
    """True for a snapshot, and for the copies of an index's tables."""
    return path.name != _FILES and not path.name.startswith((_WORK, _NEW))


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
