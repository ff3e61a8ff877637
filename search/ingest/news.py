"""Tells which reports of a watch say something new."""

from __future__ import annotations

from ..results import IngestReport


class News:
    """Remembers the problems of earlier reports, so that each problem is told once."""

    def __init__(self) -> None:
        self._known_problems: frozenset[object] = frozenset()

    def is_in(self, report: IngestReport) -> bool:
        """True where documents came, changed or went, or where the report has a new problem."""
        problems = frozenset((*report.failed, *report.skipped, *report.warnings))
        changed = bool(
            report.added or report.changed or report.copied or report.removed or report.completed
        )
        is_new = changed or bool(problems - self._known_problems)
        # A problem that a change mended and that comes back later is told again.
        self._known_problems = problems if changed else self._known_problems | problems
        return is_new
