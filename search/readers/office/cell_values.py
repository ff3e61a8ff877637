"""The numbers in a workbook's cells as text.

A date is stored as a number too: only the cell's format tells the two apart.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import Enum

EPOCH = datetime(1899, 12, 30)
"""Day 0 of Excel's calendar, right from March 1900 on.

Excel counts 29 February 1900, a day that did not exist, so earlier dates are one day off.
"""

DAYS_TO_1904 = 1462
"""Days to add in a workbook that counts from 1904, as workbooks made on old Macs do."""

LAST_DAY = 2_958_466

# Some formats are known by their number alone and are not listed in the workbook
# (ECMA-376 part 1, 18.8.30).
BUILT_IN = {
    **dict.fromkeys((9, 10), "0%"),
    **dict.fromkeys((*range(14, 18), *range(27, 32), 36, *range(50, 59)), "y"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47), "h"),
    22: "y h",
}

# The literal pieces of a format code: quoted and escaped characters, padding, colours, currencies.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\[\]]*+\]', re.IGNORECASE)


_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def unescaped(words: str) -> str:
    """Words in which `_x000D_` and the like stand for characters that XML has not.

    The escapes are those of ECMA-376 part 1, 22.9.2.19. The ends of lines become "\\n", and other
    control characters become spaces.

    >>> unescaped("a_x000D_\\nb_x0009_c_x005F_x0041_ _xD83D__xDE00_")
    'a\\nb\\tc_x0041_ 😀'
    """
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), words)
    if plain is not words and not plain.isprintable():
        # A character beyond 16 bits is two escapes; half of one is no character.
        plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        plain = _CONTROLS.sub(
            " ", plain.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n")
        )
    return plain


class Format(Enum):
    """The kinds of number that a search tells apart."""

    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date and time"


def format_of(code: str) -> Format:
    """The kind of number that a format code shows.

    >>> [format_of(code).name for code in ("General", "0.0%", '#,##0 "days"')]
    ['NUMBER', 'PERCENT', 'NUMBER']
    >>> [format_of(code).name for code in ("dd/mm/yyyy", "[h]:mm", "d.m.yy h:mm")]
    ['DATE', 'TIME', 'DATE_TIME']
    """
    plain = _LITERAL.sub("", code).partition(";")[0].lower()
    if "general" in plain:
        return Format.NUMBER
    has_time = "h" in plain or "s" in plain
    if "y" in plain or "d" in plain:
        return Format.DATE_TIME if has_time else Format.DATE
    if has_time:
        return Format.TIME
    return Format.PERCENT if "%" in plain else Format.DATE if "mmm" in plain else Format.NUMBER


def number_text(number: float, number_format: Format) -> str:
    """A number as text: dates follow ISO 8601, other numbers have at most Excel's 15 digits.

    >>> number_text(0.1 + 0.2, Format.NUMBER), number_text(1200.0, Format.NUMBER)
    ('0.3', '1200')
    >>> number_text(0.175, Format.PERCENT), number_text(1.25, Format.TIME)
    ('17.5%', '30:00')
    >>> number_text(45658, Format.DATE), number_text(45658.5, Format.DATE_TIME)
    ('2025-01-01', '2025-01-01 12:00')
    """
    if number_format is Format.PERCENT:
        return f"{100 * number:.6g}%"
    if number_format is Format.NUMBER or not 0 <= number < LAST_DAY:
        return (
            str(int(number)) if abs(number) < 1e15 and number == int(number) else f"{number:.15g}"
        )
    seconds = round(number * 86_400)
    minutes, second = divmod(seconds, 60)
    if number_format is Format.TIME:
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{second:02}" if second else "")
    moment = EPOCH + timedelta(seconds=seconds)
    if number_format is Format.DATE or not seconds % 86_400:
        return moment.date().isoformat()
    return moment.isoformat(" ", "seconds" if second else "minutes")
