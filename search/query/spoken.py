"""In which of the languages of the documents a query is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ..text.function_words import FUNCTION_WORDS
from ..text.stems import STEMMERS
from ..text.terms import STOP_WORDS, WORD

ENGLISH = "en"


def spoken_in(plain: str, languages: Mapping[str, float]) -> dict[str, float]:
    """The languages in which a normalised query is looked for by stems, with their shares.

    `languages` has the share of the documents in each language, by its ISO code. Of these, and
    English, it is the one that most function words of the query are of; a query without them, or of
    which two have as many, may be in each.

    >>> spoken_in("Wann wurde das Haus gebaut?", {"de": 0.3, "en": 0.6, "fr": 0.1})
    {'de': 1.0}
    >>> spoken_in("when was the house built", {"de": 0.3, "en": 0.7})
    {}
    >>> spoken_in("Haus", {"de": 0.3, "en": 0.7})
    {'de': 0.3}
    """
    stemmed = {code: share for code, share in languages.items() if code in STEMMERS}
    if not stemmed:
        return {}
    counts = Counter[str]()
    for word in map(str.lower, WORD.findall(plain)):
        counts[ENGLISH] += word in STOP_WORDS or word in FUNCTION_WORDS["LATIN"][ENGLISH]
        counts.update(code for code in stemmed if word in FUNCTION_WORDS["LATIN"].get(code, ()))
    (first, most), *others = counts.most_common(2) or [("", 0)]
    if not most or any(count == most for _, count in others):
        return stemmed
    return {} if first == ENGLISH else {first: 1.0}
