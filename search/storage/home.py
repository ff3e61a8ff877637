"""Where an index is kept: in a folder of this machine, or at the URL of an object store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from ..config import CACHE_SIZE
from ..private_files import is_private, make_tree_private
from ..urls import is_url
from .catalog import Catalog
from .disk_use import folder_bytes
from .durability import Durability, remove_table, tables
from .lock import WriterLock, holder
from .table_place import TablePlace
from .vocabulary_file import VocabularyFile


class Home(Protocol):
    """The home of an index. Thread-safe.

    Its catalogue, its vocabularies and the marks of its tables are files of `folder` on this
    machine. The tables may be elsewhere.
    """

    @property
    def name(self) -> str:
        """The folder or the URL, as the user names it."""

    @property
    def folder(self) -> Path:
        """The folder of this machine to read from now, which another one may follow.

        Raises NoIndex where a store has no index yet, and RemoteFailure.
        """

    @property
    def is_remote(self) -> bool:
        """True for an object store."""

    def see_newest(self) -> None:
        """Look for what another process stored at the next call."""

    def look_again(self) -> None:
        """Look for what another process stored at the next call, after a read has failed."""

    def note_query(self, place: TablePlace) -> None:
        """Note that a query was answered from a table, as others may follow."""

    def too_large(self, place: TablePlace) -> int:
        """The bytes of a table that is too large to be brought nearer; 0 for any other."""

    def close(self) -> None:
        """End what goes on in the background."""

    def writing(self, create: bool) -> AbstractContextManager[Catalog]:
        """The catalogue, with the right to write.

        Raises IndexLocked while another process has that right, and NoIndex.
        """

    def holder(self) -> str | None:
        """Who writes now, such as "process 12"; None where nobody does."""

    def place(self, table: str, folder: Path | None = None) -> TablePlace:
        """The place of a table, as the catalogue in `folder` knows it; None: the newest one."""

    def tables(self) -> set[str]:
        """The names of all tables."""

    def remove_table(self, name: str) -> None:
        """Delete a table that the catalogue does not name any more, and its vocabulary."""

    def size(self) -> int:
        """The bytes that the index takes."""

    def has_passages(self, table: str) -> bool:
        """False where the files of the table are missing."""


class LocalHome:
    """A folder of this machine."""

    is_remote = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.folder)

    def see_newest(self) -> None:
        """Nothing: a folder is read as it is now."""

    def look_again(self) -> None:
        """Nothing: a folder is read as it is now."""

    def note_query(self, place: TablePlace) -> None:
        """Nothing: a table in a folder need not be brought nearer."""

    def too_large(self, place: TablePlace) -> int:
        """0: a table in a folder need not be brought nearer."""
        return 0

    def close(self) -> None:
        """Nothing: nothing goes on in the background."""

    @contextmanager
    def writing(self, create: bool) -> Iterator[Catalog]:
        """The catalogue, under the writer lock."""
        with (
            Catalog.open(self.folder, create=create, write=True) as catalog,
            WriterLock(self.folder),
        ):
            if not is_private(self.folder):
                make_tree_private(self.folder)
            yield catalog

    def holder(self) -> str | None:
        """The process that holds the writer lock."""
        number = holder(self.folder)
        return None if number is None else f"process {number}"

    def place(self, table: str, folder: Path | None = None) -> TablePlace:
        """The table's folder."""
        return Durability(self.folder, table)

    def tables(self) -> set[str]:
        """The names of the tables in the folder."""
        return tables(self.folder)

    def remove_table(self, name: str) -> None:
        """Delete the table's folder, its mark and its vocabulary."""
        VocabularyFile(self.folder, name).remove()
        remove_table(self.folder, name)

    def size(self) -> int:
        """The bytes of all files in the folder."""
        return folder_bytes(self.folder)

    def has_passages(self, table: str) -> bool:
        """Whether the table has files of data."""
        data = self.folder / f"{table}.lance" / "data"
        return data.is_dir() and any(data.iterdir())


def home_at(path: str | os.PathLike[str], cache_size: int = CACHE_SIZE) -> Home:
    """The home of the index at a path or URL; what is fetched of it takes so many bytes here."""
    if is_url(path):
        from .remote.home import RemoteHome

        return RemoteHome.at(str(path), cache_size)
    return LocalHome(Path(path))
