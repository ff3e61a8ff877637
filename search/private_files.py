"""Files and folders that only their owner may read.

An index holds the text of files that other users of the machine may not be allowed to read, so it
must not be readable where they are not, whatever the umask.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private_folder(folder: Path) -> None:
    """Make the folder, and those above it that are missing, for their owner alone.

    A folder that is there already keeps its mode. Raises OSError.
    """
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir(mode=FOLDER_MODE, exist_ok=True)
        path.chmod(FOLDER_MODE)


def make_private_file(file: Path) -> None:
    """Make an empty file for its owner alone; a file that is there already stays as it is.

    Raises OSError.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    os.close(descriptor)


def replace_private_file(file: Path, text: str) -> None:
    """Put a file with this text, for its owner alone, in the place of `file`.

    Its folder is made where it is missing. What UTF-8 cannot hold becomes a question mark. Raises
    OSError.
    """
    make_private_folder(file.parent)
    new = file.with_name(f"{file.name}.new")
    make_private_file(new)
    new.write_text(text, encoding="utf-8", errors="replace")
    os.replace(new, file)


def is_private(path: str | os.PathLike[str]) -> bool:
    """True where nobody but its owner may use the path, so also for all that lies in a folder.

    Raises OSError.
    """
    return not os.stat(path).st_mode & _OTHERS


def keep_private(descriptor: int) -> None:
    """Take the rights of others from an open file or folder.

    A file system that knows no rights refuses; `is_private` then stays False for the folder.
    """
    mode = os.fstat(descriptor).st_mode
    if mode & _OTHERS:
        try:
            os.fchmod(descriptor, stat.S_IMODE(mode) & ~_OTHERS)
        except PermissionError:
            return


def make_tree_private(folder: Path) -> None:
    """Take the rights of others from the folder and everything in it; links are not followed."""
    for path, folders, files in os.walk(folder, topdown=False):
        for name in [*files, *folders]:
            _make_private(os.path.join(path, name))
    _make_private(os.fspath(folder))


def _make_private(path: str) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        # A reader has just removed a file of its own, such as SQLite's -shm file.
        return
    try:
        keep_private(descriptor)
    finally:
        os.close(descriptor)
