"""The rows of the list of hits: headers of files, their passages, and what is folded away."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from search.results import Hit

from ..grouped import FileGroup

WEAK_FILES = "\0weak"
"""The key of the fold that holds the weak files. No path contains a NUL."""


@dataclass(frozen=True, slots=True)
class Header:
    """The row that names a file; it is no stop of the selection."""

    group: FileGroup


@dataclass(frozen=True, slots=True)
class Passage:
    """The row of a hit, or its rows in the comfortable list."""

    hit: Hit
    group: FileGroup


@dataclass(frozen=True, slots=True)
class Fold:
    """The row that stands for folded hits. `key` is their file's path, or WEAK_FILES.

    `files` counts the files of WEAK_FILES, and is 0 for a fold within a file.
    """

    key: str
    hits: tuple[Hit, ...]
    files: int = 0

    @property
    def hit(self) -> Hit:
        """The best of the folded hits, for which the fold stands while it is selected."""
        return max(self.hits, key=lambda hit: hit.score)


Row = Header | Passage | Fold


def rows_of(groups: Sequence[FileGroup], opened: Collection[str]) -> Iterator[Row]:
    """The rows of the groups; the folds whose keys are in `opened` are open.

    Weak files come last, in a fold of their own.
    """
    for group in groups:
        if not group.weak:
            yield from _rows_of_file(group, opened)
    weak = [group for group in groups if group.weak]
    if WEAK_FILES in opened:
        for group in weak:
            yield from _rows_of_file(group, opened)
    elif weak:
        hits = tuple(hit for group in weak for hit in (*group.hits, *group.folded))
        yield Fold(WEAK_FILES, hits, len(weak))


def fold_of(groups: Sequence[FileGroup], hit: Hit) -> tuple[str, ...]:
    """The keys of the folds that have to be open for the hit to have a row."""
    for group in groups:
        folded = any(other is hit for other in group.folded)
        if folded or any(other is hit for other in group.hits):
            return (WEAK_FILES,) * group.weak + (group.path,) * folded
    return ()


def hits_at(row: Row) -> tuple[Hit, ...]:
    """The hits for which a row stands; none for a header."""
    if isinstance(row, Fold):
        return row.hits
    return (row.hit,) if isinstance(row, Passage) else ()


def _rows_of_file(group: FileGroup, opened: Collection[str]) -> Iterator[Row]:
    yield Header(group)
    for hit in group.hits:
        yield Passage(hit, group)
    if group.path in opened:
        for hit in group.folded:
            yield Passage(hit, group)
    elif group.folded:
        yield Fold(group.path, group.folded)
