"""Values as people type them: dates and sizes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import click

AGO = re.compile(r"(\d+)\s*([dwmy])")
DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
FORMATS = ("%Y-%m-%d", "%Y-%m", "%Y", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


class Date(click.ParamType[int]):
    """A day, month, year or time in the local time zone, or a time ago, as nanoseconds since the epoch of its start."""

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
            for form in FORMATS:
                try:
                    return _ns(datetime.strptime(value.strip(), form))
                except ValueError:
                    continue
        except OverflowError:
            pass
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


def _ns(moment: datetime) -> int:
    return int(moment.timestamp()) * 10**9


DATE = Date()
SIZE = Size()
