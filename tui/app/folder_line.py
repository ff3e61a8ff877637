"""Says how much there is to read in a folder, and how long that takes."""

from __future__ import annotations

import math

from search.results import FolderSize
from search.wording import counted

from ..models_text import size_text

MINUTE = 60
HOUR = 3600
LONG_SECONDS = 90 * MINUTE
"""More seconds are told in hours."""


def size_line(size: FolderSize, seconds: tuple[float, float] | None) -> str:
    """How much there is to read, and the fewest and most seconds of it; None until these are known.

    >>> size_line(FolderSize(1240, 31_000_000, 7_750_000, 12_400_000), (130.0, 205.0))
    '1,240 files, 31 MB: about 2 to 4 min. You can search while they are read.'
    """
    if not size.files and size.whole:
        return "No file that can be read is in it."
    more = "" if size.whole else "more than "
    line = f"{more}{counted(size.files, 'file')}, {size_text(size.size_bytes)}"
    line = line[:1].upper() + line[1:]
    if seconds is None:
        return f"{line}."
    least, most = seconds
    if not size.whole:
        # Nothing is known of the rest of the folder, so the time has no upper end.
        return f"{line}: {_more_than(least)}. You can search while they are read."
    if most <= MINUTE:
        return f"{line}: less than a minute."
    return f"{line}: {_between(least, most)}. You can search while they are read."


def _more_than(least: float) -> str:
    if least < MINUTE:
        return "a minute or more"
    if least < LONG_SECONDS:
        return f"more than {int(least / MINUTE)} min"
    return f"more than {counted(int(least / HOUR), 'hour')}"


def _between(least: float, most: float) -> str:
    """The span in whole minutes or hours, which the ends are rounded out to."""
    in_hours = most > LONG_SECONDS
    unit = HOUR if in_hours else MINUTE
    low, high = int(least / unit), math.ceil(most / unit)
    end = counted(high, "hour") if in_hours else f"{high} min"
    return f"about {low} to {end}" if low else f"{end} at most"
