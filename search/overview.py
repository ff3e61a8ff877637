"""The index at a glance and the verdict on one path, from the catalogue alone."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import readers
from .catalog import Catalog
from .documents import File, Reason, Skip
from .entries import Entry, Root, State
from .lock import holder
from .paths import within
from .plan import is_unchanged, rules_of
from .profiles import PROFILES
from .results import IndexModels, RootStatus, Status, Verdict
from .walker import file_at, why


def overview(catalog: Catalog, folder: str) -> Status:
    """Counts, roots and health of the index in `folder`."""
    entries = list(catalog.entries())
    stored = [entry for entry in entries if entry.passages]
    roots = tuple(_root_status(root, stored) for root in catalog.roots())
    model = catalog.setting("model") or {"name": "", "dimensions": 0}
    pending = sum(1 for entry in entries if entry.state is State.PENDING)
    reasons = Counter(entry.reason for entry in entries if entry.reason is not None)
    over: Counter[Reason] = Counter()
    for root in catalog.roots():
        over.update(dict(root.passed_over))
    return Status(
        index=folder,
        model=model["name"],
        dimensions=model["dimensions"],
        roots=roots,
        documents=len(stored),
        passages=sum(entry.passages for entry in stored),
        tokens=sum(entry.tokens for entry in stored),
        pending=pending,
        size_bytes=sum(map(_size, Path(folder).rglob("*"))),
        kinds=_counts(entry.kind for entry in stored),
        skipped=_counts((reasons + over).elements(), failed=False),
        failed=_counts((reasons + over).elements(), failed=True),
        health=_health(pending, roots, holder(folder)),
        models=_models(catalog, model) if model["name"] else None,
    )


def _models(catalog: Catalog, model: dict[str, Any]) -> IndexModels:
    profile = PROFILES[catalog.setting("profile", "starter")]
    names = (profile.name, profile.embedder, profile.reranker, model["name"], model["revision"])
    return IndexModels(*names, model["dimensions"], "", "", 0, 0, 0)


def skips_of(catalog: Catalog) -> tuple[Skip, ...]:
    """The files that a run tried to read and that gave no document, by path."""
    return tuple(
        Skip(entry.file.path, entry.reason, entry.message) for entry in catalog.entries() if entry.reason is not None
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


def _root_status(root: Root, stored: list[Entry]) -> RootStatus:
    mine = [entry.passages for entry in stored if entry.file.root == root.path]
    moment = datetime.fromtimestamp(root.ingested_ns // 10**9, UTC)
    ingested = moment.strftime("%Y-%m-%dT%H:%M:%SZ") if root.ingested_ns else None
    return RootStatus(root.path, len(mine), sum(mine), ingested, os.path.lexists(root.path))


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


def _counts(names: Iterable[str], failed: bool | None = None) -> tuple[tuple[str, int], ...]:
    wanted = (name for name in names if failed is None or (isinstance(name, Reason) and name.failed is failed))
    return tuple(sorted(Counter(map(str, wanted)).items()))
