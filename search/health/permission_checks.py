"""Checks of what the user may read and write, and of what others may read."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from ..private_files import is_private
from ..results import Check, CheckState

AREA = "permissions"
_PRIVACY = "; on macOS also: System Settings > Privacy & Security > Full Disk Access"


def permission_checks(
    folder: Path | None,
    roots: tuple[str, ...],
    own_folders: tuple[Path, ...],
    platform: str = sys.platform,
) -> Iterator[Check]:
    """The checks of the index folder, of the roots, and of the folders of docsearch's own files.

    `folder` is None for an index in a store.
    """
    if folder is not None and folder.exists():
        yield _writable_check(folder)
    yield from _root_checks(roots, platform)
    yield from _own_checks(own_folders)


def _writable_check(folder: Path) -> Check:
    if os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Check(AREA, "index folder", CheckState.OK, "it may be read and written")
    readable = os.access(folder, os.R_OK | os.X_OK)
    text = f"{folder} may be read but not written" if readable else f"{folder} may not be read"
    state = CheckState.WARNING if readable else CheckState.ERROR
    return Check(AREA, "index folder", state, text, f"run: chmod u+rwx {_quoted(folder)}")


def _root_checks(roots: tuple[str, ...], platform: str) -> Iterator[Check]:
    there = [root for root in roots if os.path.lexists(root)]
    closed = [root for root in there if not _may_read(root)]
    for root in closed:
        right = "u+rX" if os.path.isdir(root) else "u+r"
        advice = f"run: chmod {right} {_quoted(root)}" + _PRIVACY * (platform == "darwin")
        yield Check(AREA, "root", CheckState.WARNING, f"{root} may not be read", advice)
    if there and not closed:
        yield Check(AREA, "roots", CheckState.OK, "all roots that are there may be read")


def _may_read(path: str) -> bool:
    """True where the folder can be listed or the file be read.

    The system's privacy settings show in the attempt only.
    """
    try:
        if os.path.isdir(path):
            with os.scandir(path) as entries:
                next(entries, None)
            return os.access(path, os.X_OK)
        return os.access(path, os.R_OK)
    except PermissionError:
        return False


def _own_checks(folders: tuple[Path, ...]) -> Iterator[Check]:
    open_folders = [folder for folder in folders if folder.exists() and not is_private(folder)]
    for folder in open_folders:
        text = f"other users of this machine may read {folder}"
        yield Check(
            *(AREA, "own files", CheckState.WARNING, text),
            f"run: chmod -R go-rwx {_quoted(folder)}",
        )
    if not open_folders:
        text = "nobody else may read what docsearch remembers"
        yield Check(AREA, "own files", CheckState.OK, text)


def _quoted(path: str | Path) -> str:
    return shlex.quote(os.fspath(path))
