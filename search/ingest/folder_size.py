"""Tells how much there is to read in a folder, from names and sizes alone."""

from __future__ import annotations

import time
from collections.abc import Callable

from .. import readers
from ..documents import File
from ..results import FolderSize
from .rule_verdicts import WalkRules
from .sources import source_of

TEXT_BYTES_PER_TOKEN = (2.5, 4.0)
"""The fewest and the most bytes of text for each token that is embedded.

Passages overlap and repeat their headings, so there are more tokens than in the text itself.
sample_corpus has 3.7 bytes for each of them, the code in search/query 2.9, and docs 2.6.
"""
CONTAINER_BYTES_PER_TOKEN = (12.0, 120.0)
"""The same of PDF and office files: some hold little but text, others mostly pictures."""

MOST_FILES = 200_000
MOST_SECONDS = 10.0
"""The walk ends at these limits: the folder has more than can be told."""

STEP = 200
"""After so many paths the caller may end the walk."""


def folder_size(path: str, rules: WalkRules, on_step: Callable[[], None]) -> FolderSize:
    """The files below `path` that a run would read. What `on_step` raises ends the walk."""
    files, size, least, most, started = 0, 0, 0.0, 0.0, time.monotonic()
    for number, found in enumerate(source_of(path).walk(path, rules, None)):
        if number % STEP == 0:
            on_step()
            if files >= MOST_FILES or time.monotonic() - started > MOST_SECONDS:
                return FolderSize(files, size, round(least), round(most), whole=False)
        if isinstance(found, File) and readers.readable(found.path) is None:
            files += 1
            size += found.size
            is_text = readers.is_plain_text(found.path)
            fewest, highest = TEXT_BYTES_PER_TOKEN if is_text else CONTAINER_BYTES_PER_TOKEN
            least += found.size / highest
            most += found.size / fewest
    return FolderSize(files, size, round(least), round(most))
