"""Numbers in a workbook's cells with what their formats add: zeros in front, units and other text.

A number keeps the digits of its value, so that 1234.5 is found as such although its format rounds
it or parts the thousands. Where a format fills up with zeros or sets signs between the digits, as
in 00407 and 001-23-4567, the number is written as the cell shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

from .cell_values import Format, format_of, number_text

MAX_CODE = 500
"""Characters of a format code; a longer one says nothing about its numbers."""

MAX_DECIMALS = 15

# The pieces of a code (ECMA-376 part 1, 18.8.31): quoted text, an escaped character, the width of a
# character, a character that fills up, a setting in brackets, an exponent, and single characters.
_TOKEN = re.compile(
    r'"([^"]*)"?|\\(.)|_.|\*.|\[([^\]]*+)\]?|(general)|(e[+-][0#?]+)|([0#?])|([.,%@/])|(.)',
    re.IGNORECASE | re.DOTALL,
)
_CURRENCY = re.compile(r"\$([^-]*)")
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lt,
    ">": gt,
    "<=": le,
    ">=": ge,
    "=": eq,
    "<>": ne,
}


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of a code for some of the numbers.

    `parts` are literal texts and single places for digits, in order; the first of `decimals` places
    after the point is the part number `point`. `scale` is what the number is divided by.
    """

    parts: tuple[tuple[str, str], ...]
    condition: tuple[str, float] | None
    point: int
    scale: float
    is_raw: bool

    @property
    def is_plain(self) -> bool:
        """True where the section adds nothing to the digits of the value."""
        whole = self.parts[: self.point] if self.point >= 0 else self.parts
        return (
            not any(kind in ("text", "words") for kind, _ in self.parts)
            and sum(kind == "0" for kind, _ in whole) <= 1
            and self.condition is None
            and self.scale == 1
        )

    @property
    def places(self) -> list[int]:
        """The numbers of the parts that take digits or the whole value."""
        return [index for index, (kind, _) in enumerate(self.parts) if kind != "text"]


@dataclass(frozen=True, slots=True)
class CellFormat:
    """What one format code shows: the kind of number, and the sections of the code.

    `is_date` is true where the number counts days. A code that adds nothing has no sections.
    """

    kind: Format = Format.NUMBER
    is_date: bool = False
    sections: tuple[_Section, ...] = ()
    around: tuple[str, str] = ("", "")
    """The text before and after the words of a cell that holds words."""

    def text(self, number: float) -> str:
        """The number as text.

        >>> cell_format("00000").text(407), cell_format('0.0 "mm"').text(12.25)
        ('00407', '12.25 mm')
        >>> cell_format('"INV-"0000').text(88), cell_format("000-00-0000").text(1234567)
        ('INV-0088', '001-23-4567')
        """
        if not self.sections:
            return number_text(number, self.kind)
        section, is_negative = self._section(number)
        return _shown(section, number, is_negative, self.kind) or number_text(number, self.kind)

    def words(self, words: str) -> str:
        """The words of a cell with the text that the format puts around them."""
        before, after = self.around
        return f"{before}{words}{after}" if words else words

    def _section(self, number: float) -> tuple[_Section, bool]:
        """The section for a number, and whether the number needs a minus sign in it."""
        sections = self.sections
        conditional = [section for section in sections if section.condition]
        if conditional:
            for section in conditional:
                assert section.condition is not None
                sign, bound = section.condition
                if _COMPARE[sign](number, bound):
                    return section, number < 0
            return sections[-1] if not sections[-1].condition else sections[0], number < 0
        if number < 0 and len(sections) > 1:
            literals = "".join(text for kind, text in sections[1].parts if kind == "text")
            # A negative number in brackets or in red is written with a sign.
            if not any(sign.isalpha() or sign in "-−" for sign in literals):
                return sections[0], True
            return sections[1], False
        if number == 0 and len(sections) > 2:
            return sections[2], False
        return sections[0], number < 0


GENERAL = CellFormat()


@lru_cache(maxsize=4096)
def cell_format(code: str) -> CellFormat:
    """The format of a code.

    >>> cell_format("General") == CellFormat(), cell_format('@" kg"').words("20")
    (True, '20 kg')
    """
    kind = format_of(code[:MAX_CODE])
    is_date = kind in (Format.DATE, Format.DATE_TIME)
    if is_date or kind is Format.TIME:
        return CellFormat(kind, is_date)
    if len(code) > MAX_CODE or code.lower() in ("", "general", "@", "0", "#,##0"):
        return CellFormat(kind)
    sections = [_section(tokens) for tokens in _sections(code)]
    with_words = next(
        (
            section
            for section in sections[3:] or sections
            if any(kind == "words" for kind, _ in section.parts)
        ),
        None,
    )
    around = ("", "")
    if with_words is not None:
        before, _, after = "".join(
            "\0" if kind == "words" else text if kind == "text" else ""
            for kind, text in with_words.parts
        ).partition("\0")
        around = before, after.replace("\0", "")
    numeric = sections[:3]
    if len(sections) <= 3 and any(part[0] == "words" for part in sections[-1].parts):
        numeric = sections[:-1]
    if all(section.is_plain for section in numeric):
        numeric = []
    return CellFormat(kind, False, tuple(numeric), around)


def _sections(code: str) -> list[list[re.Match[str]]]:
    """The tokens of each section; a semicolon ends one."""
    sections: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token[8] == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    return sections


def _section(tokens: list[re.Match[str]]) -> _Section:
    """The section of these tokens."""
    parts: list[tuple[str, str]] = []
    condition: tuple[str, float] | None = None
    point, is_raw, commas = -1, False, 0
    for token in tokens:
        quoted, escaped, setting, general, exponent, digit, sign, other = token.groups()
        if digit:
            parts.append((digit, ""))
            commas = 0
        elif sign == ",":
            commas += 1
        elif sign == "." and point < 0 and not is_raw:
            point = len(parts)
        elif sign == "@":
            parts.append(("words", ""))
        elif general:
            parts.append(("#", ""))
            is_raw = True
        elif exponent or sign in ("/", "%"):
            # Fractions, exponents and shares keep the digits of the value.
            is_raw = True
        elif setting is not None:
            if found := _CONDITION.match(setting):
                condition = (found[1], float(found[2]))
            elif currency := _CURRENCY.match(setting):
                parts.append(("text", currency[1]))
        else:
            parts.append(("text", quoted or escaped or other or ""))
    return _Section(tuple(parts), condition, point, 1000.0**commas, is_raw)


def _shown(section: _Section, number: float, is_negative: bool, kind: Format) -> str:
    """The number in a section; empty where the section shows nothing at all."""
    places = section.places
    if not places:
        return "".join(text for _, text in section.parts).strip()
    first, last = places[0], places[-1]
    before = "".join(text for _, text in section.parts[:first])
    after = "".join(text for _, text in section.parts[last + 1 :])
    value = abs(number) / section.scale
    point = section.point if section.point >= 0 else len(section.parts)
    whole = [index for index in places if index < point]
    decimals = min(len(places) - len(whole), MAX_DECIMALS)
    zeros = sum(section.parts[index][0] == "0" for index in whole)
    is_filled = zeros > 1 or len(places) < last - first + 1
    if number == 0 and all(section.parts[index][0] != "0" for index in places):
        digits = "" if not section.is_raw else "0"
    elif section.is_raw or kind is Format.PERCENT or value >= 1e15:
        digits = number_text(abs(number), kind)
    elif is_filled:
        digits = _filled(section, value, whole, decimals)
    elif section.scale != 1:
        digits = f"{value:.{decimals}f}"
    else:
        digits = number_text(value, kind)
    return (("-" if is_negative and digits else "") + before + digits + after).strip()


def _filled(section: _Section, value: float, whole: list[int], decimals: int) -> str:
    """The digits in their places, with zeros and the signs between them."""
    digits, _, fraction = f"{value:.{decimals}f}".partition(".")
    written: list[str] = []
    left = "" if digits == "0" else digits
    # The last digits go to the last places; what is left over goes before the first place.
    for index in range(whole[-1], whole[0] - 1, -1) if whole else ():
        kind, text = section.parts[index]
        if kind == "text":
            written.append(text if left or "0" in {section.parts[at][0] for at in whole} else "")
        elif left:
            written.append(left[-1])
            left = left[:-1]
        elif kind == "0":
            written.append("0")
    shown = left + "".join(reversed(written))
    optional = sum(
        kind != "0"
        for kind, _ in section.parts[section.point :]
        if kind != "text" and section.point >= 0
    )
    if optional:
        kept = fraction[: len(fraction) - optional]
        fraction = kept + fraction[len(kept) :].rstrip("0")
    return f"{shown}.{fraction}" if fraction else shown
