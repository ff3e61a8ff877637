"""The line about a running ingest on the search screen, and the sentence about one that ended."""

from __future__ import annotations

import os
from collections.abc import Sequence

from search.results import IngestReport, Progress
from search.wording import counted

from ..progress import duration
from ..remedies import left_out_line
from ..run_counts import counts_text, kept_counts
from ..terminal import printable
from .bars import bar
from .pieces import cut_start

BAR_CELLS = 24
LEAST_BAR = 8
"""A bar of fewer cells says little, and is left out."""
VERBS = {"": "Reading", "words": "Reading", "vectors": "Embedding"}
"""What a run does in each stage, as the beginning of the line."""


def what_is_read(paths: Sequence[str]) -> str:
    """What a run reads, in few words.

    >>> what_is_read(["/a", "/b"]), what_is_read([])
    ('2 folders', 'what changed')
    """
    if len(paths) != 1:
        return counted(len(paths), "folder") if paths else "what changed"
    return printable(short_path(paths[0]), one_line=True)


def short_path(path: str) -> str:
    """The path with `~` for the home folder."""
    home = os.path.expanduser("~").rstrip("/")
    return "~" + path[len(home) :] if home and f"{path}/".startswith(f"{home}/") else path


def reading_line(what: str, progress: Progress | None, width: int, plain: bool) -> str:
    """The state of a run in one line of about `width` cells.

    `progress` is None before anything is known of the run.
    """
    lead = f"{VERBS[progress.stage] if progress else 'Reading'} {cut_start(what, width // 3)}"
    if progress is None:
        return f"{lead} …"
    left = progress.seconds_left
    parts = [f"{progress.files_done:,} of {counted(progress.files_total, 'file')}"]
    parts += [] if left is None else [f"{duration(left)} left"]
    if plain:
        return f"{lead}: {', '.join(parts)}. F2: details"
    end = " · ".join([*parts, "F2"])
    room = min(width - len(lead) - len(end) - 4, BAR_CELLS)
    share = progress.bytes_done / max(progress.bytes_total, 1)
    return f"{lead}  {bar(share, room, '░')}  {end}" if room >= LEAST_BAR else f"{lead} · {end}"


def outcome(report: IngestReport | None) -> str:
    """What a run did, in one line; None if it was stopped or failed."""
    if report is None:
        return "Not finished; what was stored is kept, r goes on."
    summary = counts_text((*kept_counts(report), (len(report.failed), "failed")))
    told = [warning for warning in report.warnings if warning not in report.left_out.warnings]
    left_out = [line] if (line := left_out_line(report.left_out)) else []
    return ". ".join([f"Documents: {summary}; {duration(report.seconds)}", *told, *left_out])
