"""Makes a table survive a power cut.

LanceDB never calls fsync, so the table's new files are flushed after each batch. A version of the
table that is torn nevertheless is set aside.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from ..errors import IndexFailure
from ..private_files import keep_private, make_private_file, make_private_folder, make_tree_private
from .lance_errors import lance_errors
from .manifest import NeededFile, needed_files
from .mark import SUFFIX, Mark, mark_file, mark_in
from .retention import RETENTION
from .whole_files import has_a_hole, is_whole

TABLE = "passages"
"""The name of an index's first table; a table that takes its place has a number behind it."""

QUARANTINE = "_quarantine"
_HALF_WRITTEN = ".tmp"
"""Lance writes a file under a name that begins so, and renames it when it is whole."""

_LAST_VERSION = 2**64 - 1


class FileState(NamedTuple):
    """What tells a file of the table from another one that LanceDB puts in its place.

    The inode does not suffice: a file system gives the inode of a deleted file to a new one.
    """

    path: str
    inode: int
    modified_ns: int


class Durability:
    """Flushes and repairs the table `name`.lance in an index folder.

    It is the TablePlace of a table on this machine. The caller is the only writer.
    """

    options: Mapping[str, str] = MappingProxyType({})
    pinned: int | None = None

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.retention = RETENTION
        self._table = folder / f"{name}.lance"
        self._mark = mark_file(folder, name)
        self._flushed: set[FileState] = set()

    @property
    def shown(self) -> str:
        """The folder of the index."""
        return str(self.folder)

    @property
    def uri(self) -> str:
        """The folder of the index."""
        return str(self.folder)

    def mark(self) -> Mark:
        """The mark on the disk; where it is missing or broken, nothing counts as flushed."""
        return mark_in(self._mark)

    def put_mark(self, mark: Mark) -> None:
        """Replace the mark; the new one is on the disk when this returns."""
        new_file = self._mark.with_name(f"{self._mark.name}.new")
        make_private_file(new_file)
        new_file.write_text(json.dumps(asdict(mark)), encoding="ascii")
        _flush(new_file)
        new_file.replace(self._mark)
        _flush(self.folder)

    def begin(self) -> None:
        """Find out which files are on the disk already. The writer calls this before it writes.

        A reader does not: files may go while it looks through their folders. Files that a killed
        writer left are taken from other users, which a flush would have done.
        """
        if self._table.exists():
            make_tree_private(self._table)
        all_flushed = self.mark().version == self.version_on_disk()
        self._flushed = self._current() if all_flushed else set()

    def repair(self, opens_as: Callable[[int], bool]) -> None:
        """Set aside the versions that a power cut tore, and remove their torn files.

        The newest versions go until the last flushed one where any file is torn or missing, and
        then as long as the newest manifest cannot be opened.
        """
        while not self.is_trusted():
            self.set_newest_aside()
        while version := self.version_on_disk():
            if self.is_newest_whole() and opens_as(version):
                break
            self.set_newest_aside()
        self.remove_strays()

    def check_kind(self) -> None:
        """Raise IndexFailure where the file system has no hard links."""
        probe_hard_links(self.folder)

    def take_back(self, table: Any) -> None:
        """Nothing: what a killed writer left is flushed and kept."""

    def committing(self) -> AbstractContextManager[None]:
        """The context of LanceDB's errors."""
        return lance_errors(self.folder)

    def flush(self, mark: Mark, before_cut: bool = False) -> None:
        """Flush the table's files that are new since the last call to the disk, then the mark."""
        current = self._current()
        folders = {self._table}
        for path in {Path(state.path) for state in current - self._flushed}:
            _flush(path)
            folders.update(parent for parent in path.parents if self._table in parent.parents)
        for folder in folders:
            _flush(folder)
        self._flushed = current
        self.put_mark(mark)

    def _current(self) -> set[FileState]:
        return {
            FileState(entry.path, entry.inode(), entry.stat(follow_symlinks=False).st_mtime_ns)
            for entry in _files(self._table)
        }

    def version_on_disk(self) -> int:
        """The newest version that has a manifest, readable or not; 0 where none has."""
        newest = self._newest()
        return _LAST_VERSION - int(newest.stem) if newest else 0

    def version_ages(self) -> list[float]:
        """The seconds since each version of the table was made, newest first."""
        now = time.time()
        # The modification time of a manifest has no daylight saving time, as LanceDB's times have.
        return [now - manifest.stat().st_mtime for manifest in sorted(self._manifests())]

    def is_torn(self) -> bool:
        """True where a file that was written after the last flush was not written to its end.

        An older file was on the disk before the mark was, so a power cut cannot tear it. Whatever
        cuts or fills such a file later gives it a newer time. `torn_files` looks at all files.
        """
        return not all(map(is_whole, self._unflushed()))

    def torn_files(self) -> list[Path]:
        """The manifests and the files of the table that were not written to their ends, in order.

        The end of each file is read.
        """
        return sorted(
            path for entry in _files(self._table) if not is_whole(path := Path(entry.path))
        )

    def _marked_ns(self) -> int:
        """When the mark was written, in nanoseconds since the epoch; 0 without one."""
        try:
            return self._mark.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def is_newest_whole(self) -> bool:
        """True where the newest manifest was written to its end, or there is none.

        LanceDB would open a manifest filled with zeros as an empty table.
        """
        newest = self._newest()
        return newest is None or is_whole(newest)

    def missing_files(self) -> list[Path]:
        """The files of the newest version that are not there, or have another length, in order."""
        newest = self._newest()
        if newest is None or not is_whole(newest):
            return []
        try:
            needed = needed_files(newest.read_bytes())
        except ValueError:
            return [newest]
        return sorted(self._table / file.path for file in needed if not self._is_there(file))

    def _is_there(self, file: NeededFile) -> bool:
        try:
            length = (self._table / file.path).stat().st_size
        except FileNotFoundError:
            return False
        return file.size in (None, length)

    def is_trusted(self) -> bool:
        """True where the newest version was flushed, or is whole although it was not.

        A power cut may take away files of a version that was not flushed, and parts of files. It
        fills the parts with zeros.
        """
        if self.version_on_disk() <= self.mark().version:
            return True
        rows = filter(_is_data, self._unflushed())
        return not (self.is_torn() or self.missing_files() or any(map(has_a_hole, rows)))

    def _unflushed(self) -> Iterator[Path]:
        """The files that were written or changed since the mark was."""
        for entry in _files(self._table):
            status = entry.stat(follow_symlinks=False)
            if max(status.st_mtime_ns, status.st_ctime_ns) >= self._marked_ns():
                yield Path(entry.path)

    def is_damaged(self) -> bool:
        """True where the writer has to repair the table.

        That is so where the newest flushed version is missing, or a file is torn or missing.
        """
        return (
            self.version_on_disk() < self.mark().version
            or self.is_torn()
            or bool(self.missing_files())
        )

    def is_unfinished(self) -> bool:
        """True where a killed writer left a version that was not flushed, or a file half written.

        Opening the table for writing flushes the one and removes the other.
        """
        return self.version_on_disk() != self.mark().version or any(
            entry.name.startswith(_HALF_WRITTEN) for entry in _files(self._table)
        )

    def remove_strays(self) -> None:
        """Delete what a killed writer left: files half written, and torn files of no version.

        After a power cut, the files of a version that never came to be are torn. They would count
        as damage, although nothing reads them.

        A torn manifest of an older version cannot tell which files that version has. So it is moved
        to the quarantine folder, and then so are the torn files, which may be that version's.
        """
        named, torn_manifests = self._named_files()
        if self._newest() in torn_manifests:
            return
        for manifest in torn_manifests:
            self._set_aside(manifest)
        for entry in list(_files(self._table)):
            path = Path(entry.path)
            if entry.name.startswith(_HALF_WRITTEN):
                path.unlink()
            elif not is_whole(path) and not named & {path, path.parent}:
                if torn_manifests:
                    self._set_aside(path)
                else:
                    path.unlink()
        # An index has a folder of its own, which nobody needs when it is empty.
        for folder in (self._table / "_indices").glob("*"):
            if not any(folder.iterdir()):
                folder.rmdir()

    def _named_files(self) -> tuple[set[Path], list[Path]]:
        """The files, and folders of indexes, of all versions; and the manifests that are torn."""
        named, torn = set(), []
        for manifest in (self._table / "_versions").glob("*.manifest"):
            named.add(manifest)
            try:
                if not is_whole(manifest):
                    raise ValueError
                needed = needed_files(manifest.read_bytes())
            except ValueError:
                torn.append(manifest)
            else:
                named |= {self._table / file.path for file in needed}
        return named, torn

    def set_newest_aside(self) -> None:
        """Move the newest manifest to the quarantine folder.

        The table then opens at the version before it.
        """
        newest = self._newest()
        assert newest is not None
        # The mark is written first: after a crash in between, the repair is repeated, and the mark
        # tells of it in any case.
        mark = self.mark()
        version = _LAST_VERSION - int(newest.stem) - 1
        healed_to = version if mark.healed_to is None else min(version, mark.healed_to)
        self.put_mark(replace(mark, version=min(version, mark.version), healed_to=healed_to))
        self._set_aside(newest)

    def _set_aside(self, path: Path) -> None:
        """Move a file of the table to the quarantine folder."""
        quarantine = self.folder / QUARANTINE
        make_private_folder(quarantine)
        _flush(path)
        path.replace(quarantine / path.name)
        _flush(path.parent)

    def _newest(self) -> Path | None:
        return min(self._manifests(), default=None)

    def _manifests(self) -> Iterator[Path]:
        # A manifest's name is 2**64 - 1 - version in 20 digits, so the newest sorts first.
        return (self._table / "_versions").glob("[0-9]*.manifest")


def _is_data(file: Path) -> bool:
    """True for a file of rows. Those of an index may hold many zeros rightly."""
    return file.parent.name == "data"


def tables(folder: Path) -> set[str]:
    """The names of the tables in an index folder."""
    return {path.stem for path in folder.glob(f"{TABLE}*.lance")}


def remove_table(folder: Path, name: str) -> None:
    """Delete a table that no catalogue names any more."""
    for mark in folder.glob(f"{name}{SUFFIX}*"):
        mark.unlink()
    shutil.rmtree(folder / f"{name}.lance")


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    if folder.is_dir():
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(Path(entry.path))
                else:
                    yield entry


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # LanceDB makes its files with the rights that the umask leaves.
        keep_private(descriptor)
        os.fsync(descriptor)
        # On macOS, fsync leaves the bytes in the drive's cache; F_FULLFSYNC empties that cache.
        if hasattr(fcntl, "F_FULLFSYNC") and path.suffix == ".new":
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    finally:
        os.close(descriptor)


def probe_hard_links(folder: Path) -> None:
    """Raise IndexFailure where the file system of `folder` has no hard links.

    LanceDB commits by a hard link. FAT and some network file systems have none.
    """
    first, second = folder / "link-probe", folder / "link-probe-2"
    first.touch()
    try:
        second.unlink(missing_ok=True)
        second.hardlink_to(first)
    except OSError as error:
        raise IndexFailure(
            f"the file system of {folder} has no hard links, which the index needs "
            f"({error.strerror})",
            "keep the index on another disk with --index",
        ) from error
    finally:
        first.unlink()
        second.unlink(missing_ok=True)
