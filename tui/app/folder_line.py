"""Says how much there is to read in a folder, and how long that takes."""

from __future__ import annotations

from search.results import FolderSize
from search.wording import counted

from ..models_text import size_text

MOMENT_SECONDS = 30.0
"""A reading that takes less is called a moment: the estimate is rough."""
LONG_MINUTES = 90
"""More minutes are told in hours."""


def size_line(size: FolderSize, seconds: float | None) -> str:
    """How much there is to read, and how long that takes; None until that is known.

    >>> size_line(FolderSize(1240, 31_000_000, 9_000_000), 300.0)
    '1,240 files, 31 MB: about 5 min. You can search while they are read.'
    """
    if not size.files and size.whole:
        return "No file that can be read is in it."
    more = "" if size.whole else "more than "
    what = f"{more}{counted(size.files, 'file')}, {size_text(size.size_bytes)}"
    if seconds is None:
        time = "."
    elif seconds < MOMENT_SECONDS and size.whole:
        time = ": less than half a minute."
    else:
        time = f": {more or 'about '}{_span(seconds)}. You can search while they are read."
    return what[:1].upper() + what[1:] + time


def _span(seconds: float) -> str:
    minutes = max(round(seconds / 60), 1)
    return f"{minutes} min" if minutes < LONG_MINUTES else counted(round(minutes / 60), "hour")
