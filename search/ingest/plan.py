"""What a run has to do: a walk of the disk compared with the catalogue, without reading any file's contents."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .. import readers
from ..documents import File, Reason, Skip
from ..paths import mount_of, within
from ..storage.catalog import Catalog
from ..storage.entries import Entry, EntryState, Root
from .ignore import GIT_EXCLUDE, IGNORE_FILES
from .scopes import Scope, outermost
from .walker import WalkRules, walk, why

RACY_NS = 10_000_000
"""A file changed less than 10 ms before it was read may have changed again within the clock's tick, unseen by its times."""

MANY_PATHS = 200
"""So many changes below one root are found faster by a walk of it than one by one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The work on one root: files to read, entries that are gone, skips to report, and what needs nothing.

    `again` are the paths of those to read whatever is known of their contents, as files are read by other rules now.
    """

    root: Root
    read: tuple[File, ...]
    moved_root: tuple[Entry, ...]
    gone: tuple[Entry, ...]
    failed: tuple[Skip, ...]
    skipped: tuple[Skip, ...]
    passed_over: tuple[tuple[Reason, int], ...]
    unchanged: int
    again: frozenset[str]
    warnings: tuple[str, ...]
    whole: bool = True
    """False where only a part of the root was looked at."""


def rules_of(root: Root) -> WalkRules:
    """The walk rules that a root was added with, and what was taken out of it since."""
    return WalkRules(
        (*root.exclude, *root.forgotten),
        root.include,
        root.hidden,
        root.ignore_files,
        root.max_file_size,
    )


def make_plan(
    catalog: Catalog,
    scope: Scope,
    prune: bool,
    recipe_changed: bool = False,
    can_recognise: bool = False,
) -> Plan:
    """Compare what lies in a scope with the catalogue.

    Entries are gone where their file was ruled out, or where its absence is sure: not where nothing at all is found in the root, where a folder
    could not be read, or where the disk that held it is not mounted. `prune` takes it as sure where nothing is found or mounted. `can_recognise`
    tells that text in pictures can be recognised now, as it could not be in this root before.
    """
    root = scope.root
    top = scope.below or root.path
    known = {entry.file.path: entry for entry in catalog.entries(top)}
    read: list[File] = []
    moved: list[Entry] = []
    skips: list[Skip] = []
    failed_before: list[Skip] = []
    skipped_before: list[Skip] = []
    seen: set[str] = set()
    again: set[str] = set()
    unchanged = 0
    for found in walk(root.path, rules_of(root), scope.below):
        # What has been read once stays until it changes, also where its engine is gone.
        skip = (
            found
            if isinstance(found, Skip)
            else None
            if found.path in known
            else readers.readable(found.path)
        )
        if skip is not None:
            skips.append(skip)
            continue
        assert isinstance(found, File)
        seen.add(found.path)
        entry = known.get(found.path)
        if recipe_changed or (can_recognise and entry is not None and _may_be_recognised(entry)):
            again.add(found.path)
        if entry is None or found.path in again or not is_unchanged(entry, found):
            read.append(found)
            continue
        if entry.state is EntryState.COMPLETE:
            unchanged += 1
        elif entry.reason is not None:
            listed = failed_before if entry.reason.failed else skipped_before
            listed.append(Skip(entry.file.path, entry.reason, entry.message))
        if entry.file.root != root.path:
            moved.append(entry)
    missing = [entry for path, entry in known.items() if path not in seen]
    unread = [skip.path for skip in skips if skip.reason is Reason.UNREADABLE]
    gone, warnings = _surely_gone(missing, scope, prune, bool(seen), unread)
    over = Counter(skip.reason for skip in skips if not skip.reason.failed and skip.path != top)
    return Plan(
        root=root,
        read=tuple(read),
        moved_root=tuple(moved),
        gone=tuple(gone),
        failed=(*(skip for skip in skips if skip.reason.failed), *failed_before),
        skipped=(
            *(skip for skip in skips if skip.path == top and not skip.reason.failed),
            *skipped_before,
        ),
        passed_over=tuple(sorted(over.items())),
        unchanged=unchanged,
        again=frozenset(again),
        warnings=tuple(warnings),
        whole=scope.below is None,
    )


def _may_be_recognised(entry: Entry) -> bool:
    """True for a scan without text, and for a PDF of which something is missing, which may be scanned pages."""
    return entry.reason is Reason.NO_TEXT or (entry.kind == "pdf" and bool(entry.message))


def changed_scopes(catalog: Catalog, paths: Iterable[str], left_out: str) -> list[Scope]:
    """The parts of the known roots that changed absolute `paths` mean; nothing below the folder `left_out`.

    A changed ignore file means its folder, many paths of one root all of it. What rules leave out and the index does not hold means nothing, and
    so does a root that is not there.
    """
    roots = [root for root in catalog.roots() if os.path.lexists(root.path)]
    outer = [
        root
        for root in roots
        if not any(root is not other and within(root.path, other.path) for other in roots)
    ]
    scopes: list[Scope] = []
    for root in outer:
        mine = {
            _ruled_by(path) if root.ignore_files else path
            for path in paths
            if within(path, root.path)
        }
        mine = {path for path in mine if not within(path, left_out)}
        if len(mine) > MANY_PATHS or any(
            not within(path, root.path) or path == root.path for path in mine
        ):
            scopes.append(Scope(root))
            continue
        kept = [path for path in outermost(sorted(mine)) if _matters(catalog, path, root)]
        scopes += [Scope(root, path) for path in kept]
    return scopes


def _ruled_by(path: str) -> str:
    """The folder whose files a path's contents rule, or the path itself."""
    if path.endswith(f"/{GIT_EXCLUDE}"):
        return path.removesuffix(f"/{GIT_EXCLUDE}") or "/"
    folder, name = os.path.split(path)
    return folder if name in (*IGNORE_FILES, ".git") else path


def _matters(catalog: Catalog, path: str, root: Root) -> bool:
    if catalog.holds(path):
        return True
    return (
        os.path.lexists(path)
        and readers.readable(path) is None
        and why(path, root.path, rules_of(root)) is None
    )


def is_unchanged(entry: Entry, file: File) -> bool:
    """True where size, times and inode say that the file is the one that was read, and its reading was completed."""
    old = entry.file
    same = (old.size, old.mtime_ns, old.ctime_ns, old.inode) == (
        file.size,
        file.mtime_ns,
        file.ctime_ns,
        file.inode,
    )
    # A time in the future, as of a wrong clock, is as settled as one in the past.
    settled = abs(entry.ingested_ns - max(file.mtime_ns, file.ctime_ns)) > RACY_NS
    return same and settled and entry.state is not EntryState.PENDING


def _surely_gone(
    missing: list[Entry], scope: Scope, prune: bool, found_any: bool, unread: list[str]
) -> tuple[list[Entry], list[str]]:
    """Which of the missing entries are gone for sure, and a warning for those that are not."""
    root = scope.root
    here = os.path.isdir(root.path) or os.path.isfile(root.path)
    mounted = here and mount_of(root.path) == root.mount
    gone: list[Entry] = []
    hidden: list[Entry] = []
    absent: list[Entry] = []
    for entry in missing:
        path = entry.file.path
        if any(within(path, folder) for folder in unread):
            hidden.append(entry)
        elif os.path.lexists(path):
            gone.append(entry)
        elif here and entry.file.mounted and mount_of(_nearest(path)) == root.mount:
            hidden.append(entry)
        else:
            absent.append(entry)
    sure = mounted and (found_any or scope.below is not None)
    if prune or sure:
        return [*gone, *absent], _kept(hidden, "could not be looked for and stay in the index")
    why = (
        "is not there"
        if not here
        else "is on a disk that is not mounted"
        if not mounted
        else "holds nothing to read now"
    )
    warning = f"{root.path} {why}; its {len(absent)} documents stay in the index (use --prune to forget them)"
    return gone, [
        *([warning] if absent else []),
        *_kept(hidden, "could not be looked for and stay in the index"),
    ]


def _kept(entries: list[Entry], what: str) -> list[str]:
    return [f"{len(entries)} documents {what}"] if entries else []


def _nearest(path: str) -> str:
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return path
