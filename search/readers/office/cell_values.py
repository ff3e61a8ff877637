"""Numbers in a workbook's cells as words: a date is a number too, and only the cell's format tells."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import Enum

EPOCH = datetime(1899, 12, 30)
"""Day 0 of Excel's calendar from March 1900 on; before, it counts a day that did not exist."""

DAYS_TO_1904 = 1462
"""What is added to the days of a workbook that counts from 1904, as those made on old Macs do."""

LAST_DAY = 2_958_466

# Formats that are known by number and stand in no workbook (ECMA-376 part 1, 18.8.30).
BUILT_IN = {
    **dict.fromkeys((9, 10), "0%"),
    **dict.fromkeys((*range(14, 18), *range(27, 32), 36, *range(50, 59)), "y"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47), "h"),
    22: "y h",
}

# What stands in a format for itself: quoted and escaped characters, padding, colours and currencies.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


class Format(Enum):
    """What a number means by its format, as far as it matters to whoever looks for it."""

    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date and time"


def format_of(code: str) -> Format:
    """The format that a format code asks for.

    >>> [format_of(code).name for code in ("General", "0.0%", "dd/mm/yyyy", '#,##0 "days"', "[h]:mm", "d.m.yy h:mm")]
    ['NUMBER', 'PERCENT', 'DATE', 'NUMBER', 'TIME', 'DATE_TIME']
    """
    plain = _LITERAL.sub("", code).partition(";")[0].lower()
    if "general" in plain:
        return Format.NUMBER
    time = "h" in plain or "s" in plain
    if "y" in plain or "d" in plain:
        return Format.DATE_TIME if time else Format.DATE
    if time:
        return Format.TIME
    return Format.PERCENT if "%" in plain else Format.DATE if "mmm" in plain else Format.NUMBER


def shown(number: float, form: Format) -> str:
    """A number in words: dates as in ISO 8601, numbers in at most the 15 digits that Excel keeps.

    >>> shown(0.1 + 0.2, Format.NUMBER), shown(1200.0, Format.NUMBER), shown(0.175, Format.PERCENT)
    ('0.3', '1200', '17.5%')
    >>> shown(45658, Format.DATE), shown(45658.5, Format.DATE_TIME), shown(1.25, Format.TIME)
    ('2025-01-01', '2025-01-01 12:00', '30:00')
    """
    if form is Format.PERCENT:
        return f"{100 * number:.6g}%"
    if form is Format.NUMBER or not 0 <= number < LAST_DAY:
        return (
            str(int(number)) if abs(number) < 1e15 and number == int(number) else f"{number:.15g}"
        )
    seconds = round(number * 86_400)
    minutes, second = divmod(seconds, 60)
    if form is Format.TIME:
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{second:02}" if second else "")
    moment = EPOCH + timedelta(seconds=seconds)
    if form is Format.DATE or not seconds % 86_400:
        return moment.date().isoformat()
    return moment.isoformat(" ", "seconds" if second else "minutes")
