"""The query as it is understood: what is searched for, what a hit must hold, and what it must not.

A query is taken apart once. The legs, the marks and the answering sentences all take the same
value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..errors import UsageError
from ..text.languages import is_foreign
from ..text.spelling import KANA, UNSPACED, normalise
from ..text.terms import (
    MAX_WORDS,
    STOP_WORDS,
    beginnings,
    content_words,
    folded_line,
    query_stems,
    query_terms,
    query_words,
    term_weights,
    without_clitics,
    word_count,
)
from .spoken import spoken_in

PROSE_WORDS = 3
"""A query with more words than this outside its quotation marks is prose, as is a question.

Prose quotes in its own wording, so that a document need not hold the quoted phrase.
"""

NO_LANGUAGES: Mapping[str, float] = {}
"""Documents in English, or in no language that is known."""

HARDLY_ANY = 0.02
"""A language that a smaller share of the documents is in does not count as theirs."""

OPTION_LENGTH = 3
"""Up to so many letters behind a hyphen at a line's beginning are an option of a command."""

_QUOTED = r'["“„]([^"“”„]+)["”“]'
_MARKED = re.compile(rf"(?:(?<=\s)|^)-(?:{_QUOTED}|(?P<word>[^\W\d_][^\s\"“”]+))|{_QUOTED}")
# Where no spaces separate the letters, a phrase begins and ends anywhere.
_UNSPACED = f"{UNSPACED}{KANA}\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A word or phrase that a hit must not have; `written` is what stands behind the hyphen."""

    written: str
    pattern: re.Pattern[str]

    def stands_in(self, text: str) -> bool:
        """True where the text has the hyphen and the word as they stand, such as `-xzf`.

        A hyphen at the beginning of a line is the mark of a list item, unless the word is as short
        as the options of a command are.
        """
        option = rf"(?<![\w-])-{re.escape(self.written)}(?!\w)"
        is_short = len(self.written) <= OPTION_LENGTH
        return any(
            is_short or text[: match.start()].rpartition("\n")[2].strip()
            for match in re.finditer(option, text)
        )


@dataclass(frozen=True, slots=True)
class QueryText:
    """A query, taken apart.

    text: the query in plain words, without quotation marks and excluded words.
    plain: the text in normal form (NFKC), as the embedder reads it.
    phrases: patterns over a folded line of text; a hit must match each of them.
    excluded: what a hit must not match.
    words: the distinct words in order, without stop words.
    terms: what the text leg looks for: the words' forms and their other spellings.
    weights: how much each term counts: more where the query says it several times.
    beginnings: the beginnings of words that are looked for (`auth*`).
    word_count: the number of words as a person counts them.
    words_left_out: the number of further words, which are not among `words`.
    languages: the share of the documents in each language, by its ISO code.
    spoken: those in which it is looked for by stems as well, as `spoken_in` tells them.
    stems: the terms of the words' stems in these languages, where they have a stemmer.
    """

    text: str
    plain: str
    phrases: tuple[re.Pattern[str], ...]
    excluded: tuple[Exclusion, ...]
    words: tuple[str, ...]
    terms: tuple[str, ...]
    weights: tuple[float, ...]
    beginnings: tuple[str, ...]
    word_count: int
    words_left_out: int = 0
    languages: Mapping[str, float] = field(default_factory=dict)
    spoken: Mapping[str, float] = field(default_factory=dict)
    stems: tuple[str, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Whether the query is in a language that hardly any document is in."""
        common = {code for code, share in self.languages.items() if share >= HARDLY_ANY}
        return is_foreign(self.text, common)

    @property
    def stemmed_share(self) -> float:
        """The share of the documents whose stems are looked for beside the query's words."""
        return sum(self.spoken.values())

    @property
    def is_strict(self) -> bool:
        """True where the query can refuse passages."""
        return bool(self.phrases or self.excluded)

    def refusal(self, text: str) -> str:
        """Why a passage is no hit; empty where it may be one.

        The reason is "phrase" where a phrase is missing, or `-` and the excluded word that it has.
        """
        line = folded_line(text)
        if not all(phrase.search(line) for phrase in self.phrases):
            return "phrase"
        found = (f"-{word.written}" for word in self.excluded if word.pattern.search(line))
        return next(found, "")


def understand(
    query: str, literal: Collection[str] = (), languages: Mapping[str, float] = NO_LANGUAGES
) -> QueryText:
    """Take a query apart, for documents of which these shares are in these languages.

    A hyphen excludes a word where it stands before the word's first letter and the word has two
    characters or more. With a star behind it, it excludes all words that begin so. Words in
    `literal`, and stop words, are looked for with their hyphen: nobody excludes `-it`.

    >>> query = understand('a "cold  start" -diesel')
    >>> query.text, query.words, query.refusal("cold start (diesel)")
    ('a cold  start', ('cold', 'start'), '-diesel')

    Raises UsageError for a query that only excludes.
    """
    phrases: list[str] = []
    excluded: list[Exclusion] = []

    def plain_words(match: re.Match[str]) -> str:
        excluded_phrase, excluded_word, phrase = match[1], match["word"], match[3]
        if phrase is not None:
            phrases.append(phrase)
            return str(phrase)
        if excluded_word is None:
            excluded.append(Exclusion(f'"{excluded_phrase}"', _pattern(excluded_phrase)))
        elif excluded_word in literal or excluded_word.casefold() in STOP_WORDS:
            return str(match[0])
        else:
            pattern = _pattern(excluded_word.rstrip("*"), is_beginning=excluded_word.endswith("*"))
            excluded.append(Exclusion(excluded_word, pattern))
        return " "

    text = _MARKED.sub(plain_words, query).strip()
    if excluded and not text:
        raise UsageError("the query says only what to leave out", "add what to look for")
    if phrases and _is_prose(text, _MARKED.sub(" ", query)):
        phrases = []
    plain = normalise(text)
    bare = without_clitics(plain)
    spoken = spoken_in(plain, languages)
    all_words = content_words(bare)
    words = all_words[:MAX_WORDS]
    terms = query_terms(bare, words)
    return QueryText(
        text=text,
        plain=plain,
        phrases=tuple(map(_pattern, phrases)),
        excluded=tuple(excluded),
        words=words,
        terms=terms,
        weights=term_weights(bare, terms),
        beginnings=beginnings(plain),
        word_count=word_count(bare, words),
        words_left_out=len(all_words) - len(words),
        languages=languages,
        spoken=spoken,
        stems=query_stems(words, spoken),
    )


def _is_prose(text: str, unquoted: str) -> bool:
    words = query_words(without_clitics(normalise(unquoted)))
    return text.endswith(("?", "？")) or len(words) > PROSE_WORDS


def _pattern(phrase: str, is_beginning: bool = False) -> re.Pattern[str]:
    """The phrase in any folded line: as whole words only, or as the beginning of a word."""
    line = folded_line(phrase)
    before = r"(?<!\w)" if re.match(rf"(?![{_UNSPACED}])\w", line) else ""
    ends_word = not is_beginning and re.search(rf"(?![{_UNSPACED}])\w$", line)
    return re.compile(before + re.escape(line) + (r"(?!\w)" if ends_word else ""))
