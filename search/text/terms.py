"""Splits passages and queries into the words that the text leg matches and looks for."""

from __future__ import annotations

import re
from collections import Counter
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
from .stems import stem_terms

VERSION = 3
"""Raise this with each change of the result of `passage_terms`.

An index then knows that it must read its documents again.
"""

MAX_WORDS = 256
"""The text leg looks for no more than the first 256 words of a query: those of a pasted page."""

QUERY_SATURATION = 8.0
"""k3 of BM25: a word that a query says twice counts 1.8 times, one that it says often 9 times."""

MAX_JOINED = 10
"""The most letters of a joined word that is matched as one word.

Longer joined words, such as boundary-layer, are mostly two words.
"""

_SURROGATES = re.compile("[\ud800-\udfff]")
# Python's \w leaves out combining marks. These are the blocks of the scripts that cannot be written
# without such marks.
_MARK = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u109f\u1780-\u17d3"
_LETTER = rf"[^\W_{HAN}{KANA}{HANGUL}]"
WORD = re.compile(rf"{_LETTER}(?:{_LETTER}+|[{_MARK}{INVISIBLE}]+)*")
_TOKEN = re.compile(rf"{WORD.pattern}|[{HAN}{KANA}{HANGUL}]+")
_SINGLE = re.compile(f"[{HAN}{HANGUL}]")
_CLITIC = re.compile(r"(?<=\w)['’](?:s|t|ll|re|ve|d|m)\b", re.IGNORECASE)
_JOINED = re.compile(
    r"(?<![\w.-])(?:[^\W\d_]+(?:['’.\-_][^\W\d_]+)+|"
    r"\d{1,3}(?:[,.'’\u00a0\u202f]\d{3})+|\d+(?:-\d+){3,})(?!\w)"
)
_POINTED = re.compile(r"(?<![\w.,:/-])v?(\d+(?:[.,:/-]\d+){1,4})(?!\w|[.,:/-]\d)")
# Names that the table's tokenizer would turn into a single letter, a common word or nothing.
_NAMED = re.compile(r"(?<!\w)(?:[CF]#|C\+\+|\.NET\b)", re.IGNORECASE)
_NAMES = str.maketrans({"#": "sharp", "+": "plus", ".": "dot"})
_SYMBOL = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_STARRED = re.compile(r"(?<!\w)([^\W\d_]{2,})\*")
# A word in camelCase has at least one hump; HUMPS are its parts.
HUMP = re.compile(r"[a-z][0-9]*[A-Z]|[A-Z]{2}[a-z]{2}")
HUMPS = re.compile(r"[A-Z]+(?=[A-Z][a-z]{2})|[A-Z]?[a-z0-9]+|[A-Z0-9]+")

_STOP_WORDS = """
a about after all also am an and any are aren as at be because been before being but by can could
couldn did didn do does doesn doing don for from had hadn has hasn have haven having he her here
hers him his how i if in into is isn it its just me more most my no nor not of off on once only or
other our ours out over own same she should shouldn so some such than that the their theirs them
then there these they this those through to too under until up us very was wasn we were weren what
when where which while who whom why will with would wouldn you your yours
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words that nearly every passage has; a question is looked up without them."""


def folded_line(text: str) -> str:
    """A text as one line for comparison: no case, no accents, and single spaces as white space.

    >>> folded_line("Größe  ﬁnal\\nCAFÉ")
    'grosse final cafe'
    """
    return " ".join(folded(text).split())


def passage_terms(
    title: str, headings: Iterable[str], text: str, name: str, language: str = ""
) -> str:
    """The words that the text leg matches for a passage.

    They are the words of file name, title, headings and text, each in its form, and then the other
    words that these may be looked for by, with the stems of title, headings and text where they are
    in another `language` than English (its ISO code). `name` is the file's base name. The table's
    tokenizer splits snake_case by itself.
    """
    stem = PurePosixPath(name).stem.replace("_", " ").replace("-", " ").replace(".", " ")
    own_text = normalise("\n".join([title, *headings, text]))
    full_text = f"{normalise(stem)}\n{own_text}"
    parts = set(_joined(full_text))
    # Most passages have no word in camelCase, and a look at the whole text tells.
    if HUMP.search(full_text):
        parts |= {part for word in set(WORD.findall(full_text)) for part in _parts(word)}
    # A query for 2.14 finds 2.14.1 as well.
    parts |= {
        "d".join(number[:count])
        for number in _pointed(full_text)
        for count in range(2, len(number) + 1)
    }
    # A single Chinese or Korean character may be a word, which no pair of characters finds.
    if not full_text.isascii():
        parts.update(_SINGLE.findall(full_text))
    # Write each word in its form. ASCII text stays as it is: the table's tokenizer does the rest.
    forms = full_text if full_text.isascii() else _TOKEN.sub(_form, full_text)
    stems = stem_terms(WORD.findall(own_text), language) if language else []
    further = " ".join([*sorted(parts), *sorted(stems)])
    return _SURROGATES.sub("\ufffd", f"{forms}\n{further}".rstrip())


def without_clitics(plain: str) -> str:
    """A normalised query without the endings that follow an apostrophe in English words.

    >>> without_clitics("the tenant's heating isn't on")
    'the tenant  heating isn  on'
    """
    return _CLITIC.sub(" ", plain)


def query_words(bare: str) -> tuple[str, ...]:
    """The distinct words of a normalised query without clitics, in order, at most MAX_WORDS.

    Stop words are left out, unless the query has no other words.

    >>> query_words("How do I call parseHttp?")
    ('call', 'parseHttp', 'parse', 'Http')
    """
    return content_words(bare)[:MAX_WORDS]


def content_words(bare: str) -> tuple[str, ...]:
    """As `query_words`, without the bound on their number."""
    words: dict[str, str] = {}
    for token in _TOKEN.findall(bare):
        for word in (token, *_parts(token)):
            words.setdefault(word.casefold(), word)
    without_stop_words = [word for lower, word in words.items() if lower not in STOP_WORDS]
    return tuple(without_stop_words or words.values())


def query_terms(bare: str, words: Iterable[str]) -> tuple[str, ...]:
    """The terms that the text leg looks for: the forms of a query's `words` and other spellings.

    >>> query_terms("Müllers E-Mail", ["Müllers", "E", "Mail"])
    ('mullers', 'e', 'mail', 'muellers', 'email')
    """
    terms = [term for word in words for term in (pairs(word) if is_cjk(word) else [form(word)])]
    latin = [word for word in words if not is_cjk(word)]
    # "valu" is not another spelling of "value": the index has it as the stem of "value".
    spellings = [
        variant
        for word in latin
        for variant in variants(word)
        if stemmed(variant) != stemmed(form(word))
    ]
    return tuple(
        dict.fromkeys([*terms, *spellings, *_joined(bare), *map("d".join, _pointed(bare))])
    )


def query_stems(words: Iterable[str], languages: Iterable[str]) -> tuple[str, ...]:
    """The stems of a query's `words` in each of the languages that documents are in, as terms.

    >>> query_stems(["Häuser"], ["de", "en", "fr"])
    ('0dehaus', '0frhaus')
    """
    words = list(words)
    terms = (term for language in languages for term in stem_terms(words, language))
    return tuple(dict.fromkeys(terms))


def term_weights(bare: str, terms: Iterable[str]) -> tuple[float, ...]:
    """How much each of the terms counts in a query: the more, the more often the query says it.

    This is the factor of BM25 for the frequency of a term in the query, with k3 = QUERY_SATURATION
    (Robertson and others, Okapi at TREC-3).

    >>> term_weights("wing flutter, flutter at high speed", ["wing", "flutter"])
    (1.0, 1.8)
    """
    tokens = _TOKEN.findall(bare)
    counts = Counter(
        term for token in tokens for term in (pairs(token) if is_cjk(token) else [form(token)])
    )
    repeated = (max(counts[term], 1) for term in terms)
    return tuple(count * (QUERY_SATURATION + 1) / (count + QUERY_SATURATION) for count in repeated)


def beginnings(plain: str) -> tuple[str, ...]:
    """The beginnings of words that a normalised query looks for, each written with a star after it.

    >>> beginnings("auth* and C*")
    ('auth',)
    """
    return tuple(form(beginning) for beginning in _STARRED.findall(plain))


def word_count(bare: str, words: Iterable[str]) -> int:
    """The number of `words` in a query as a person counts them: by the white space between them.

    >>> word_count("what is licence 2022-EC-0417", ["licence", "2022", "EC", "0417"])
    2
    """
    wanted = {word.casefold() for word in words}
    query_pieces = set(bare.casefold().split())
    return min(
        sum(not wanted.isdisjoint(_TOKEN.findall(piece)) for piece in query_pieces), MAX_WORDS
    )


def _form(match: re.Match[str]) -> str:
    """A matched word in its form, or a matched run of Chinese and the like as its pairs."""
    word = match[0]
    return f" {' '.join(pairs(word))} " if is_cjk(word) else form(word)


def _joined(text: str) -> list[str]:
    """Words that are looked for as one word although marks split them or are part of them.

    >>> _joined("e-mail v2.13, node.js, C#: 1,299.50 🚀")
    ['email', 'nodejs', '1299', 'csharp', 'u1f680']
    """
    unmarked = (re.sub(r"[\W_]", "", match[0]) for match in _JOINED.finditer(text))
    joined = [form(word) for word in unmarked if len(word) <= MAX_JOINED or word.isdigit()]
    joined += [match[0].lower().translate(_NAMES) for match in _NAMED.finditer(text)]
    return joined + [f"u{ord(symbol):x}" for symbol in _SYMBOL.findall(text)]


def _pointed(text: str) -> list[list[str]]:
    """Decimals, versions, dates and times, each as the numbers between its marks.

    >>> _pointed("e-mail v2.13, node.js, C#: 1,299.50")
    [['2', '13'], ['1', '299', '50']]
    """
    return [re.split(r"\D", match[1]) for match in _POINTED.finditer(text)]


def _parts(word: str) -> list[str]:
    """The parts of a word in camelCase; none for other words."""
    parts = HUMPS.findall(word) if word.isascii() and HUMP.search(word) else []
    return parts if len(parts) > 1 else []
