"""The stems of words in the language of their document.

The table's index stems every Latin word as English. A passage in another language has the stems of
that language beside its words, each as a term that no text has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from .function_words import FUNCTION_WORDS
from .spelling import folded, stemmer

STEMMERS: Mapping[str, str] = {
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "sv": "swedish",
    "tr": "turkish",
}
"""ISO code → the stemmer of the language's words, for languages in Latin letters but English."""

COMPOUNDING = frozenset({"da", "de", "nl", "no", "sv"})
"""The languages of these that write compounds as one word, and whose compounds are looked for."""

CHANGE_BEGINNINGS = frozenset({"ga", "id", "nl"})
"""The languages whose stemmers take letters off the beginning of a word."""


@lru_cache(maxsize=1 << 16)
def stem(word: str, language: str) -> str:
    """The stem of a normalised word in a language of STEMMERS, folded; empty for function words.

    >>> stem("Häuser", "de"), stem("Haus", "de"), stem("der", "de")
    ('haus', 'haus', '')
    """
    lower = word.lower()
    if lower in FUNCTION_WORDS["LATIN"].get(language, ()):
        return ""
    return folded(stemmer(STEMMERS[language])(lower))


def stem_terms(words: Iterable[str], language: str) -> list[str]:
    """The terms of the words' stems in a language; none where it has no stemmer.

    Function words, numbers and words in other letters have none.

    >>> stem_terms(["die", "Häuser", "2024"], "de")
    ['0dehaus']
    """
    if language not in STEMMERS:
        return []
    stems = (stem(word, language) for word in words if word[0].isalpha() and folded(word).isascii())
    # A word of a text does not begin with a digit and two letters of a language, or hardly any.
    return [f"0{language}{one}" for one in stems if one]
