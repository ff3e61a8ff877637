"""Keeps raised footnote marks apart from words, and exponents and ordinals with theirs.

`spruce³` with a raised 3 refers to a note, and the word is `spruce`. In `40 m²`, `10⁵` and `1st`
the raised signs belong to what they follow.
"""

from __future__ import annotations

import re

from ..units import UNIT_WORDS, UNITS

RAISED, REFERENCE, END = "\x01", "\x02", "\x03"
"""Signs around raised text, which no text has elsewhere. A reference is known to lead to a note."""

MARKS = f"{RAISED}{REFERENCE}{END}"

_GROUP = re.compile(rf"(?:[{RAISED}{REFERENCE}][^{MARKS}]*{END})+")
_SUPERSCRIPTS = re.compile("[⁰¹²³⁴-⁹](?:[⁰¹²³⁴-⁹]|[,;](?=[⁰¹²³⁴-⁹]))*")
_DELETE = dict.fromkeys(map(ord, MARKS))
WINDOW = 60
"""Characters before and after the raised text that are looked at."""

LAST_ALPHABET = 0x2E7F
"""Scripts beyond this code point, such as Chinese, part no words and have no units."""

_NUMBERS = re.compile(
    r"[\[(]?\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*[\])]?|[\[(]?[*∗†‡§¶#]{1,3}[\])]?|[\[(]\w{1,4}[\])]"
)
_LETTER = re.compile(r"[a-f](?:\s?,\s?[a-f])*")
_ORDINAL = re.compile(r"st|nd|rd|th|er|re|ère|ème|ter|[eo]", re.IGNORECASE)
# What stands before the raised text is read from its end.
_NUMBER = re.compile(r"\d(?:[\d.,'’\u00a0\u202f\u2009]*\d)?")
_WORD = re.compile(r"[^\W\d_]+")
_OPERATORS = tuple("=+-−–×·⋅*/^<>≤≥≈≃∼∝(√∑∫")
_CALCULATION = tuple("=×·⋅^≈")
_UNIT_POWERS = frozenset("234")
_FUNCTIONS = frozenset(
    re.findall(r"\S+", "sin cos tan cot sec csc sinh cosh tanh log ln exp lim det")
)
_SHORT_WORDS = frozenset(
    re.findall(
        r"\S+",
        "an as at be by do go he if in is it me my no of on or so to up us we am ok "
        "de du la le en un et il je zu im er es lo si se al el da",
    )
)
_CLOSING = frozenset(".,;:!?…”’\"'»›%‰")
_CLOSING_BRACKETS = frozenset(")]}")
_PROSE = re.compile(r"[^\W\d_]{3,}")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def apart(text: str) -> str:
    r"""The text with a space before each raised mark, and without the signs around raised text.

    >>> apart("on spruce\x013\x03 of 40 m\x012\x03, daily.\x014\x03")
    'on spruce 3 of 40 m2, daily. 4'
    """
    text = _GROUP.sub(_parted, text)
    return text.translate(_DELETE)


def superscripts_apart(text: str) -> str:
    """The text with a space before each mark that is written in superscript signs.

    >>> superscripts_apart("on spruce³ of 40 m²")
    'on spruce ³ of 40 m²'
    """
    return _SUPERSCRIPTS.sub(_parted, text)


def _parted(match: re.Match[str]) -> str:
    """The raised text, with spaces where it is a mark that would stick to a word."""
    is_reference = REFERENCE in match[0]
    mark = match[0].translate(_DELETE)
    # The white space around the raised text is no part of it.
    before = match.string[max(match.start() - WINDOW, 0) : match.start()].translate(_DELETE)
    after = match.string[match.end() : match.end() + WINDOW].translate(_DELETE)
    bare = mark.strip()
    if not bare:
        return mark
    if not before or before[-1].isspace() or mark[0].isspace():
        # Nothing stands right before the mark: it may be the number of a verse or of a note.
        begins_word = after[:1].isalpha() and bare[-1].isalnum()
        is_verse = begins_word and (is_reference or (bare.isdecimal() and _is_prose(after)))
        return f"{mark} " if is_verse else mark
    is_ordinal = before[-1].isdecimal() and _ORDINAL.fullmatch(bare)
    if not is_ordinal and (is_reference or _is_note(before, bare, after)):
        return f" {mark} " if after[:1].isalnum() else f" {mark}"
    return mark


def _is_note(before: str, mark: str, after: str) -> bool:
    """True where the raised `mark` refers to a note, False where it belongs to what is before."""
    plain = mark.translate(_PLAIN_DIGITS)
    is_letter = _LETTER.fullmatch(plain) is not None
    if not is_letter and not _NUMBERS.fullmatch(plain):
        return False
    backwards = before[::-1]
    if number := _NUMBER.match(backwards):
        at = len(before) - number.end()
        return _follows_number(before[:at], before[at:], is_letter, after)
    if word := _WORD.match(backwards):
        at = len(before) - word.end()
        return _follows_word(before[:at].rstrip(), before[at:], plain, is_letter)
    # A bracket with words in it is prose, any other is a factor.
    sign = before[-1]
    if sign in _CLOSING_BRACKETS:
        opening = max(before.rfind("("), before.rfind("["))
        return _PROSE.search(before, opening + 1) is not None
    return sign in _CLOSING and not (is_letter and before[-2:-1].isdecimal())


def _follows_number(ahead: str, number: str, is_letter: bool, after: str) -> bool:
    """True where the mark after a number refers to a note.

    Ordinals have a letter. The base of a power is short, or it stands in a calculation.
    """
    if is_letter:
        return len(number) > 2
    is_calculation = after.lstrip().startswith(_CALCULATION) or (
        len(number) < 3 and ahead.rstrip().endswith(_OPERATORS)
    )
    return not is_calculation and len(number) > 1 and number != "10"


def _follows_word(ahead: str, word: str, mark: str, is_letter: bool) -> bool:
    """True where the mark after a word refers to a note.

    Units, variables and functions have powers. `ahead` is what stands before the word.
    """
    if ord(word[-1]) > LAST_ALPHABET:
        return True
    if is_letter:
        return len(word) > 3 and word.islower()
    if (word in UNITS or word in UNIT_WORDS) and mark in _UNIT_POWERS:
        is_measure = ahead[-1:].isdecimal() or ahead.endswith(("per", "/", "square", "cubic"))
        return not is_measure and word in UNIT_WORDS
    if word in _FUNCTIONS or ahead.endswith(("=", "+", "−", "×", "·", "^", "√")):
        return False
    return len(word) > 2 or word.lower() in _SHORT_WORDS


def _is_prose(after: str) -> bool:
    """True where words follow, and not the symbol of a chemical element such as `Pb` or `CO`."""
    word = re.match(r"[^\W\d_]+", after)
    if word is None:
        return False
    return (len(word[0]) > 2 and word[0][1:].islower()) or word[0].lower() in _SHORT_WORDS
