"""Copies the documents of the pictures, and gives them ages as those of a user have."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

YOUNGEST_HOURS, GROWTH = 2, 1.25
"""How old the newest document is, and by which factor each is older than the one before."""


def copy_with_ages(source: Path, target: Path) -> None:
    """Copy a folder; which file is how old is the same in each copy."""
    shutil.copytree(source, target)
    files = sorted(path for path in target.rglob("*") if path.is_file())
    random.Random(1).shuffle(files)
    for number, path in enumerate(files):
        modified = time.time() - YOUNGEST_HOURS * 3600 * GROWTH**number
        os.utime(path, (modified, modified))
