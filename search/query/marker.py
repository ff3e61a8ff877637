"""Finds a query's words in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from ..text.spelling import HAN, HANGUL, UNSPACED, form, normalise, stemmed, variants
from ..text.stems import CHANGE_BEGINNINGS, stem_terms
from ..text.terms import HUMP, HUMPS, WORD
from .query_text import QueryText, understand

# A run of one script. A single hiragana is left out: it mostly is grammar and no word.
_RUN = re.compile(f"[{HAN}]+|[\u3041-\u309f]{{2,}}|[\u30a0-\u30ff]+|[{HANGUL}]+")
_IS_HAN = re.compile(f"[{HAN}]")
_HANGUL = re.compile(f"[{HANGUL}]")
_UNSPACED = re.compile(f"[{UNSPACED}]+")

MIN_PART = 4
"""Characters of a part of a run that is marked: shorter parts stand in other words by chance."""


def highlights(text: str, query: str) -> tuple[tuple[int, int], ...]:
    """The character ranges of `text` that show a word of the query, as `Marker` finds them.

    >>> highlights("He files reports.", "reporting a file")
    ((3, 8), (9, 16))
    """
    return Marker(understand(query)).ranges(text)


class Marker:
    """Finds a query's words, and related words, in texts.

    Stems are remembered, so that each text speeds up the next. A marker belongs to one thread.
    """

    def __init__(self, query: QueryText, related: Iterable[str] = ()) -> None:
        words = (word for word in query.words if WORD.match(word) and not _UNSPACED.match(word))
        self._stemmed = _Stems(words, related, query.spoken)
        self._runs = _runs(query.plain)
        self._seen: dict[str, tuple[tuple[int, int, str], ...]] = {}

    def all_in(self, text: str) -> bool:
        """Whether a text has each word of the query; False for a query without words."""
        wanted = [*self._stemmed.words, *({run} for run in self._runs)]
        found = {word for _, _, word in self.found(text)}
        return bool(wanted) and not any(found.isdisjoint(word) for word in wanted)

    def ranges(self, text: str) -> tuple[tuple[int, int], ...]:
        """The character ranges of `text` that show a word of the query, in order and disjoint.

        Words match whatever their case, accents, Unicode form and ending, in English and in the
        languages of the documents. Chinese, Japanese and Korean match by characters; Thai, Lao,
        Burmese and Khmer by their longest common parts.
        """
        return _merged((start, end) for start, end, _ in self.found(text))

    def found(self, text: str) -> tuple[tuple[int, int, str], ...]:
        """Each place (start, end) in `text` of a word of the query, with that word's stem."""
        if text not in self._seen:
            self._seen[text] = tuple(self._found(text))
        return self._seen[text]

    def _found(self, text: str) -> list[tuple[int, int, str]]:
        stemmed = self._stemmed
        places: list[tuple[int, int, str]] = []
        if stemmed:
            for match in WORD.finditer(text):
                word = match.group()
                if known := stemmed.of(word):
                    places.append((*match.span(), known))
                elif not word.islower() and HUMP.search(word):
                    start = match.start()
                    places += [
                        (start + part.start(), start + part.end(), known)
                        for part in HUMPS.finditer(word)
                        if (known := stemmed.of(part.group()))
                    ]
        if self._runs:
            places += _run_places(text, self._runs)
        return places


class _Stems:
    """The stems of a query's words; `words` has those of each, as English.

    `languages` are those in which words are compared by their stems too.
    """

    def __init__(
        self, words: Iterable[str], related: Iterable[str], languages: Iterable[str]
    ) -> None:
        words = list(words)
        spelled = [{form(word), *variants(word)} for word in words]
        forms = {other for word in spelled for other in word} | set(related)
        self._stems = {stemmed(word) for word in forms} | forms
        self.words = [{stemmed(other) for other in word} for word in spelled]
        # Stemming is slow and keeps a word's beginning, so that only a word that begins like one of
        # the query's is stemmed.
        self._beginnings = {word[:3] for word in self._stems}
        self._known: dict[str, str] = {}
        self._foreign = [_ForeignStems(words, language) for language in languages]

    def __bool__(self) -> bool:
        return bool(self._stems)

    def of(self, word: str) -> str:
        """The stem that a word shares with a word of the query; empty where there is none."""
        known = self._known.get(word)
        if known is None:
            plain = form(word)
            known = ""
            if plain[:3] in self._beginnings or plain[:2] in self._beginnings:
                stem = stemmed(plain)
                known = stem if plain in self._stems or stem in self._stems else ""
            known = known or next(filter(None, (each.of(word) for each in self._foreign)), "")
            self._known[word] = known
        return known


class _ForeignStems:
    """The stems of a query's words in one language other than English."""

    def __init__(self, words: Iterable[str], language: str) -> None:
        self._english: dict[str, str] = {}
        for word in words:
            for term in stem_terms([word], language):
                self._english.setdefault(term, stemmed(form(word)))
        self._language = language
        self._beginnings = {form(word)[:2] for word in words} if self._english else set()

    def of(self, word: str) -> str:
        """The English stem of the query's word that has the same stem as this; empty for none."""
        is_alike = self._language in CHANGE_BEGINNINGS or form(word)[:2] in self._beginnings
        if not (self._english and is_alike):
            return ""
        terms = stem_terms([normalise(word)], self._language)
        return self._english.get(terms[0], "") if terms else ""


def _runs(plain: str) -> set[str]:
    """A query's runs of one script without spaces, and the pairs of characters of Chinese runs."""
    runs = set(_RUN.findall(plain))
    runs |= {run[at : at + 2] for run in runs if _IS_HAN.match(run) for at in range(len(run) - 1)}
    return runs | set(_UNSPACED.findall(plain))


def _run_places(text: str, runs: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """Where the runs, or parts of them, stand in the text, each with the part that stands there."""
    # Each character is normalised alone, so that every place in the normalised text leads back to
    # a place in the original.
    origin = [at for at, letter in enumerate(text) for _ in normalise(letter)]
    plain = "".join(map(normalise, text))
    for part in {part for run in runs for part in _parts_in(run, plain)}:
        at = plain.find(part)
        while at >= 0:
            end = origin[at + len(part) - 1] + 1
            while end < len(text) and _is_mark(text[end]):
                end += 1
            yield origin[at], end, part
            at = plain.find(part, at + 1)


def _parts_in(run: str, text: str) -> list[str]:
    """The run itself, or the longest parts of it that the text has.

    A run has parts where the index takes its script apart with a dictionary, and in Korean, where
    endings stand behind a word.
    """
    is_korean = _HANGUL.match(run) is not None and run not in text
    if not (is_korean or _UNSPACED.match(run)):
        return [run]
    parts, at = [], 0
    min_length = min(len(run), 2 if is_korean else MIN_PART)
    while at + min_length <= len(run):
        end = at + min_length
        if _is_mark(run[at]) or run[at:end] not in text:
            at += 1
            continue
        while end < len(run) and run[at : end + 1] in text:
            end += 1
        parts.append(run[at:end])
        at = end
    return parts


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) == "Mn"


def _merged(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
