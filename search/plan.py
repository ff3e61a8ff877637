"""What a run has to do: a walk of the disk compared with the catalogue, without reading any file's contents."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass

from . import readers
from .catalog import Catalog
from .documents import File, Reason, Skip
from .entries import Entry, Root, State
from .paths import within
from .walker import WalkRules, walk

RACY_NS = 10_000_000
"""A file changed less than 10 ms before it was read may have changed again within the clock's tick, unseen by its times."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The work on one root: files to read, entries that are gone, skips to report, and what needs nothing."""

    root: Root
    read: tuple[File, ...]
    moved_root: tuple[Entry, ...]
    gone: tuple[Entry, ...]
    failed: tuple[Skip, ...]
    skipped: tuple[Skip, ...]
    passed_over: tuple[tuple[Reason, int], ...]
    unchanged: int
    recipe_changed: bool
    warnings: tuple[str, ...]


def rules_of(root: Root) -> WalkRules:
    """The walk rules that a root was added with."""
    return WalkRules(root.exclude, root.include, root.hidden, root.ignore_files, root.max_file_size)


def make_plan(catalog: Catalog, root: Root, below: str | None, prune: bool, recipe_changed: bool) -> Plan:
    """Compare what lies under `root` (or only `below` it) with the catalogue.

    Entries count as gone only where their absence is sure: not when the root or scope is missing or empty, lies under a folder that could not be
    read, or was on a device that is not mounted now; `prune` overrides the missing or empty scope.
    """
    scope = below or root.path
    known = {entry.file.path: entry for entry in catalog.entries() if within(entry.file.path, scope)}
    read: list[File] = []
    moved: list[Entry] = []
    skips: list[Skip] = []
    failed_before: list[Skip] = []
    skipped_before: list[Skip] = []
    seen: set[str] = set()
    unchanged = 0
    for found in walk(root.path, rules_of(root), below):
        skip = found if isinstance(found, Skip) else readers.readable(found.path)
        if skip is not None:
            skips.append(skip)
            continue
        assert isinstance(found, File)
        seen.add(found.path)
        entry = known.get(found.path)
        if entry is None or recipe_changed or not is_unchanged(entry, found):
            read.append(found)
            continue
        if entry.state is State.COMPLETE:
            unchanged += 1
        elif entry.reason is not None:
            listed = failed_before if entry.reason.failed else skipped_before
            listed.append(Skip(entry.file.path, entry.reason, entry.message))
        if entry.file.root != root.path:
            moved.append(entry)
    warnings: list[str] = []
    gone = [entry for path, entry in known.items() if path not in seen]
    if gone and not prune:
        gone, warnings = _surely_gone(gone, root, scope, bool(seen), skips)
    over = Counter(skip.reason for skip in skips)
    return Plan(
        root=root,
        read=tuple(read),
        moved_root=tuple(moved),
        gone=tuple(gone),
        failed=(*(skip for skip in skips if skip.reason.failed), *failed_before),
        skipped=tuple(skipped_before),
        passed_over=tuple(sorted(over.items())),
        unchanged=unchanged,
        recipe_changed=recipe_changed,
        warnings=tuple(warnings),
    )


def is_unchanged(entry: Entry, file: File) -> bool:
    """True where size, times and inode say that the file is the one that was read, and its reading was completed."""
    old = entry.file
    same = (old.size, old.mtime_ns, old.ctime_ns, old.inode) == (file.size, file.mtime_ns, file.ctime_ns, file.inode)
    settled = entry.ingested_ns - max(file.mtime_ns, file.ctime_ns) > RACY_NS
    return same and settled and entry.state is not State.PENDING


def _surely_gone(
    gone: list[Entry], root: Root, scope: str, found_any: bool, skips: list[Skip]
) -> tuple[list[Entry], list[str]]:
    if not found_any and not (scope != root.path and _is_gone_in(scope, root.path)):
        what = "is empty" if os.path.lexists(scope) else "is not there"
        warning = f"{scope} {what}; its {len(gone)} documents stay in the index (use --prune to forget them)"
        return [], [warning]
    unread = [skip.path for skip in skips if skip.reason is Reason.UNREADABLE]
    device = os.stat(root.path).st_dev
    sure = [
        entry
        for entry in gone
        if not any(within(entry.file.path, folder) for folder in unread)
        and not (entry.file.mounted and _nearest_device(entry.file.path) == device)
    ]
    kept = len(gone) - len(sure)
    warnings = [f"{kept} documents could not be looked for and stay in the index"] if kept else []
    return sure, warnings


def _is_gone_in(scope: str, root: str) -> bool:
    """True where a file or folder inside a root was deleted while its folder is still there."""
    return not os.path.lexists(scope) and os.path.isdir(os.path.dirname(scope)) and os.path.isdir(root)


def _nearest_device(path: str) -> int:
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return os.stat(path).st_dev
