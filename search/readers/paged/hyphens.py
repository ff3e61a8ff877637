"""Hyphens at the ends of lines: they either part a word or belong to it.

What the document says elsewhere decides first. In English, a list of common words decides next:
the parts of "price-determining" are words and the parts of "com-mittee" are not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice

_BREAK = re.compile("[-\u2010\u00ad]\n")
_TAIL = re.compile(r"[^\W\d_]+")
_WORD = re.compile("[^\\W\\d_]+(?:[-\u2010][^\\W\\d_]+)*")
_LONGEST = 60
_SOFT = "\u00ad"

SAMPLE = 3_000
ENGLISH = 0.75
"""A document is English where this part of its first SAMPLE words is in the list of words."""

_ENDINGS = frozenset(
    re.findall(
        r"\w+",
        "able age al ally ance ant ary ate ation ed ement en ence ent er ers es est ful ian ible "
        "ic ical ies ine ing ings ion ions ish ism ist ity ive ize less ly ment ments ness or ous "
        "ship sion some ter tion tions tive ture ure ward wards",
    )
)
"""Endings that may be listed as words, but rarely are the second part of one."""


_STEM = 4
"""Letters that the stem of a regular form must exceed."""

_SYLLABLES = frozenset(
    re.findall(r"\w+", "ab ad al com con de dis em en im mal mis ob par per pre pro re sub ten tri")
)
"""First syllables that are listed as words, but seldom are the first word of two."""

_FIRSTS = frozenset({"self", "non", "quasi", "half", "cross", "well"})
"""First parts that keep their hyphen before any word."""


def joined(texts: Sequence[str]) -> list[str]:
    r"""The texts of a document's pages with the words whole that end in a hyphen at a line's end.

    >>> joined(["the com-\nmittee of price-\ndetermining factors"])
    ['the committee of price-determining factors']
    """
    breaks = [[*_breaks(text)] for text in texts]
    pairs = {(head, tail) for found in breaks for _, head, tail in found if tail}
    if not any(breaks):
        return list(texts)
    counts = _counts(texts, pairs)
    is_english = _is_english(texts)
    return [
        _joined(text, found, counts, is_english) for text, found in zip(texts, breaks, strict=True)
    ]


def _breaks(text: str) -> Iterator[tuple[int, str, str]]:
    """The places of hyphens that end a line, with the parts of the word; soft ones have none."""
    for found in _BREAK.finditer(text):
        if found[0][0] == _SOFT:
            yield found.start(), "", ""
            continue
        head = _head(text, found.start())
        tail = _TAIL.match(text, found.end())
        if head and tail and tail[0][0].islower():
            yield found.start(), head, tail[0]


def _head(text: str, end: int) -> str:
    """The letters that end at the offset `end`, at most _LONGEST."""
    start = end
    while start > max(0, end - _LONGEST) and text[start - 1].isalpha():
        start -= 1
    return text[start:end]


def _counts(texts: Iterable[str], pairs: Iterable[tuple[str, str]]) -> Counter[str]:
    """How often the parted words are written whole, and with a hyphen, elsewhere."""
    wanted = {
        form for head, tail in pairs for form in (f"{head}{tail}".lower(), f"{head}-{tail}".lower())
    }
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(
            word for word in _WORD.findall(text.lower().replace("\u2010", "-")) if word in wanted
        )
    return counts


def _joined(
    text: str, found: Sequence[tuple[int, str, str]], counts: Counter[str], is_english: bool
) -> str:
    parts: list[str] = []
    start = 0
    for place, head, tail in found:
        parts.append(text[start:place])
        if head and _belongs(
            head, tail, text[max(0, place - _LONGEST) : place], counts, is_english
        ):
            parts.append("-")
        start = place + 2
    return "".join([*parts, text[start:]])


def _belongs(head: str, tail: str, before: str, counts: Counter[str], is_english: bool) -> bool:
    """True where the hyphen belongs to the word, False where it only parts the lines."""
    whole, hyphened = f"{head}{tail}".lower(), f"{head}-{tail}".lower()
    if counts[whole] != counts[hyphened]:
        return counts[hyphened] > counts[whole]
    # "x-ray", "EU-wide" and "state-of-the-art": no word is parted so.
    if len(head) == 1 or (head.isupper() and len(head) > 1):
        return True
    if before[: -len(head)][-1:] in ("-", "\u2010"):
        return True
    if not is_english:
        return False
    if whole in _english() or tail in _ENDINGS:
        return False
    first = head.lower()
    return first in _FIRSTS or (first not in _SYLLABLES and _is_word(first) and _is_word(tail))


def _is_word(word: str) -> bool:
    """True for a common word of English and its regular forms."""
    words = _english()
    return word in words or any(
        len(word) > len(ending) + _STEM and word.endswith(ending) and word[: -len(ending)] in words
        for ending in ("s", "d", "ed", "ing")
    )


def _is_english(texts: Iterable[str]) -> bool:
    words = [*islice((word for text in texts for word in _TAIL.findall(text.lower())), SAMPLE)]
    known = sum(word in _english() for word in words if len(word) > 1)
    return known >= ENGLISH * sum(len(word) > 1 for word in words)


@cache
def _english() -> frozenset[str]:
    """Some 20,000 common words of English: those of BERT's vocabulary (Apache License 2.0)."""
    return frozenset(files(__package__).joinpath("english_words.txt").read_text("ascii").split())
