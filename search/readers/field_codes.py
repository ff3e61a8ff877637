"""Words that stand in the code of a Word field alone: signs of symbols, and equations.

The other fields store what they show behind their code.
"""

from __future__ import annotations

import re

from .symbol_font import signs

MAX_CODE = 10_000
"""Characters of a code; a longer one is none of the fields that are read here."""

_SIGN = re.compile(r"\s*SYMBOL\s+(0x[0-9a-f]{1,6}|\d{1,7})(.*)", re.IGNORECASE | re.DOTALL)
_FONT = re.compile(r"\\f\s*+(?:\"([^\"]*)\"|“([^”]*)”|(\S+))", re.IGNORECASE)
_EQUATION = re.compile(r"\s*EQ\s(.*)", re.IGNORECASE | re.DOTALL)
# A reading above its characters: the raised reading, a comma, and the characters.
_READING = re.compile(r"\\s\s*+\\up\s*+[\d.]*+\s*+\([^()]*+\)\s*+[,;]", re.IGNORECASE)
_SETTING = re.compile(r"\\\*\s*(?:\"[^\"]*\"|\w+)")
_SWITCH = re.compile(r"\\[a-z]+(?:\s*-?\d[\d.]*)?", re.IGNORECASE)
_MARKS = re.compile(r"(?<!\\)[(),;]")


def words_of(code: str) -> tuple[str, int] | None:
    r"""The words in a field's code, and the number of characters that nothing names.

    None for a field whose code holds no words. The font of a sign is Symbol where the code names
    none. Of characters with a reading above them, the reading is left out.

    >>> words_of(' SYMBOL 109 \\f "Symbol" \\s 10 '), words_of(" PAGE ")
    (('μ', 0), None)
    >>> words_of(r' EQ \* jc2 \* "Font:Mincho" \o\ad(\s\up 9(とう),東)')
    ('東', 0)
    >>> words_of(r" EQ \f(rise,run)")
    ('rise run', 0)
    """
    if len(code) > MAX_CODE:
        return None
    if sign := _SIGN.match(code):
        number = int(sign[1], 16 if sign[1][:2].lower() == "0x" else 10)
        if number > 0x10FFFF or 0xD800 <= number < 0xE000:
            return "", 1
        font = _FONT.search(sign[2])
        return signs((font[1] or font[2] or font[3] or "") if font else "symbol", chr(number))
    if equation := _EQUATION.match(code):
        terms = _SETTING.sub("", _READING.sub("", equation[1]))
        terms = _MARKS.sub(" ", _SWITCH.sub("", terms)).replace("\\", "")
        return " ".join(terms.split()), 0
    return None
