"""Tells how much there is to read in a folder, from names and sizes alone."""

from __future__ import annotations

import time
from collections.abc import Callable

from .. import readers
from ..documents import File
from ..results import FolderSize
from .large_files import BYTES_PER_TOKEN
from .walker import WalkRules, walk

CONTAINER_BYTES_PER_TOKEN = 40
"""A rough guess: PDF and office files hold much besides their text."""

MOST_FILES = 200_000
MOST_SECONDS = 10.0
"""The walk ends at these limits: the folder has more than can be told."""

STEP = 200
"""After so many paths the caller may end the walk."""


def folder_size(path: str, rules: WalkRules, on_step: Callable[[], None]) -> FolderSize:
    """The files below `path` that a run would read. What `on_step` raises ends the walk."""
    files, size, tokens, started = 0, 0, 0, time.monotonic()
    for number, found in enumerate(walk(path, rules)):
        if number % STEP == 0:
            on_step()
            if files >= MOST_FILES or time.monotonic() - started > MOST_SECONDS:
                return FolderSize(files, size, tokens, whole=False)
        if isinstance(found, File) and readers.readable(found.path) is None:
            files += 1
            size += found.size
            tokens += found.size // (
                BYTES_PER_TOKEN if readers.is_plain_text(found.path) else CONTAINER_BYTES_PER_TOKEN
            )
    return FolderSize(files, size, tokens)
