"""Opens the catalogue's file, and tells an index folder from any other."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from ..errors import IndexDamaged, NoIndex, NotAnIndex
from ..private_files import make_private_file
from .index_folder import CATALOGUE

# A folder that holds only these may become an index.
_OWN_FILES = frozenset(
    {"writer.lock", CATALOGUE, f"{CATALOGUE}-wal", f"{CATALOGUE}-shm", f"{CATALOGUE}-journal"}
)


def connected(folder: Path, mode: str) -> sqlite3.Connection:
    """A connection to the catalogue in `folder`.

    `mode` is SQLite's: "ro", "rw", or "rwc", which makes the file where it is missing.
    """
    file = folder / CATALOGUE
    if mode == "rwc":
        # SQLite gives its log files the mode of the database.
        make_private_file(file)
    # SQLite cannot make its -shm file in a folder that is not writable. Where there is no log, the
    # catalogue's file holds everything, and `immutable` opens it without a -shm file.
    frozen = mode == "ro" and not os.access(folder, os.W_OK) and not Path(f"{file}-wal").exists()
    uri = f"{file.absolute().as_uri()}?mode={mode}{'&immutable=1' if frozen else ''}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False
    )
    if mode != "ro":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # FULL: if "pending" were lost in a power cut, a document would stay complete although
            # its passages are gone.
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
    return connection


def check_folder(folder: Path, create: bool) -> None:
    """Raise an error unless `folder` holds a catalogue, or may get one because `create` is given.

    Raises NotAnIndex where it holds something else, IndexDamaged where it holds tables without a
    catalogue, and NoIndex where it holds nothing.
    """
    if folder.exists() and not folder.is_dir():
        raise NotAnIndex(f"{folder} is a file, not an index folder", "name a folder with --index")
    names = {child.name for child in folder.iterdir()} if folder.exists() else set()
    if CATALOGUE in names:
        return
    if any(name.startswith("passages") and name.endswith(".lance") for name in names):
        raise IndexDamaged(
            f"the catalogue in {folder} is missing", "delete the index folder and ingest again"
        )
    if names - _OWN_FILES:
        raise NotAnIndex(
            f"{folder} holds other files and is not an index", "name another folder with --index"
        )
    if not create:
        raise NoIndex(f"there is no index in {folder}", "run: docsearch ingest FOLDER")
