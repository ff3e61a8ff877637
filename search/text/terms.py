"""Words: what the text leg matches in a passage, and what it looks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from .spelling import (
    HAN,
    HANGUL,
    INVISIBLE,
    KANA,
    folded,
    form,
    is_cjk,
    normalise,
    pairs,
    stemmed,
    variants,
)

VERSION = 2
"""Raised with each change of what `passage_terms` gives, so that an index knows that its documents are to be read again."""

MAX_WORDS = 64

LONGEST = 10
"""Letters of a word that is put together of others: longer ones, boundary-layer for one, are mostly two words."""

_SURROGATES = re.compile("[\ud800-\udfff]")
# Python's \w leaves out combining marks; the blocks of the scripts that cannot be written without them stand here.
_MARK = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u109f\u1780-\u17d3"
_LETTER = rf"[^\W_{HAN}{KANA}{HANGUL}]"
WORD = re.compile(rf"{_LETTER}(?:{_LETTER}+|[{_MARK}{INVISIBLE}]+)*")
_TOKEN = re.compile(rf"{WORD.pattern}|[{HAN}{KANA}{HANGUL}]+")
_CLITIC = re.compile(r"(?<=\w)['’](?:s|t|ll|re|ve|d|m)\b", re.IGNORECASE)
_JOINED = re.compile(
    r"(?<![\w.-])(?:[^\W\d_]+(?:['’.\-_][^\W\d_]+)+|\d{1,3}(?:[,.'’\u00a0\u202f]\d{3})+|\d+(?:-\d+){3,})(?!\w)"
)
_POINTED = re.compile(r"(?<![\w.,:/-])v?(\d+(?:[.,:/-]\d+){1,4})(?!\w|[.,:/-]\d)")
# What the table's tokenizer would make a single letter, a common word or nothing of.
_NAMED = re.compile(r"(?<!\w)(?:[CF]#|C\+\+|\.NET\b)", re.IGNORECASE)
_NAMES = str.maketrans({"#": "sharp", "+": "plus", ".": "dot"})
_SYMBOL = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_STARRED = re.compile(r"(?<!\w)([^\W\d_]{2,})\*")
HUMP = re.compile(r"[a-z][0-9]*[A-Z]|[A-Z]{2}[a-z]{2}")
HUMPS = re.compile(r"[A-Z]+(?=[A-Z][a-z]{2})|[A-Z]?[a-z0-9]+|[A-Z0-9]+")

_STOP_WORDS = """
a about after all also am an and any are aren as at be because been before being but by can could couldn did
didn do does doesn doing don for from had hadn has hasn have haven having he her here hers him his how i if
in into is isn it its just me more most my no nor not of off on once only or other our ours out over own
same she should shouldn so some such than that the their theirs them then there these they this those
through to too under until up us very was wasn we were weren what when where which while who whom why will
with would wouldn you your yours
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words that nearly every passage has; a question is looked up without them."""


def folded_line(text: str) -> str:
    """A text as a line that can be compared: without case and accents, white space made one space.

    >>> folded_line("Größe  ﬁnal\\nCAFÉ")
    'grosse final cafe'
    """
    return " ".join(folded(text).split())


def passage_terms(title: str, headings: Iterable[str], text: str, name: str) -> str:
    """What the text leg matches for a passage: file name, title, headings and text, each word in its form, then what else words are looked for by.

    `name` is the file's base name. The table's tokenizer takes snake_case apart by itself.
    """
    stem = PurePosixPath(name).stem.replace("_", " ").replace("-", " ").replace(".", " ")
    whole = normalise("\n".join([stem, title, *headings, text]))
    parts = {part for word in set(WORD.findall(whole)) for part in _parts(word)} | set(
        _joined(whole)
    )
    # 2.14 finds 2.14.1 as well.
    parts |= {
        "d".join(number[:count])
        for number in _pointed(whole)
        for count in range(2, len(number) + 1)
    }
    forms = whole if whole.isascii() else _TOKEN.sub(_form, whole)
    return _SURROGATES.sub("\ufffd", "\n".join([forms, " ".join(sorted(parts))]).rstrip())


def without_clitics(plain: str) -> str:
    """A normalised query without the endings that English words take after an apostrophe.

    >>> without_clitics("the tenant's heating isn't on")
    'the tenant  heating isn  on'
    """
    return _CLITIC.sub(" ", plain)


def query_words(bare: str) -> tuple[str, ...]:
    """The distinct words of a normalised query without clitics, in order, at most 64.

    Stop words are left out, but for a query that has nothing else.

    >>> query_words("How do I call parseHttp?")
    ('call', 'parseHttp', 'parse', 'Http')
    """
    words: dict[str, str] = {}
    for whole in _TOKEN.findall(bare):
        for word in (whole, *_parts(whole)):
            words.setdefault(word.casefold(), word)
    telling = [word for small, word in words.items() if small not in STOP_WORDS]
    return tuple((telling or list(words.values()))[:MAX_WORDS])


def query_terms(bare: str, words: Iterable[str]) -> tuple[str, ...]:
    """What the text leg looks for, given a query's `words`: their forms and their other spellings.

    >>> query_terms("Müllers E-Mail", ["Müllers", "E", "Mail"])
    ('mullers', 'e', 'mail', 'muellers', 'email')
    """
    terms = [term for word in words for term in (pairs(word) if is_cjk(word) else [form(word)])]
    latin = [word for word in words if not is_cjk(word)]
    # "valu" is no other spelling of "value": the index has it as its stem.
    spelled = [
        other for word in latin for other in variants(word) if stemmed(other) != stemmed(form(word))
    ]
    return tuple(dict.fromkeys([*terms, *spelled, *_joined(bare), *map("d".join, _pointed(bare))]))


def beginnings(plain: str) -> tuple[str, ...]:
    """The beginnings of words that a normalised query looks for: a star stands behind each.

    >>> beginnings("auth* and C*")
    ('auth',)
    """
    return tuple(form(beginning) for beginning in _STARRED.findall(plain))


def word_count(bare: str, words: Iterable[str]) -> int:
    """How many `words` a query looks for as a person counts them: between white space.

    >>> word_count("what is licence 2022-EC-0417", ["licence", "2022", "EC", "0417"])
    2
    """
    wanted = {word.casefold() for word in words}
    written = set(bare.casefold().split())
    return min(sum(not wanted.isdisjoint(_TOKEN.findall(piece)) for piece in written), MAX_WORDS)


def _form(match: re.Match[str]) -> str:
    word = match[0]
    return f" {' '.join(pairs(word))} " if is_cjk(word) else form(word)


def _joined(text: str) -> list[str]:
    """What is looked for as one word though marks part it, or are a part of it.

    >>> _joined("e-mail v2.13, node.js, C#: 1,299.50 🚀")
    ['email', 'nodejs', '1299', 'csharp', 'u1f680']
    """
    found = (re.sub(r"[\W_]", "", match[0]) for match in _JOINED.finditer(text))
    joined = [form(word) for word in found if len(word) <= LONGEST or word.isdigit()]
    joined += [match[0].lower().translate(_NAMES) for match in _NAMED.finditer(text)]
    return joined + [f"u{ord(symbol):x}" for symbol in _SYMBOL.findall(text)]


def _pointed(text: str) -> list[list[str]]:
    """Decimals, versions, dates and times as the numbers that marks part in them.

    >>> _pointed("e-mail v2.13, node.js, C#: 1,299.50")
    [['2', '13'], ['1', '299', '50']]
    """
    return [re.split(r"\D", match[1]) for match in _POINTED.finditer(text)]


def _parts(word: str) -> list[str]:
    parts = HUMPS.findall(word) if word.isascii() and HUMP.search(word) else []
    return parts if len(parts) > 1 else []
