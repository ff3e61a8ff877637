"""By which letters the compounds of a query's words are looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..storage.compounds import MIN_PART
from ..text.spelling import form
from ..text.stems import COMPOUNDING, stem
from ..text.terms import WORD

if TYPE_CHECKING:
    from .query_text import QueryText

COMPOUND_WORDS = 12
"""The most words of a query whose compounds are looked for: each takes up to 10 ms.

That was measured with a vocabulary of 300,000 words.
"""


def compound_parts(query: QueryText) -> dict[str, list[str]]:
    """Each word of the query with the letters by which compounds have it as a part.

    Only documents in languages that write compounds as one word have them. The parts of a word are
    its stems there, where they are long enough; function words have none. Only the first
    COMPOUND_WORDS words are looked at.
    """
    languages = [language for language in query.spoken if language in COMPOUNDING]
    parts: dict[str, list[str]] = {}
    for word in query.words:
        if len(parts) == COMPOUND_WORDS:
            break
        stems = {stem(word, language) for language in languages if _is_latin(word)}
        if stems and "" not in stems:
            long = {one for one in stems if len(one) >= MIN_PART} or {form(word)}
            # A longer part that begins with another one brings nothing more.
            parts[form(word)] = sorted(
                one for one in long if not any(one != other and other in one for other in long)
            )
    return parts


def _is_latin(word: str) -> bool:
    return WORD.fullmatch(word) is not None and form(word).isascii() and not word[0].isdigit()
