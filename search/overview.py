"""The index at a glance and the verdict on one path, from the catalogue alone."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from . import readers
from .catalog import Catalog
from .documents import File, Reason
from .entries import Entry, Group, Root, State
from .lock import holder
from .paths import within
from .plan import is_unchanged, rules_of
from .results import RootStatus, Status, Verdict
from .walker import file_at, why


def overview(catalog: Catalog, folder: str) -> Status:
    """Counts, roots and health of the index in `folder`."""
    groups = catalog.groups()
    roots = tuple(_root_status(root, groups) for root in catalog.roots())
    model = catalog.setting("model") or {"name": "", "dimensions": 0}
    pending = sum(group.files for group in groups if group.state is State.PENDING)
    kinds, reasons = Counter[str](), Counter[Reason]()
    for group in groups:
        kinds[group.kind] += group.stored
        if group.reason is not None:
            reasons[group.reason] += group.files
    for root in catalog.roots():
        reasons.update(dict(root.passed_over))
    return Status(
        index=folder,
        model=model["name"],
        dimensions=model["dimensions"],
        roots=roots,
        documents=sum(group.stored for group in groups),
        passages=sum(group.passages for group in groups),
        tokens=sum(group.tokens for group in groups),
        pending=pending,
        size_bytes=sum(map(_size, Path(folder).rglob("*"))),
        kinds=tuple(sorted((+kinds).items())),
        skipped=_sorted(reasons, failed=False),
        failed=_sorted(reasons, failed=True),
        health=_health(pending, roots, holder(folder)),
    )


def judge(catalog: Catalog, folder: str, path: str) -> Verdict:
    """Why the absolute `path` is or is not in the index in `folder`."""
    entry = catalog.entry(path)
    try:
        os.lstat(path)
    except PermissionError:
        stored = entry is not None and entry.passages > 0
        return Verdict(
            path, stored, str(Reason.UNREADABLE), "it lies in a folder that may not be read; check its permissions"
        )
    except OSError:
        pass
    found = file_at(path)
    if entry is not None:
        return _judge_entry(entry, found, holder(folder) is not None)
    if not os.path.lexists(path):
        return Verdict(path, False, "missing", "there is no such file")
    root = next((root for root in catalog.roots() if within(path, root.path)), None)
    if root is None:
        return Verdict(
            path, False, "outside", "it is not under any ingested folder; add it with: docsearch ingest PATH"
        )
    skip = why(path, root.path, rules_of(root))
    if skip is None and found is not None:
        skip = readers.readable(path)
    if skip is not None:
        return Verdict(path, False, str(skip.reason), skip.message)
    if found is None:
        inside = sum(1 for entry in catalog.entries(path) if entry.passages)
        return Verdict(path, inside > 0, "folder", f"{inside} documents below it are in the index")
    return Verdict(path, False, "new", "it has not been read yet; run: docsearch ingest")


def _judge_entry(entry: Entry, found: File | None, running: bool) -> Verdict:
    path, stored = entry.file.path, entry.passages > 0
    if found is None:
        return Verdict(path, stored, "missing", "it was read, but the file is not there now")
    if entry.state is State.PENDING:
        why = "it is being read now" if running else "its reading was interrupted; go on with: docsearch ingest"
        return Verdict(path, False, "pending", why)
    if entry.reason is not None:
        kept = "; its last good version is kept" if stored else ""
        return Verdict(path, stored, str(entry.reason), entry.message + kept)
    if not is_unchanged(entry, found):
        return Verdict(path, stored, "changed", "it is in the index, but has changed since; run: docsearch ingest")
    return Verdict(path, stored, "indexed", f"it is in the index, with {entry.passages} passages")


def _root_status(root: Root, groups: Iterable[Group]) -> RootStatus:
    mine = [group for group in groups if group.root == root.path]
    documents, passages = sum(group.stored for group in mine), sum(group.passages for group in mine)
    moment = datetime.fromtimestamp(root.ingested_ns // 10**9, UTC)
    ingested = moment.strftime("%Y-%m-%dT%H:%M:%SZ") if root.ingested_ns else None
    return RootStatus(root.path, documents, passages, ingested, os.path.lexists(root.path))


def _health(pending: int, roots: Iterable[RootStatus], writer: int | None) -> str:
    if writer is not None:
        return f"process {writer} is writing to it now"
    if pending:
        return f"{pending} documents are half done after an interrupted run; go on with: docsearch ingest"
    missing = [root.path for root in roots if not root.present]
    return (
        f"{missing[0]} is not there now; its documents are kept until: docsearch forget {shlex.quote(missing[0])}"
        if missing
        else "ok"
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:  # a running ingest replaces files
        return 0


def _sorted(reasons: Counter[Reason], failed: bool) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((str(reason), count) for reason, count in reasons.items() if reason.failed is failed))
