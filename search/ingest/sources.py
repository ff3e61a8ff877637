"""Where files come from: folders of this machine, and object stores.

The path of a file tells which of them it is in: paths that are URLs belong to a store.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Protocol

from ..documents import File, Skip
from ..paths import mount_of, nearest
from ..storage.entries import Root
from ..urls import is_url
from . import file_bytes
from .placeholders import SYSTEM_MARKS, CloudMarks
from .rule_verdicts import WalkRules
from .store_walk import StoreWalk, is_at, object_at, read_object, walk_store
from .walker import file_at, skip_of, walk


class Source(Protocol):
    """Files by their paths."""

    def walk(self, root: str, rules: WalkRules, below: str | None) -> Iterator[File | Skip]:
        """Files and skips under `root`, or only those at and below `below`."""

    def skip_of(self, path: str, root: str, rules: WalkRules) -> Skip | None:
        """Why a walk of `root` leaves a path out; None where it does not."""

    def read(self, file: File) -> bytes:
        """A file's contents. Raises FileNotFoundError and Unreadable."""

    def file_at(self, path: str) -> File | None:
        """The file at a path, as its own root; None where there is none."""

    def is_at(self, path: str) -> bool:
        """Whether there is a file or folder at a path. Raises RemoteFailure."""

    def left_by_rules(self, path: str) -> bool:
        """Whether a file is at a path although the walk, which was whole, did not give it."""

    def is_present(self, root: Root) -> bool:
        """Whether the root is there, once it was walked without a failure."""

    def is_mounted(self, root: Root) -> bool:
        """Whether the root is there and on the disk that it was on."""

    def is_on_absent_disk(self, file: File, root: Root) -> bool:
        """Whether a missing file of a root that is there lay on a disk that is not mounted."""


class LocalSource:
    """Files of this machine; `marks` tells which of them are cloud placeholders."""

    def __init__(self, marks: CloudMarks) -> None:
        self.marks = marks

    def walk(self, root: str, rules: WalkRules, below: str | None) -> Iterator[File | Skip]:
        """Files and skips, depth first."""
        return walk(root, rules, below, self.marks)

    def skip_of(self, path: str, root: str, rules: WalkRules) -> Skip | None:
        """Why the path is left out."""
        return skip_of(path, root, rules, self.marks)

    def read(self, file: File) -> bytes:
        """The file's bytes."""
        return file_bytes.read_bytes(file, self.marks)

    def file_at(self, path: str) -> File | None:
        """The regular file."""
        return file_at(path)

    def is_at(self, path: str) -> bool:
        """Whether anything has the path."""
        return os.path.lexists(path)

    def left_by_rules(self, path: str) -> bool:
        """Whether anything has the path."""
        return os.path.lexists(path)

    def is_present(self, root: Root) -> bool:
        """Whether the root is a folder or a file."""
        return os.path.isdir(root.path) or os.path.isfile(root.path)

    def is_mounted(self, root: Root) -> bool:
        """Whether the root lies under the mount point that it had."""
        return self.is_present(root) and mount_of(root.path) == root.mount

    def is_on_absent_disk(self, file: File, root: Root) -> bool:
        """Whether the root's own disk is in the place of another one."""
        return file.mounted and mount_of(nearest(file.path)) == root.mount


class StoreSource:
    """Objects of a store, by URLs."""

    def walk(self, root: str, rules: WalkRules, below: str | None) -> Iterator[File | Skip]:
        """Files and skips, by name."""
        return walk_store(root, rules, below)

    def skip_of(self, path: str, root: str, rules: WalkRules) -> Skip | None:
        """Why the object is left out."""
        return StoreWalk(root, rules).skip_of(path)

    def read(self, file: File) -> bytes:
        """The object's bytes."""
        return read_object(file)

    def file_at(self, path: str) -> File | None:
        """The object."""
        return object_at(path)

    def is_at(self, path: str) -> bool:
        """Whether there is an object, or a prefix that has any."""
        return is_at(path)

    def left_by_rules(self, path: str) -> bool:
        """False: the listing gives what is there, and nobody asks for each object that is not."""
        return False

    def is_present(self, root: Root) -> bool:
        """True: a store that cannot be listed is a failure of the walk."""
        return True

    def is_mounted(self, root: Root) -> bool:
        """True, since a store is no disk."""
        return True

    def is_on_absent_disk(self, file: File, root: Root) -> bool:
        """False, since a store is no disk."""
        return False


def source_of(path: str, marks: CloudMarks = SYSTEM_MARKS) -> Source:
    """The source that a path belongs to."""
    return StoreSource() if is_url(path) else LocalSource(marks)


def read_bytes(file: File, marks: CloudMarks = SYSTEM_MARKS) -> bytes:
    """A file's contents, as many bytes as the walk saw. Raises FileNotFoundError and Unreadable."""
    return source_of(file.path, marks).read(file)
