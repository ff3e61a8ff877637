"""Puts together what a run did, from its plans and its tally."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable

from ..documents import File
from ..paths import within
from ..readers.left_out import told_in, total
from ..results import IngestReport, LargeFile, LeftOutTotal, NothingRead
from ..storage.catalog import Catalog
from .plan import Plan
from .tally import Tally


def report_of(
    catalog: Catalog,
    plans: list[Plan],
    tally: Tally,
    walked: Iterable[File],
    large: tuple[LargeFile, ...],
) -> IngestReport:
    """The report of a run; `walked` are the files to read in the order of the walk."""
    passed_over: Counter[str] = Counter()
    for plan in plans:
        passed_over.update(dict(plan.passed_over))
    # Files are reported in the order of the walk, whatever the order of the reading was.
    place = {path: number for number, path in enumerate(file.path for file in walked)}
    failed, skipped = (
        sorted(skips, key=lambda skip: place[skip.path]) for skips in (tally.failed, tally.skipped)
    )
    warnings = sorted(tally.warnings, key=lambda warning: place[warning[0]])
    return IngestReport(
        added=tally.added,
        changed=tally.changed,
        copied=tally.copied,
        unchanged=tally.touched + sum(plan.unchanged for plan in plans),
        removed=tally.removed,
        completed=tally.completed,
        large=large,
        passages=tally.passages,
        tokens=tally.tokens,
        seconds=tally.seconds,
        failed=(*(skip for plan in plans for skip in plan.failed), *failed),
        skipped=(*(skip for plan in plans for skip in plan.skipped), *skipped),
        passed_over=tuple(sorted((str(reason), count) for reason, count in passed_over.items())),
        warnings=(
            *(warning for plan in plans for warning in plan.warnings),
            *(f"{path}: {warning}" for path, warning in warnings),
        ),
        nothing_read=tuple(
            nothing for plan in plans if (nothing := _nothing_read(catalog, plan, tally))
        ),
        left_out=_left_out(warnings),
    )


def _left_out(warnings: list[tuple[str, str]]) -> LeftOutTotal:
    """The sum of what documents leave out; `warnings` are pairs of a path and a warning."""
    told = [(path, warning) for path, warning in warnings if told_in(warning) is not None]
    return LeftOutTotal(
        len({path for path, _ in told}),
        total(warning for _, warning in told),
        frozenset(f"{path}: {warning}" for path, warning in told),
    )


def _nothing_read(catalog: Catalog, plan: Plan, tally: Tally) -> NothingRead | None:
    """What a folder gave instead, where it gave no document; None for any other root.

    Files that failed are reported with their reasons, so that their folder is not told of.
    """
    path = plan.root.path
    failed = [skip for skip in (*plan.failed, *tally.failed) if within(skip.path, path)]
    if not plan.whole or failed or not os.path.isdir(path):
        return None
    skipped = [skip for skip in (*plan.skipped, *tally.skipped) if within(skip.path, path)]
    if any(skip.path == path for skip in skipped):
        return None
    if any(entry.stored for entry in catalog.entries(path)):
        return None
    reasons = Counter(dict(plan.passed_over)) + Counter(skip.reason for skip in skipped)
    return NothingRead(path, tuple(sorted((str(why), count) for why, count in reasons.items())))
