"""Words: what the text leg matches in a passage, what it looks for, and where a passage shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from .spelling import HAN, HANGUL, INVISIBLE, KANA, folded, form, is_cjk, normalise, pairs, stemmed, variants

VERSION = 1
"""Raised with each change of what `passage_terms` gives, so that an index knows that its documents are to be read again."""

MAX_WORDS = 64

LONGEST = 10
"""Letters of a word that is put together of others: longer ones, boundary-layer for one, are mostly two words."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_IS_HAN = re.compile(f"[{HAN}]")
# What is alike in one script: a single kana of a sentence's grammar is no word.
_RUN = re.compile(f"[{HAN}]+|[\u3041-\u309f]{{2,}}|[\u30a0-\u30ff]+|[{HANGUL}]+")
# Python's \w leaves out combining marks; the blocks of the scripts that cannot be written without them stand here.
_MARK = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u109f\u1780-\u17d3"
_LETTER = rf"[^\W_{HAN}{KANA}{HANGUL}]"
_WORD = re.compile(rf"{_LETTER}(?:{_LETTER}+|[{_MARK}{INVISIBLE}]+)*")
_TOKEN = re.compile(rf"{_WORD.pattern}|[{HAN}{KANA}{HANGUL}]+")
_CLITIC = re.compile(r"(?<=\w)['’](?:s|t|ll|re|ve|d|m)\b", re.IGNORECASE)
_MARKED = re.compile(
    r"(?<![\w.-])(?:[^\W\d_]+(?:['’.\-_][^\W\d_]+)+|\d{1,3}(?:[,.'’\u00a0\u202f]\d{3})+|\d+(?:-\d+){3,})(?!\w)"
)
_STARRED = re.compile(r"(?<!\w)([^\W\d_]{2,})\*")
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
    parts = {part for word in set(_WORD.findall(whole)) for part in _parts(word)} | set(_joined(whole))
    forms = whole if whole.isascii() else _TOKEN.sub(_form, whole)
    return _SURROGATES.sub("\ufffd", "\n".join([forms, " ".join(sorted(parts))]).rstrip())


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
    telling = [word for small, word in words.items() if small not in STOP_WORDS]
    return (telling or list(words.values()))[:MAX_WORDS]


def query_terms(query: str) -> list[str]:
    """What the text leg looks for: the query's words as `passage_terms` has them, and as they may be spelled otherwise.

    >>> query_terms("Müllers E-Mail")
    ['mullers', 'e', 'mail', 'muellers', 'email']
    """
    words = query_words(query)
    terms = [term for word in words for term in (pairs(word) if is_cjk(word) else [form(word)])]
    latin = [word for word in words if not is_cjk(word)]
    # "valu" is no other spelling of "value": the index has it as its stem.
    spelled = [other for word in latin for other in variants(word) if stemmed(other) != stemmed(form(word))]
    return list(dict.fromkeys([*terms, *spelled, *_joined(_CLITIC.sub(" ", normalise(query)))]))


def beginnings(query: str) -> list[str]:
    """The beginnings of words that a query looks for, marked by a star.

    >>> beginnings("auth* and C*")
    ['auth']
    """
    return [form(beginning) for beginning in _STARRED.findall(normalise(query))]


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
    """Finds a query's words, and related ones, in texts; what it learns of one text speeds up the next. For one thread."""

    def __init__(self, query: str, related: Iterable[str] = ()) -> None:
        self._stemmed = _Stems((word for word in query_words(query) if _WORD.match(word)), related)
        self._runs = _cjk_runs(query)
        self._seen: dict[str, tuple[tuple[int, int, str], ...]] = {}

    def all_in(self, text: str) -> bool:
        """Whether a text has each word of the query, and there is one."""
        wanted = [*self._stemmed.words, *({run} for run in self._runs)]
        found = {word for _, _, word in self.found(text)}
        return bool(wanted) and not any(found.isdisjoint(word) for word in wanted)

    def ranges(self, text: str) -> tuple[tuple[int, int], ...]:
        """The character ranges of `text` that show a word of the query, in order and apart from each other.

        Words match whatever their case, accents, Unicode form and English ending; Chinese, Japanese and Korean match by characters.
        """
        return _merged((start, end) for start, end, _ in self.found(text))

    def found(self, text: str) -> tuple[tuple[int, int, str], ...]:
        """Each place (start, end) in `text` of a word of the query, with the word in the form that all its places share."""
        if text not in self._seen:
            self._seen[text] = tuple(self._found(text))
        return self._seen[text]

    def _found(self, text: str) -> list[tuple[int, int, str]]:
        stemmed = self._stemmed
        places: list[tuple[int, int, str]] = []
        if stemmed:
            for match in _WORD.finditer(text):
                word = match.group()
                if known := stemmed.of(word):
                    places.append((*match.span(), known))
                elif not word.islower() and _HUMP.search(word):
                    start = match.start()
                    places += [
                        (start + part.start(), start + part.end(), known)
                        for part in _HUMPS.finditer(word)
                        if (known := stemmed.of(part.group()))
                    ]
        if self._runs:
            places += _cjk_places(text, self._runs)
        return places


class _Stems:
    """The stems of a query's words; `words` has those of each."""

    def __init__(self, words: Iterable[str], related: Iterable[str]) -> None:
        spelled = [{form(word), *variants(word)} for word in words]
        forms = {other for word in spelled for other in word} | set(related)
        self._stems = {stemmed(word) for word in forms} | forms
        self.words = [{stemmed(other) for other in word} for word in spelled]
        # Stemming is slow and keeps a word's beginning: only a word that begins like one of the query's is stemmed.
        self._beginnings = {word[:3] for word in self._stems}
        self._known: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._stems)

    def of(self, word: str) -> str:
        """The stem that a word has in common with one of the query's; empty where there is none."""
        known = self._known.get(word)
        if known is None:
            plain = form(word)
            known = ""
            if plain[:3] in self._beginnings or plain[:2] in self._beginnings:
                stem = stemmed(plain)
                known = stem if plain in self._stems or stem in self._stems else ""
            self._known[word] = known
        return known


def _form(match: re.Match[str]) -> str:
    word = match[0]
    return f" {' '.join(pairs(word))} " if is_cjk(word) else form(word)


def _joined(text: str) -> list[str]:
    """Words and numbers that are also written without the marks inside: e-mail and node.js as one word, 1,299 and 978-3-16 as one number."""
    found = (re.sub(r"[\W_]", "", match[0]) for match in _MARKED.finditer(text))
    return [form(word) for word in found if len(word) <= LONGEST or word.isdigit()]


def _parts(word: str) -> list[str]:
    parts = _HUMPS.findall(word) if word.isascii() and _HUMP.search(word) else []
    return parts if len(parts) > 1 else []


def _cjk_runs(query: str) -> set[str]:
    """The query's runs of one script; of a longer Chinese run also its pairs of characters."""
    runs = set(_RUN.findall(normalise(query)))
    return runs | {run[at : at + 2] for run in runs if _IS_HAN.match(run) for at in range(len(run) - 1)}


def _cjk_places(text: str, runs: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """Where the runs stand in the text, each with its run."""
    # Each character alone, so that every place in the normalised text leads back to one in the original.
    origin = [at for at, letter in enumerate(text) for _ in normalise(letter)]
    plain = "".join(map(normalise, text))
    for run in runs:
        at = plain.find(run)
        while at >= 0:
            yield origin[at], origin[at + len(run) - 1] + 1, run
            at = plain.find(run, at + 1)


def _merged(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
