"""Values as people type them: dates, sizes, scores, paths and places in documents."""

from __future__ import annotations

import glob
import math
import os
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

AGO = re.compile(r"(\d{1,9})\s*([dwmy])")
DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
TIMES = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
FORMATS = ("%Y-%m-%d", "%Y-%m", "%Y", *TIMES, *(f"{time}%z" for time in TIMES))
UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
PASSAGE_ID = re.compile(r"[0-9a-f]{16}-\d+")
"""The id of a passage, as hits have it."""
WITH_LINE = re.compile(r"(.+):(\d+)", re.DOTALL)
"""A path with a line behind it."""
YEARS = range(1678, 2262)
"""The whole years that nanoseconds since the epoch reach in 64 bits."""


class Date(click.ParamType[int]):
    """The start of a day, month or year, or a moment, as nanoseconds since the epoch.

    It may also be given as a time ago, such as 30d. Times without a zone are local. A time outside
    the range of 64 bits becomes the first or last time in it.
    """

    name = "date"

    def __init__(self, today: datetime | None = None) -> None:
        self.today = today

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Nanoseconds since the epoch. The error of a wrong value lists the forms."""
        if isinstance(value, int):
            return value
        typed = value.strip().lower()
        midnight = (self.today or datetime.now()).replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            if typed in ("today", "yesterday"):
                return _ns(midnight - timedelta(days=typed == "yesterday"))
            if match := AGO.fullmatch(typed):
                return _ns(midnight - timedelta(days=int(match[1]) * DAYS[match[2]]))
        except OverflowError:
            return EARLIEST
        for form in FORMATS:
            try:
                return _ns(datetime.strptime(typed.upper().replace(" ", "T", 1), form))
            except ValueError:
                continue
        forms = "2026-11-02, 2026-11, 2026, 30d, 2w, 6m, 1y, today or yesterday"
        self.fail(f"{value!r} is no date; write it like {forms}", param, ctx)


class Size(click.ParamType[int]):
    """A number of bytes, with K, M or G."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Bytes. The error of a wrong value lists the forms."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?)i?b?", value.strip().lower())
        if not match:
            self.fail(f"{value!r} is no size; write it like 500K, 20M or 1.5G", param, ctx)
        return int(float(match[1]) * UNITS[match[2]])


class Number(click.FloatRange):
    """A number in a range."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number. Fails for a number outside the range, and for NaN."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not in the range {self._describe_range()}", param, ctx)
        return number


class FilePath(click.ParamType[str]):
    """A path that is not empty: an empty path would mean the working folder, which nobody named."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The path as typed. Fails for an empty path."""
        if not value:
            self.fail("the path is empty", param, ctx)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Let the shell complete the path."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


def path_globs(typed: Iterable[str], folder: str) -> tuple[str, ...]:
    """The patterns for a Filter.

    A pattern that begins with a path that exists, seen from `folder`, is made absolute.
    Bare names stay as they are, for they match anywhere. An absolute pattern is given twice, as
    typed and with its links resolved: the index names most files by their resolved path, but files
    behind a link that stays within a root by the path through the link.
    """
    return tuple(pattern for text in typed for pattern in _absolute(text, folder))


def _absolute(typed: str, folder: str) -> tuple[str, ...]:
    pattern = os.path.expanduser(typed)
    if "/" not in pattern and pattern not in (".", ".."):
        return (typed,)
    # The longest beginning that exists is taken literally as a path, even with brackets or stars in
    # its name. The rest has to begin with a wildcard.
    parts = pattern.split("/")
    for count in range(len(parts), 0, -1):
        path = "/".join(parts[:count]) or "/"[: pattern.startswith("/")]
        if path and os.path.lexists(os.path.join(folder, path)):
            break
    else:
        return (typed,)
    rest = "/".join(parts[count:])
    if rest and not glob.has_magic(parts[count]):
        return (typed,)
    whole = os.path.join(folder, path)
    found = map(glob.escape, dict.fromkeys((os.path.abspath(whole), os.path.realpath(whole))))
    return tuple(os.path.join(beginning, rest) if rest else beginning for beginning in found)


def _ns(moment: datetime) -> int:
    """Nanoseconds since the epoch, cut to the range of 64 bits."""
    if moment.year not in YEARS:
        return EARLIEST if moment.year < YEARS.start else LATEST
    return int(moment.timestamp()) * 10**9


EARLIEST, LATEST = -(2**63), 2**63 - 1
DATE = Date()
SIZE = Size()
SCORE = Number(0, 1)
SECONDS = Number(0)
PATH = FilePath()
