"""Values as people type them: dates, sizes, scores and paths."""

from __future__ import annotations

import glob
import math
import os
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import click

AGO = re.compile(r"(\d{1,9})\s*([dwmy])")
DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
TIMES = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
FORMATS = ("%Y-%m-%d", "%Y-%m", "%Y", *TIMES, *(f"{time}%z" for time in TIMES))
UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
YEARS = range(1678, 2262)
"""The whole years that nanoseconds since the epoch reach in 64 bits."""


class Date(click.ParamType[int]):
    """A day, month, year or time, or a time ago, as nanoseconds since the epoch of its start.

    Local where no time zone is given. What lies before or after all times that a file can have is the first or last of them.
    """

    name = "date"

    def __init__(self, today: datetime | None = None) -> None:
        self.today = today

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Nanoseconds since the epoch. Fails with the forms that are understood."""
        if isinstance(value, int):
            return value
        words = value.strip().lower()
        midnight = (self.today or datetime.now()).replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            if words in ("today", "yesterday"):
                return _ns(midnight - timedelta(days=words == "yesterday"))
            if match := AGO.fullmatch(words):
                return _ns(midnight - timedelta(days=int(match[1]) * DAYS[match[2]]))
        except OverflowError:
            return EARLIEST
        for form in FORMATS:
            try:
                return _ns(datetime.strptime(words.upper().replace(" ", "T", 1), form))
            except ValueError:
                continue
        self.fail(
            f"{value!r} is no date; write it like 2026-11-02, 2026-11, 2026, 30d, 2w, 6m, 1y, today or yesterday",
            param,
            ctx,
        )


class Size(click.ParamType[int]):
    """A number of bytes, with K, M or G."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Bytes. Fails with the forms that are understood."""
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
        """The number. Fails for one outside, and for what is none."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not in the range {self._describe_range()}", param, ctx)
        return number


class FilePath(click.ParamType[str]):
    """A path that is not empty: an empty one would mean the working folder, which nobody named."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The path as typed. Fails for an empty one."""
        if not value:
            self.fail("the path is empty", param, ctx)
        return str(value)


def path_globs(typed: Iterable[str]) -> tuple[str, ...]:
    """The globs for a Filter. One that begins with a path that is there, as seen from the working folder, is made absolute.

    Bare names stay as they are, for they match anywhere. An absolute one comes with its links resolved too, for that is how the index names files
    outside of links that lead from one place of a root to another.
    """
    return tuple(pattern for one in typed for pattern in _absolute(one))


def _absolute(typed: str) -> tuple[str, ...]:
    plain = os.path.expanduser(typed)
    if "/" not in plain and plain not in (".", ".."):
        return (typed,)
    # What exists as it is typed is taken literally, even with brackets or stars in its name.
    parts = plain.split("/")
    for count in range(len(parts), 0, -1):
        there = "/".join(parts[:count]) or "/"[: plain.startswith("/")]
        if there and os.path.lexists(there):
            break
    else:
        return (typed,)
    rest = "/".join(parts[count:])
    if rest and not glob.has_magic(parts[count]):
        return (typed,)
    found = dict.fromkeys((os.path.abspath(there), os.path.realpath(there)))
    return tuple(
        os.path.join(glob.escape(path), rest) if rest else glob.escape(path) for path in found
    )


def _ns(moment: datetime) -> int:
    if moment.year not in YEARS:
        return EARLIEST if moment.year < YEARS.start else LATEST
    return int(moment.timestamp()) * 10**9


EARLIEST, LATEST = -(2**63), 2**63 - 1
DATE = Date()
SIZE = Size()
SCORE = Number(0, 1)
SECONDS = Number(0)
PATH = FilePath()
