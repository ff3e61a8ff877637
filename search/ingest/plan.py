"""Decides what a run has to do: it compares a walk of the disk with the catalogue.

No file's contents are read for it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from .. import readers
from ..documents import File, Reason, Skip
from ..paths import within
from ..storage.catalog import Catalog
from ..storage.entries import Entry, EntryState, Root, doc_id, due_again
from ..urls import is_url
from ..wording import counted
from .ignore import GIT_EXCLUDE, IGNORE_FILES
from .placeholders import SYSTEM_MARKS, CloudMarks
from .rule_verdicts import WalkRules
from .scopes import Scope, outermost
from .sources import Source, source_of
from .walker import file_at, skip_of

RACY_NS = 10_000_000
"""A file changed less than 10 ms before it was read may have changed again afterwards.

Both changes may lie within one tick of the file system's clock, so its times do not tell.
"""

MANY_PATHS = 200
"""A root with more changed paths is walked as a whole, which is faster than path by path."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The work on one root.

    read: the files to read. reread: the paths among them that are read even where their contents
    are known, because files are read by other rules now. moved_root: entries that belong to this
    root now. gone: entries to forget. failed, skipped: files to report that gave no document.
    passed_over: how many paths the walk left out, by reason. unchanged: the number of documents
    that need nothing. unread: entries of the paths that the walk could not read, to be noted. due:
    entries to be noted as changed, since their files cannot be read now and have to be read later.
    whole: False where only a part of the root was looked at. waiting: the number of documents that
    need nothing but their vectors, since an interrupted run stored their words only. top: the path
    of the folder or file that was looked at.
    """

    root: Root
    read: tuple[File, ...]
    moved_root: tuple[Entry, ...]
    gone: tuple[Entry, ...]
    failed: tuple[Skip, ...]
    skipped: tuple[Skip, ...]
    passed_over: tuple[tuple[Reason, int], ...]
    unchanged: int
    reread: frozenset[str]
    warnings: tuple[str, ...]
    unread: tuple[Entry, ...] = ()
    due: tuple[Entry, ...] = ()
    whole: bool = True
    waiting: int = 0
    top: str = ""


def rules_of(root: Root) -> WalkRules:
    """The walk rules that a root was added with; what was taken out of it since is excluded."""
    return WalkRules(
        (*root.exclude, *root.forgotten),
        root.include,
        root.hidden,
        root.ignore_files,
        root.max_file_size,
        root.fetch_cloud,
    )


def make_plan(
    catalog: Catalog,
    scope: Scope,
    prune: bool,
    versions_changed: bool = False,
    can_recognise: bool = False,
    marks: CloudMarks = SYSTEM_MARKS,
) -> Plan:
    """Compare the files of a scope with the catalogue.

    An entry is gone where a rule leaves its file out, or where the file is surely absent. Absence
    is not sure where nothing at all is found in the root, where a folder could not be read, or
    where the disk that held the file is not mounted. A file that became a cloud placeholder, by its
    `marks`, keeps its entry as it is, whatever would have to be read of it. `prune` takes absence
    as sure where nothing is found or mounted. `versions_changed` tells that readers or passage
    rules are others than at the root's last run, so that every file is read again. `can_recognise`
    tells that text in pictures can be recognised now and could not be at the root's last run.
    """
    root = scope.root
    top = scope.below or root.path
    source = source_of(root.path, marks)
    known = {entry.file.path: entry for entry in catalog.entries(top)}
    read: list[File] = []
    moved: list[Entry] = []
    skips: list[Skip] = []
    failed_before: list[Skip] = []
    skipped_before: list[Skip] = []
    seen: set[str] = set()
    reread: set[str] = set()
    away: set[str] = set()
    due: list[Entry] = []
    unchanged = waiting = 0
    for found in source.walk(root.path, rules_of(root), scope.below):
        if isinstance(found, Skip) and found.reason is Reason.NOT_DOWNLOADED:
            away.add(found.path)
        # A file that was read once stays until it changes, even where its engine is gone.
        skip = found if isinstance(found, Skip) else None
        if found.path not in known and (skip is None or found.path in away):
            skip = readers.readable(found.path) or skip
        if skip is not None and not (found.path in known and found.path in away):
            skips.append(skip)
            continue
        seen.add(found.path)
        # A file is read where it is new or changed, or where reading it gives another document now.
        entry = known.get(found.path)
        if versions_changed or (can_recognise and entry is not None and _may_be_recognised(entry)):
            reread.add(found.path)
        if isinstance(found, Skip):
            assert entry is not None, "only a known placeholder comes here"
            if found.path in reread:
                due.append(due_again(entry))
            if _has_other_contents(entry):
                skips.append(found)
        elif entry is None or found.path in reread or not is_unchanged(entry, found):
            read.append(found)
            continue
        # An unchanged file keeps what the last run made of it.
        if entry.state is EntryState.COMPLETE:
            unchanged += 1
        elif entry.state is EntryState.WORDS and entry.reason is None:
            waiting += 1
        elif entry.reason is not None:
            previous_skips = failed_before if entry.reason.failed else skipped_before
            previous_skips.append(Skip(entry.file.path, entry.reason, entry.message))
        if entry.file.root != root.path:
            moved.append(entry)
    # The catalogue's other entries are gone, or cannot be seen now.
    failed = {skip.path: skip for skip in skips if skip.reason.failed and skip.path not in seen}
    unread = (_as_unread(skip, known.get(path), root) for path, skip in failed.items())
    missing = [entry for path, entry in known.items() if path not in seen and path not in failed]
    gone, warnings = _surely_gone(source, missing, scope, prune, bool(seen), {*failed, *away})
    passed_over = Counter(
        skip.reason for skip in skips if not skip.reason.failed and skip.path != top
    )
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
        passed_over=tuple(sorted(passed_over.items())),
        unchanged=unchanged,
        reread=frozenset(reread),
        warnings=tuple(warnings),
        unread=tuple(entry for entry in unread if entry is not None),
        due=tuple(due),
        waiting=waiting,
        top=top,
        whole=scope.below is None,
    )


def _as_unread(skip: Skip, entry: Entry | None, root: Root) -> Entry | None:
    """The entry of a path that could not be read, which keeps the passages that it has.

    None where an interrupted run left the path half done: its entry says that already.
    """
    if entry is not None and entry.state is EntryState.PENDING:
        return None
    entry = entry or Entry(File(skip.path, root.path, 0, 0, 0, 0), doc_id(skip.path))
    return replace(
        entry,
        file=replace(entry.file, root=root.path),
        # The passages that it has may still wait for their vectors.
        state=EntryState.WORDS if entry.state is EntryState.WORDS else EntryState.FAILED,
        reason=skip.reason,
        message=skip.message,
    )


def _has_other_contents(entry: Entry) -> bool:
    """True where a known file that is a placeholder now was changed in the cloud since.

    A stub has another name, and does not tell.
    """
    file = file_at(entry.file.path)
    if file is None:
        return False
    return (entry.file.size, entry.file.mtime_ns) != (file.size, file.mtime_ns)


def _may_be_recognised(entry: Entry) -> bool:
    """True for a picture or scan without text, and for a PDF of which something is missing.

    What is missing of the PDF may be scanned pages.
    """
    return entry.reason is Reason.NO_TEXT or (entry.kind == "pdf" and bool(entry.message))


def changed_scopes(
    catalog: Catalog, paths: Iterable[str], left_out: str, marks: CloudMarks = SYSTEM_MARKS
) -> list[Scope]:
    """The parts of the known roots to refresh when the absolute `paths` have changed.

    A changed ignore file means its folder, and more than MANY_PATHS paths of a root mean all of
    it. A path means nothing where it lies below the folder `left_out`, where its root is not
    there, or where the rules leave it out and the index does not hold it.
    """
    # No store tells of changes.
    roots = [
        root for root in catalog.roots() if not is_url(root.path) and os.path.lexists(root.path)
    ]
    outer_roots = [
        root
        for root in roots
        if not any(root is not other and within(root.path, other.path) for other in roots)
    ]
    scopes: list[Scope] = []
    for root in outer_roots:
        changed = {
            _ruled_by(path) if root.ignore_files else path
            for path in paths
            if within(path, root.path)
        }
        changed = {path for path in changed if not within(path, left_out)}
        if len(changed) > MANY_PATHS or any(
            not within(path, root.path) or path == root.path for path in changed
        ):
            scopes.append(Scope(root))
            continue
        tops = [path for path in outermost(sorted(changed)) if _matters(catalog, path, root, marks)]
        scopes += [Scope(root, path) for path in tops]
    return scopes


def _ruled_by(path: str) -> str:
    """The folder that an ignore file at `path` has rules for; any other path itself."""
    if path.endswith(f"/{GIT_EXCLUDE}"):
        return path.removesuffix(f"/{GIT_EXCLUDE}") or "/"
    folder, name = os.path.split(path)
    return folder if name in (*IGNORE_FILES, ".git") else path


def _matters(catalog: Catalog, path: str, root: Root, marks: CloudMarks) -> bool:
    """True where the index holds the path, or a run would look at it."""
    if catalog.holds(path):
        return True
    return (
        os.path.lexists(path)
        and readers.readable(path) is None
        and skip_of(path, root.path, rules_of(root), marks) is None
    )


def is_unchanged(entry: Entry, file: File) -> bool:
    """True where a run has finished with the file, and size, time and inode are the same since.

    The time is that of the last change of the contents (mtime). The other one (ctime) also changes
    with permissions, and where a cloud service takes the contents off the disk or brings them back.
    A file that could not be read is tried again by each run.
    """
    old = entry.file
    same = (old.size, old.mtime_ns, old.inode) == (file.size, file.mtime_ns, file.inode)
    # A time in the future, as a wrong clock sets it, is as settled as a time in the past.
    settled = abs(entry.ingested_ns - max(old.mtime_ns, old.ctime_ns)) > RACY_NS
    finished = entry.state is not EntryState.PENDING and entry.reason is not Reason.UNREADABLE
    return same and settled and finished


def _surely_gone(
    source: Source,
    missing: list[Entry],
    scope: Scope,
    prune: bool,
    found_any: bool,
    unread: Collection[str],
) -> tuple[list[Entry], list[str]]:
    """The missing entries that are surely gone, and a warning for those that are not.

    `unread` are the paths that could not be read, or are not on this disk.
    """
    root = scope.root
    present, mounted = source.is_present(root), source.is_mounted(root)
    # Each missing entry is ruled out, cannot be seen now, or is absent.
    gone: list[Entry] = []
    unseen: list[Entry] = []
    absent: list[Entry] = []
    for entry in missing:
        path = entry.file.path
        if _lies_in(path, unread):
            # The folder's own entry stands for the paths in it that were met as unreadable.
            (unseen if entry.stored or entry.reason is not Reason.UNREADABLE else gone).append(
                entry
            )
        elif source.left_by_rules(path):
            gone.append(entry)
        elif present and source.is_on_absent_disk(entry.file, root):
            # The file lay on a disk below the root, which is not mounted now.
            unseen.append(entry)
        else:
            absent.append(entry)
    unseen_warnings = (
        [f"{counted(len(unseen), 'document')} could not be looked for; the index keeps what it has"]
        if unseen
        else []
    )
    # What is absent is gone where the root itself was seen for sure.
    sure = mounted and (found_any or scope.below is not None)
    if prune or sure:
        return [*gone, *absent], unseen_warnings
    state = (
        "is not there"
        if not present
        else "is on a disk that is not mounted"
        if not mounted
        else "holds nothing to read now"
    )
    warning = (
        f"{root.path} {state}; its {counted(len(absent), 'document stays', 'documents stay')} "
        "in the index (use --prune to forget them)"
    )
    return gone, [*([warning] if absent else []), *unseen_warnings]


def _lies_in(path: str, folders: Collection[str]) -> bool:
    """True where the path, or a folder above it, is one of `folders`."""
    while path not in folders:
        if path == os.path.dirname(path):
            return False
        path = os.path.dirname(path)
    return True
