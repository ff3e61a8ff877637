"""Which reports of a watch are worth telling."""

from __future__ import annotations

from ..results import IngestReport


class News:
    """Tells which of many reports say anything that was not said before."""

    def __init__(self) -> None:
        self._known: frozenset[object] = frozenset()

    def is_in(self, report: IngestReport) -> bool:
        """True where documents came, changed or went, or a problem is a new one."""
        problems = frozenset((*report.failed, *report.skipped, *report.warnings))
        changed = bool(report.added or report.changed or report.copied or report.removed)
        fresh = changed or bool(problems - self._known)
        self._known = problems if changed else self._known | problems
        return fresh
