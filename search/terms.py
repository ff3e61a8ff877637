"""Words: what the text leg matches in a passage, what it looks for, and where a passage shows it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import PurePosixPath
from typing import Any

MAX_WORDS = 64

_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
_INVISIBLES = re.compile(f"[{_INVISIBLE}]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_KANA = "\u3041-\u30ff"
_HANGUL = "\u1100-\u11ff\uac00-\ud7af"
_IS_HAN = re.compile(f"[{_HAN}]")
# What is alike in one script: a single kana of a sentence's grammar is no word.
_RUN = re.compile(f"[{_HAN}]+|[\u3041-\u309f]{{2,}}|[\u30a0-\u30ff]+|[{_HANGUL}]+")
# Python's \w leaves out combining marks; the blocks of the scripts that cannot be written without them stand here.
_MARK = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u109f\u1780-\u17d3"
_LETTER = rf"[^\W_{_HAN}{_KANA}{_HANGUL}]"
_WORD = re.compile(rf"{_LETTER}(?:{_LETTER}+|[{_MARK}{_INVISIBLE}]+)*")
_TOKEN = re.compile(rf"{_WORD.pattern}|[{_HAN}{_KANA}{_HANGUL}]+")
_CLITIC = re.compile(r"(?<=\w)['’](?:s|t|ll|re|ve|d|m)\b", re.IGNORECASE)
_HUMP = re.compile(r"[a-z][0-9]*[A-Z]|[A-Z]{2}[a-z]{2}")
_HUMPS = re.compile(r"[A-Z]+(?=[A-Z][a-z]{2})|[A-Z]?[a-z0-9]+|[A-Z0-9]+")

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


def normalise(text: str) -> str:
    """NFKC, without soft hyphens and zero-width characters: both sides of a match go through it.

    >>> normalise("ﬁ\u00adle １２")
    'file 12'
    """
    return text if text.isascii() else unicodedata.normalize("NFKC", _INVISIBLES.sub("", text))


def folded_line(text: str) -> str:
    """A text as a line that can be compared: without case and accents, white space made one space.

    >>> folded_line("Größe  ﬁnal\\nCAFÉ")
    'grosse final cafe'
    """
    return " ".join(_folded(normalise(text).casefold()).split())


def passage_terms(title: str, headings: Iterable[str], text: str, name: str) -> str:
    """What the text leg matches for a passage: file name, title, headings, text, and the parts of CamelCase words.

    `name` is the file's base name. The table's tokenizer takes snake_case apart by itself.
    """
    stem = PurePosixPath(name).stem.replace("_", " ").replace("-", " ").replace(".", " ")
    whole = normalise("\n".join([stem, title, *headings, text]))
    parts = dict.fromkeys(part for word in set(_WORD.findall(whole)) for part in _parts(word))
    return _SURROGATES.sub("\ufffd", "\n".join([whole, " ".join(sorted(parts))]).rstrip())


def query_words(query: str) -> list[str]:
    """The distinct words of a query in order, at most 64; stop words only where there is nothing else.

    >>> query_words("How do I call parseHttp?")
    ['call', 'parseHttp', 'parse', 'Http']
    """
    plain = _CLITIC.sub(" ", normalise(query))
    words: dict[str, str] = {}
    for whole in _TOKEN.findall(plain):
        for word in (whole, *_parts(whole)):
            words.setdefault(word.casefold(), word)
    telling = [word for folded, word in words.items() if folded not in STOP_WORDS]
    return (telling or list(words.values()))[:MAX_WORDS]


def word_count(query: str) -> int:
    """The number of words that a query looks for as a person counts them, between white space.

    >>> word_count("what is licence 2022-EC-0417")
    2
    """
    wanted = {word.casefold() for word in query_words(query)}
    pieces = set(_CLITIC.sub(" ", normalise(query)).casefold().split())
    return min(sum(1 for piece in pieces if not wanted.isdisjoint(_TOKEN.findall(piece))), MAX_WORDS)


def highlights(text: str, query: str) -> tuple[tuple[int, int], ...]:
    """The character ranges of `text` that show a word of the query, as `Marker` finds them.

    >>> highlights("He files reports.", "reporting a file")
    ((3, 8), (9, 16))
    """
    return Marker(query).ranges(text)


class Marker:
    """Finds a query's words in texts; what it learns of one text speeds up the next. For one thread."""

    def __init__(self, query: str) -> None:
        self._stemmed = _Stems(word for word in query_words(query) if _WORD.match(word))
        self._runs = _cjk_runs(query)

    def ranges(self, text: str) -> tuple[tuple[int, int], ...]:
        """The character ranges of `text` that show a word of the query, in order and apart from each other.

        Words match whatever their case, accents, Unicode form and English ending; Chinese, Japanese and Korean match by characters.
        """
        stemmed = self._stemmed
        ranges: list[tuple[int, int]] = []
        if stemmed:
            for match in _WORD.finditer(text):
                word = match.group()
                if word in stemmed:
                    ranges.append(match.span())
                elif not word.islower() and _HUMP.search(word):
                    start = match.start()
                    parts = _HUMPS.finditer(word)
                    ranges += [(start + part.start(), start + part.end()) for part in parts if part.group() in stemmed]
        if self._runs:
            ranges += _cjk_ranges(text, self._runs)
        return _merged(ranges)


class _Stems:
    """The stems of a query's words; `in` tells whether a word has one of them."""

    def __init__(self, words: Iterable[str]) -> None:
        self._stem = _stemmer()
        folded = {_folded(word) for word in words}
        self._stems = {self._stem(word) for word in folded} | folded
        # Stemming is slow and keeps a word's beginning: only a word that begins like one of the query's is stemmed.
        self._beginnings = {word[:3] for word in self._stems}
        self._known: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._stems)

    def __contains__(self, word: str) -> bool:
        known = self._known.get(word)
        if known is None:
            folded = _folded(word)
            likely = folded[:3] in self._beginnings or folded[:2] in self._beginnings
            known = self._known[word] = likely and (folded in self._stems or self._stem(folded) in self._stems)
        return known


def _stemmer() -> Any:
    import snowballstemmer

    # A stemmer keeps the word it works on, so threads cannot share one.
    return cache(snowballstemmer.stemmer("english").stemWord)


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", normalise(word).casefold())
    return "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f")


def _parts(word: str) -> list[str]:
    parts = _HUMPS.findall(word) if word.isascii() and _HUMP.search(word) else []
    return parts if len(parts) > 1 else []


def _cjk_runs(query: str) -> set[str]:
    """The query's runs of one script; of a longer Chinese run also its pairs of characters."""
    runs = set(_RUN.findall(normalise(query)))
    return runs | {run[at : at + 2] for run in runs if _IS_HAN.match(run) for at in range(len(run) - 1)}


def _cjk_ranges(text: str, runs: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where the runs stand in the text."""
    # Each character alone, so that every place in the normalised text leads back to one in the original.
    origin = [at for at, letter in enumerate(text) for _ in normalise(letter)]
    plain = "".join(map(normalise, text))
    for run in runs:
        at = plain.find(run)
        while at >= 0:
            yield origin[at], origin[at + len(run) - 1] + 1
            at = plain.find(run, at + 1)


def _merged(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
