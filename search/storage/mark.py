"""What is known to be stored for good of a table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".synced"
"""How the name of a mark's file ends; before it stands the name of the table."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known to be on the disk.

    version: the newest version of the table that was flushed; 0 before the first. trained: the
    number of vectors that the vector index was trained on; 0 without one. healed_to: the version
    that a repair went back to, until the next flush. stale: how many passages were deleted or
    replaced since the vocabulary was made.
    """

    version: int = 0
    trained: int = 0
    healed_to: int | None = None
    stale: int = 0


def mark_file(folder: Path, table: str) -> Path:
    """The file with the mark of a table, in the folder of its index."""
    return folder / f"{table}{SUFFIX}"


def mark_in(file: Path) -> Mark:
    """The mark in a file; where it is missing or broken, nothing counts as stored."""
    try:
        fields = json.loads(file.read_text(encoding="ascii"))
        return Mark(
            int(fields["version"]),
            int(fields["trained"]),
            fields["healed_to"],
            # The mark of an older index lacks it.
            int(fields.get("stale", 0)),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Mark()
