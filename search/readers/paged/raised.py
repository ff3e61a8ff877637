"""Raised numbers: marks of notes are kept apart from the words before them, powers stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import hypot

from ..units import UNIT_WORDS, UNITS
from .glyphs import Letters
from .shows import Show

SMALLER = 0.87
LOWEST, HIGHEST = 0.1, 0.8
"""Letters are raised where they are smaller than those before by the factor SMALLER and stand
above their baseline by LOWEST to HIGHEST of their size."""

_PLAIN, _RAISED = "0123456789+-()abcdefg", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵃᵇᶜᵈᵉᶠᵍ"
_DIGITS, _LETTERS = "⁰¹²³⁴⁵⁶⁷⁸⁹", "ᵃᵇᶜᵈᵉᶠᵍ"
_UP = str.maketrans(_PLAIN + "−–", _RAISED + "⁻⁻")
_DOWN = str.maketrans(_RAISED, _PLAIN)

_NUMBERS = re.compile(r"[\[(]?[+\-−–]?\d[\d\s,;\-−–+*†‡§]*[\])]?|[a-g](?:\s?,\s?[a-g])*")
_RUN = re.compile(
    f"[⁺⁻⁽]?[{_DIGITS}](?:[ ,;]{{0,2}}[{_DIGITS}⁺⁻⁽⁾])*|[{_LETTERS}](?: ?, ?[{_LETTERS}])*"
)
_FEW = 40
"""Characters before a raised number that tell what it belongs to."""


def raised(found: Sequence[Show], letters: Letters) -> dict[int, str]:
    """The showing operators whose numbers are raised, and these as raised characters."""
    texts: dict[int, str] = {}
    base: Show | None = None
    for show, following in zip(found, [*found[1:], None], strict=True):
        if not (
            show.style.rise > 0
            or (base is not None and _is_raised(show, base))
            or (following is not None and _is_raised(show, following))
        ):
            base = show
            continue
        if _NUMBERS.fullmatch(text := letters.text(show).strip()):
            texts[show.at] = text.translate(_UP)
    return texts


def _is_raised(show: Show, base: Show) -> bool:
    style, below = show.style, base.style
    if style is below or style.height > SMALLER * below.height:
        return False
    length = hypot(below.c, below.d)
    if not length or not (show.is_placed or base.is_placed):
        return False
    height = ((show.x - base.x) * below.c + (show.y - base.y) * below.d) / length
    return LOWEST * below.height < height < HIGHEST * below.height


def apart(text: str) -> str:
    """The text with a space before the raised numbers that mark notes; the others stay.

    >>> apart("The ferrymen¹² drew in 1931³ on 40 m² of 10⁵")
    'The ferrymen 12 drew in 1931 3 on 40 m² of 10⁵'
    """
    return text if text.isascii() else _RUN.sub(_placed, text)


def _placed(run: re.Match[str]) -> str:
    text, start, end = run.string, run.start(), run.end()
    plain = run[0].translate(_DOWN)
    before, after = text[max(0, start - _FEW) : start], text[end : end + 2]
    last = before[-1:]
    if not last or last.isspace():
        # It belongs to nothing before it: a note begins with its number, "¹⁴C" is an isotope.
        starts_line = not last or last == "\n"
        return plain + " " * (starts_line and len(after) == 2 and after.isalpha())
    if last in "[(":
        return plain
    if after[:1] in ("/", "\u2044"):
        return (" " if last.isdigit() else "") + plain
    if run[0][0] in _LETTERS:
        base = _base(before)
        is_mark = base.isalpha() and len(base) > 2 and not after[:1].isalpha()
        return f" {plain}" if is_mark else plain
    return f" {plain}" if _is_mark(before, run[0], after) else run[0]


def _is_mark(before: str, run: str, after: str) -> bool:
    """True for the number of a note behind the text `before`, False for a power."""
    if run[0] in "⁺⁻" or run[-1] in "⁺⁻":
        return False
    if "," in run or ";" in run or " " in run:
        return True
    word = _base(before)
    if not word:
        return before[-1] in ".,;:!?'’\"”»"
    if word[0].isdigit():
        is_power = word in ("10", "2") or len(word.rstrip(".,")) == 1
        return word[-1] in ".," or not (is_power or after.lstrip()[:1] in ("=", "×", "·"))
    if len(word) == 1 or word in UNITS:
        return False
    rest = before[: -len(word)].rstrip()[-1:]
    is_formula = rest in ("=", "+", "×", "·", "/") and len(word) < 3
    return not (is_formula or (word in UNIT_WORDS and rest.isdigit()))


def _base(before: str) -> str:
    """The word or the number, with its signs, at the end of a text; empty where it ends in none."""
    start = len(before)
    if before[-1:].isalpha():
        while start and before[start - 1].isalpha():
            start -= 1
        return before[start:]
    while start and (before[start - 1].isdecimal() or before[start - 1] in ".,"):
        start -= 1
    return before[start:].lstrip(".,")
