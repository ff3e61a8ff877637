"""The counts of what a run did with documents, as the terminal and the app tell them."""

from __future__ import annotations

from collections.abc import Iterable

from search.results import IngestReport

Counts = Iterable[tuple[int, str]]
"""Numbers of documents, each with what was done with them."""


def kept_counts(report: IngestReport) -> tuple[tuple[int, str], ...]:
    """The counts of the documents that a run added, changed, left or removed."""
    return (
        (report.added, "added"),
        (report.changed, "changed"),
        (report.copied, "moved or copied"),
        (report.completed, "given their vectors"),
        (report.removed, "removed"),
        (report.unchanged, "unchanged"),
    )


def counts_text(counts: Counts) -> str:
    """The counts that are not zero, in one line.

    >>> counts_text([(1200, "added"), (0, "changed"), (2, "failed")]), counts_text([])
    ('1,200 added, 2 failed', 'nothing to read was found')
    """
    told = ", ".join(f"{count:,} {label}" for count, label in counts if count)
    return told or "nothing to read was found"
