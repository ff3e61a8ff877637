"""Recognises a root that was moved to another folder, by what it holds."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable

from ..errors import UsageError
from ..paths import may_be_at, within
from ..storage.catalog import Catalog
from ..storage.entries import Root
from ..urls import is_url

MIN_SHARE = 0.8
"""A folder looks like a missing root where it has this share of its files, at the same places."""


def moved_from(catalog: Catalog, new: str) -> str | None:
    """The missing root that the root `new` looks like; None without one.

    Both are compared by the contents of their files, so `new` must have been ingested.
    """
    for root in catalog.roots():
        if root.path == new or may_be_at(root.path):
            continue
        contents = {
            entry.file.path[len(root.path) :]: entry.content
            for entry in catalog.entries(root.path)
            if entry.content
        }
        same = sum(
            entry.content == contents.get(entry.file.path[len(new) :])
            for entry in catalog.entries(new)
        )
        if contents and same >= MIN_SHARE * len(contents):
            return root.path
    return None


def advice(old: str, new: str) -> str:
    """What to tell of a root that looks like a missing one."""
    command = f"docsearch move {shlex.quote(old)} {shlex.quote(new)}"
    return f"{new} looks like {old}, moved: {command} keeps everything"


def root_to_move(catalog: Catalog, old: str, new: str) -> Root:
    """The known root `old`, checked to be at `new` now.

    Raises UsageError where `old` is no root or is still there, where `new` is missing or lies in
    `old`, and where most files of `old` are not at `new`.
    """
    root = next((root for root in catalog.roots() if root.path == old), None)
    if root is None:
        raise UsageError(f"the index has no folder {old}", "see the folders: docsearch status")
    if is_url(old) or is_url(new):
        raise UsageError(
            "only folders of this machine can be moved within an index",
            "ingest the new place, and forget the old one",
        )
    if os.path.lexists(old):
        hint = f"to take it out of the index: docsearch forget {shlex.quote(old)}"
        raise UsageError(f"{old} is still there, so it was not moved", hint)
    if not os.path.lexists(new):
        raise UsageError(f"{new} does not exist", "name the folder where the files are now")
    if within(new, old):
        raise UsageError(f"{new} lies in {old}", "name the folder where the files are now")
    files = [(entry.file.path, entry.file.size) for entry in catalog.entries(old)]
    if 2 * _count_at(new, old, files) < len(files):
        raise UsageError(
            f"most files of {old} are not in {new}",
            "name the folder where the files are now, or ingest it as a folder of its own",
        )
    return root


def _count_at(new: str, old: str, files: Iterable[tuple[str, int]]) -> int:
    """How many of the files (path, size) below `old` are below `new`, with the same size."""
    count = 0
    for path, size in files:
        try:
            count += os.stat(new + path[len(old) :]).st_size == size
        except OSError:
            # The file is not there, or cannot be looked at: both count as missing.
            continue
    return count
