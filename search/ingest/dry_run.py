"""What an ingest run would do, without doing it."""

from __future__ import annotations

from collections import Counter

from ..documents import File
from ..results import DryRun, Planned
from ..storage.catalog import Catalog
from ..storage.entries import EntryState
from .plan import Plan


def dry_run(catalog: Catalog, plans: list[Plan]) -> DryRun:
    """The plans as a list of files."""
    over: Counter[str] = Counter()
    for plan in plans:
        over.update(dict(plan.passed_over))
    return DryRun(
        read=tuple(
            Planned(file.path, file.size, _why(catalog, file, plan.again))
            for plan in plans
            for file in plan.read
        ),
        removed=tuple(entry.file.path for plan in plans for entry in plan.gone if entry.stored),
        unchanged=sum(plan.unchanged for plan in plans),
        failed=tuple(skip for plan in plans for skip in plan.failed),
        skipped=tuple(skip for plan in plans for skip in plan.skipped),
        passed_over=tuple(sorted((str(reason), count) for reason, count in over.items())),
        warnings=tuple(warning for plan in plans for warning in plan.warnings),
    )


def _why(catalog: Catalog, file: File, again: frozenset[str]) -> str:
    entry = catalog.entry(file.path)
    if entry is None:
        return "new"
    if entry.state is EntryState.PENDING:
        return "interrupted"
    return "again" if file.path in again else "changed"
