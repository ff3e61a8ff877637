"""Says what large files will cost, and how to leave them out."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from search.results import LargeFile
from search.wording import counted

from .progress import duration
from .terminal import printable

LISTED = 20


def large_lines(files: Sequence[LargeFile]) -> Iterator[str]:
    """A line for each of the first files, and one for the others."""
    for file in files[:LISTED]:
        name = printable(file.path, one_line=True)
        cost = f"up to about {counted(file.tokens, 'token')}"
        cost += f" or {duration(file.seconds)}" if file.seconds is not None else ""
        pattern = printable(shlex.quote(file.pattern), one_line=True)
        leave_out = f"; to leave it out: --exclude {pattern}" if file.pattern else ""
        yield f"large: {name}: {file.size / 1e6:,.1f} MB, {cost}; it comes last{leave_out}"
    if len(files) > LISTED:
        yield f"large: {len(files) - LISTED:,} more; list them with --dry-run --json"
