"""The index at a glance, from the catalogue alone."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from .catalog import Catalog
from .documents import Reason, Skip
from .entries import Entry, Root, State
from .index_models import Change, change_of, recorded, reranker_of
from .lock import holder
from .results import RootStatus, Status


def overview(catalog: Catalog, folder: str) -> Status:
    """Counts, roots and health of the index in `folder`."""
    entries = list(catalog.entries())
    stored = [entry for entry in entries if entry.passages]
    roots = tuple(_root_status(root, stored) for root in catalog.roots())
    models = recorded(catalog)
    pending = sum(1 for entry in entries if entry.state is State.PENDING)
    reasons = Counter(entry.reason for entry in entries if entry.reason is not None)
    over: Counter[Reason] = Counter()
    for root in catalog.roots():
        over.update(dict(root.passed_over))
    return Status(
        index=folder,
        model=models.name if models else "",
        dimensions=models.dimensions if models else 0,
        roots=roots,
        documents=len(stored),
        passages=sum(entry.passages for entry in stored),
        tokens=sum(entry.tokens for entry in stored),
        pending=pending,
        size_bytes=sum(map(_size, Path(folder).rglob("*"))),
        kinds=_counts(entry.kind for entry in stored),
        skipped=_counts((reasons + over).elements(), failed=False),
        failed=_counts((reasons + over).elements(), failed=True),
        health=_health(pending, change_of(catalog), roots, holder(folder)),
        models=replace(models, reranker=reranker_of(models)) if models else None,
    )


def skips_of(catalog: Catalog) -> tuple[Skip, ...]:
    """The files that a run tried to read and that gave no document, by path."""
    return tuple(
        Skip(entry.file.path, entry.reason, entry.message) for entry in catalog.entries() if entry.reason is not None
    )


def _root_status(root: Root, stored: list[Entry]) -> RootStatus:
    mine = [entry.passages for entry in stored if entry.file.root == root.path]
    moment = datetime.fromtimestamp(root.ingested_ns // 10**9, UTC)
    ingested = moment.strftime("%Y-%m-%dT%H:%M:%SZ") if root.ingested_ns else None
    return RootStatus(root.path, len(mine), sum(mine), ingested, os.path.lexists(root.path))


def _health(pending: int, change: Change | None, roots: Iterable[RootStatus], writer: int | None) -> str:
    if writer is not None:
        return f"process {writer} is writing to it now"
    if pending:
        return f"{pending} documents are half done after an interrupted run; go on with: docsearch ingest"
    if change is not None:
        return f"its change to {change.models.name} was interrupted; go on with: docsearch ingest --reembed"
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
