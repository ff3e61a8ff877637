"""Tells compounds that have a word as a part from words that have its letters by chance."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

MIN_PART = 4
"""The least letters of a part of a compound."""

MAX_COMPOUNDS = 20
"""The most compounds of one word: the shortest, which hold the least besides it."""

_CONTAINING = 400
"""The most words with the letters of a part that are looked at, the shortest first."""

_ENDINGS = frozenset(
    ("e", "en", "er", "ern", "es", "em", "s", "n", "ens", "et", "ene", "erne", "ar", "or", "na")
)
"""Endings of a compound's last part, in German, Dutch and the Nordic languages."""

_SUFFIXES = ("ung", "lich", "isch", "ig", "heit", "keit", "haft", "lig", "ning", "else", "ing")
"""What makes another word of a word, and begins no part."""

_VOWELS = frozenset("aeiouy")


def compounds_of(connection: sqlite3.Connection, part: str) -> list[str]:
    """The words of the vocabulary that are compounds with this part, the shortest first."""
    if len(part) < MIN_PART:
        return []
    query = "SELECT word FROM parts WHERE parts MATCH ? ORDER BY length(word), word LIMIT ?"
    words = [word for (word,) in connection.execute(query, (f'"{part}"', _CONTAINING))]
    return [word for word in words if is_compound(word, part)][:MAX_COMPOUNDS]


def is_compound(word: str, part: str) -> bool:
    """True where a word seems to be made of the part and of others, before it or behind it.

    What stands before it is as long as a part at least.

    >>> [is_compound(word, "wein") for word in ("obstweine", "weinfass", "weine", "schweine")]
    [True, True, False, False]
    """
    return any(
        _is_part(before, MIN_PART) and (behind in _ENDINGS or not behind or _is_part(behind, 3))
        if before
        else behind not in _ENDINGS and _is_part(behind, 3)
        for before, behind in _around(word, part)
    )


def _around(word: str, part: str) -> Iterator[tuple[str, str]]:
    """What stands before and behind the part, at each place of it."""
    at = word.find(part)
    while at >= 0:
        yield word[:at], word[at + len(part) :]
        at = word.find(part, at + 1)


def _is_part(letters: str, least: int) -> bool:
    """True for letters that may be a word: so many, of which one is a vowel."""
    has_length = len(letters) >= least and not letters.startswith(_SUFFIXES)
    return has_length and not _VOWELS.isdisjoint(letters)
