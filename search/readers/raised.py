"""Raised text: marks of notes are kept apart from words and years, and exponents stay.

A raised number behind "spruce" or "1931" is the mark of a note or of a source. Behind "m", "x" or
"10" it is an exponent. A raised text of letters, as in 1st, is part of its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from .units import UNIT_WORDS, UNITS

_NOTE = re.compile(r"[\[(]?\d{1,3}(?:[ ,;.\u2010-\u2015\-]+\d{1,3})*[\])]?|[a-z](?:, ?[a-z])*")
_NUMBER = re.compile(r"[-+\u2010-\u2015\u2212]?\d{1,3}")
_CHARGE = re.compile(r"\d{0,2}[-+\u2010-\u2015\u2212]")
# What stands before an exponent: a base of the powers in use, a factor, a unit, a variable, or a
# term in brackets.
_BASE = re.compile(
    r"(?:(?<![\w.,])(?:10|\d)|[×·*=^⋅]\s*\d+|[(\[][^()\[\]\s]*[-+−*/=·][^()\[\]\s]*[)\]])$"
)
_TERM = re.compile(r"(?<![^\W_])\d*([^\W\d_]+)$")
_LONG_WORD = re.compile(r"[^\W\d_]{2}[^\W\d_A-Z]$")
_SUPERSCRIPT = str.maketrans("0123456789+-\u2212\u2010\u2011\u2012\u2013", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁻⁻⁻")


class Raised(str):
    """A piece of text that is raised above the line."""

    __slots__ = ()


def joined(pieces: Iterable[str]) -> str:
    """The pieces of a text as one text, those of the type Raised by the rules of this module.

    >>> joined(["rests on spruce", Raised("3"), " since 1931", Raised("2"), "."])
    'rests on spruce 3 since 1931 2.'
    >>> joined(["40 m", Raised("2"), ", 10", Raised("5"), ", 1", Raised("st")])
    '40 m², 10⁵, 1st'
    """
    runs = [
        (is_raised, "".join(run))
        for is_raised, run in groupby(pieces, lambda piece: type(piece) is Raised)
    ]
    text: list[str] = []
    before = ""
    for index, (is_raised, words) in enumerate(runs):
        if is_raised:
            after = runs[index + 1][1][:1] if index + 1 < len(runs) else ""
            words = _placed(before, words, after)
        text.append(words)
        before = (before + words)[-40:]
    return "".join(text)


def _placed(before: str, words: str, after: str) -> str:
    """The raised words, with a space wherever they must not touch the text around them."""
    mark = words.strip()
    if not before or before[-1].isspace() or not mark:
        return words
    if _is_exponent(before, mark):
        return words.translate(_SUPERSCRIPT)
    is_mark = mark in ("TM", "SM") or (
        _NOTE.fullmatch(mark) is not None
        and (mark[0] in "[(" or mark[0].isdigit() or _LONG_WORD.search(before) is not None)
    )
    # What stands behind a bracket and before a letter is the number of an isotope.
    if not is_mark or (not before[-1].isalnum() and before[-1] in "([{/-" and after.isalpha()):
        return words
    return f" {words} " if after.isalnum() else f" {words}"


def _is_exponent(before: str, mark: str) -> bool:
    if _CHARGE.fullmatch(mark):
        return before[-1].isalnum() or before[-1] in ")]"
    if not _NUMBER.fullmatch(mark):
        return False
    if _BASE.search(before):
        return True
    term = _TERM.search(before)
    return term is not None and (
        len(term[1]) == 1
        or (term[1] in UNITS | UNIT_WORDS and (len(mark) == 1 or not mark[0].isdigit()))
    )
