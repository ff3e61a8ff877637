"""Says what an ingest run would do, and does nothing."""

from __future__ import annotations

from collections import Counter

from ..documents import File
from ..results import DryRun, Planned
from ..storage.catalog import Catalog
from ..storage.entries import EntryState
from .large_files import large_files
from .plan import Plan


def dry_run(catalog: Catalog, plans: list[Plan]) -> DryRun:
    """The plans of all roots put together, as lists of files and counts."""
    passed_over: Counter[str] = Counter()
    for plan in plans:
        passed_over.update(dict(plan.passed_over))
    return DryRun(
        read=tuple(
            Planned(file.path, file.size, _cause(catalog, file, plan.reread))
            for plan in plans
            for file in plan.read
        ),
        removed=tuple(entry.file.path for plan in plans for entry in plan.gone if entry.stored),
        unchanged=sum(plan.unchanged for plan in plans),
        failed=tuple(skip for plan in plans for skip in plan.failed),
        skipped=tuple(skip for plan in plans for skip in plan.skipped),
        passed_over=tuple(sorted((str(reason), count) for reason, count in passed_over.items())),
        warnings=tuple(warning for plan in plans for warning in plan.warnings),
        waiting=sum(plan.waiting for plan in plans),
        large=large_files(catalog, (file for plan in plans for file in plan.read)),
    )


def _cause(catalog: Catalog, file: File, reread: frozenset[str]) -> str:
    """Why the file would be read: one of the words of `Planned.why`."""
    entry = catalog.entry(file.path)
    if entry is None:
        return "new"
    if entry.state is EntryState.PENDING:
        return "interrupted"
    return "again" if file.path in reread else "changed"
