"""Puts the files of a run in the order in which they are read.

A large file takes the embedder minutes or hours. Small files come before it, so that most
documents can be found soon after a run has begun.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..documents import File

SIZES = (64_000, 1_000_000, 16_000_000)
"""Bytes below which a file is small, of middle size, or large. Others are huge.

At 4 bytes a token, a small file has at most 16,000 tokens: some seconds of work for a small model
on a processor.
"""


def by_priority(files: Iterable[File]) -> list[File]:
    """The smaller sizes first; within one size the file that was changed last, then by path."""
    return sorted(files, key=priority)


def priority(file: File) -> tuple[int, int, str]:
    """The key of that order."""
    return sum(file.size >= size for size in SIZES), -file.mtime_ns, file.path
