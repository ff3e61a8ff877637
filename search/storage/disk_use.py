"""The room that files take on a disk, while other processes may be removing some of them."""

from __future__ import annotations

import os
from pathlib import Path


def file_bytes(path: str | os.PathLike[str]) -> int:
    """The size of a file; 0 where it has gone."""
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def folder_bytes(folder: Path) -> int:
    """The sizes of all files in a folder and below; what goes meanwhile does not count."""
    # os.walk passes over a folder that has gone, where Path.rglob raises.
    return sum(
        file_bytes(os.path.join(parent, name))
        for parent, _, names in os.walk(folder)
        for name in names
    )
