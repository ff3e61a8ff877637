"""Tells in what language a text is written, by its script and its function words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection
from functools import lru_cache

from ..documents import Document
from .function_words import FUNCTION_WORDS

SAMPLE = 1200
"""The characters of each of the three stretches of a long text that are looked at."""

MAX_BLOCKS = 60
"""The most blocks of a document that are looked at, spread over all of it."""

MIN_LETTERS = 12
"""The least letters of a text in a script that one language alone uses."""

MIN_HITS, MIN_DISTINCT = 3, 2
"""The least function words of a text, and the least different ones.

Single letters do not count: they are names in programs and formulas.
"""

MIN_SHARE = 0.12
"""The least share of function words among all words: lists of names and code have fewer."""

MIN_SCRIPT = 0.6
"""The least share of a text's letters that are in the script of its language."""

OWN_LETTER = 0.5
"""How many function words of its own a letter counts for that only one language of several has."""

MAX_RIVAL = 0.8
"""The language that comes second has at most this part of the first one's score."""

# A few words in Chinese characters may be in either language.
_RELATED = {"zh": {"zh", "ja"}, "ja": {"zh", "ja"}}
_SCRIPTS = {
    "HANGUL": "ko",
    "GREEK": "el",
    "HEBREW": "he",
    "THAI": "th",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "BENGALI": "bn",
    "GURMUKHI": "pa",
    "GUJARATI": "gu",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "KHMER": "km",
    "LAO": "lo",
    "MYANMAR": "my",
    "ETHIOPIC": "am",
    "TIBETAN": "bo",
}
"""Script → the language that nearly every text in it is written in."""

_OWN_LETTERS = {
    **dict.fromkeys("ěřů", "cs"),
    **dict.fromkeys("ľĺŕ", "sk"),
    **dict.fromkeys("іїєґ", "uk"),
    **dict.fromkeys("ыэё", "ru"),
    **dict.fromkeys("ѓќѕ", "mk"),
    **dict.fromkeys("ђћ", "sr"),
    "ъ": "bg",
}
"""Letters by which languages with similar words are told apart; Russian has few of the last."""

_ENGLISH = frozenset({"the", "of", "to"})
"""English prose has one of these; the other words are names and keywords in programs too."""

_WEIGHTS = {"CJK": 3.0, "HIRAGANA": 3.0, "KATAKANA": 2.0, "HANGUL": 2.0}
"""How many letters of an alphabet a character of these scripts counts for."""

_MIN_KANA = 0.1
"""The least share of hiragana and katakana in Japanese; Chinese texts quote single words."""

_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f\u064b-\u0652\u0900-\u0963])+")


def language_of(text: str) -> str:
    """The ISO 639-1 code of the language of most of a text; empty where it is not sure.

    Code, tables of numbers and texts of a few words have none. Of a long text, three stretches are
    looked at.

    >>> language_of("Der Hahn tropft, weil die Dichtung nicht mehr in der Fassung sitzt.")
    'de'
    >>> language_of("x = [3, 4, 5]")
    ''
    """
    sample = _sample(text).lower()
    weights = _weights(sample)
    script, weight = max(weights.items(), key=lambda item: item[1], default=("", 0.0))
    if weight < MIN_LETTERS or weight < MIN_SCRIPT * sum(weights.values()):
        return ""
    if script in FUNCTION_WORDS:
        return _by_words(sample, script)
    if script == "CJK":
        kana = sum(letter in _KANA for letter in sample)
        han = weight / _WEIGHTS["CJK"]
        return "ja" if kana > _MIN_KANA * han else "zh"
    return _SCRIPTS.get(script, "")


def is_foreign(query: str, languages: Collection[str]) -> bool:
    """Whether a query is in none of the `languages`, as far as its script and its words tell.

    A query is too short for `language_of` to be sure. But it is foreign where it has function words
    of other languages and none of these. Without `languages` no query is.

    >>> is_foreign("Wo sitzt der Hahn?", {"en"}), is_foreign("Wo sitzt der Hahn?", {"en", "de"})
    (True, False)
    >>> is_foreign("Dichtung Hahn", {"en"}), is_foreign("水龙头在哪里漏水的原因和维修方法", {"en"})
    (False, True)
    """
    if not languages:
        return False
    sample = query.lower()
    weights = _weights(sample)
    script = max(weights, key=lambda name: weights[name], default="")
    if script not in FUNCTION_WORDS:
        language = language_of(query)
        return bool(language) and not _RELATED.get(language, {language}) & set(languages)
    words = set(_WORD.findall(unicodedata.normalize("NFC", sample)))
    owners = [known for word in words if len(word) > 1 and (known := _owners(script).get(word))]
    return len(owners) >= MIN_DISTINCT and not any(set(known) & set(languages) for known in owners)


def language_of_document(document: Document) -> str:
    """As `language_of`, for the prose of a document: its blocks of code do not count."""
    prose = [block for block in document.blocks if block.kind != "code"]
    step = -(-len(prose) // MAX_BLOCKS) or 1
    return language_of(
        "\n".join(
            document.text[block.start : min(block.end, block.start + SAMPLE)]
            for block in prose[::step]
        )
    )


_KANA = frozenset(map(chr, range(0x3041, 0x30FB)))


def _sample(text: str) -> str:
    """Three stretches of a long text: its beginning, middle and end."""
    if len(text) <= 3 * SAMPLE:
        return text
    middle = (len(text) - SAMPLE) // 2
    return f"{text[:SAMPLE]}\n{text[middle : middle + SAMPLE]}\n{text[-SAMPLE:]}"


def _weights(sample: str) -> dict[str, float]:
    """How much of a text each script has; Japanese counts as that of its Chinese characters."""
    weights: dict[str, float] = {}
    for letter, count in Counter(sample).items():
        if script := _script(letter):
            weight = count * _WEIGHTS.get(script, 1.0)
            script = "CJK" if script in ("HIRAGANA", "KATAKANA") else script
            weights[script] = weights.get(script, 0.0) + weight
    return weights


@lru_cache(maxsize=1 << 13)
def _script(letter: str) -> str:
    """The first word of a letter's Unicode name; empty for other characters."""
    if not letter.isalpha():
        return ""
    script = unicodedata.name(letter, "").split(" ", 1)[0]
    return "LATIN" if script == "FULLWIDTH" else script


def _by_words(sample: str, script: str) -> str:
    """The language of the script that most function words of the text are of.

    A word counts the less, the more languages have it.
    """
    words = Counter(_WORD.findall(unicodedata.normalize("NFC", sample)))
    owners = {word: known for word in words if (known := _owners(script).get(word))}
    scores: defaultdict[str, float] = defaultdict(float)
    hits = Counter[str]()
    long_hits, distinct = Counter[str](), Counter[str]()
    for word, languages in owners.items():
        for language in languages:
            scores[language] += words[word] / len(languages)
            hits[language] += words[word]
            if len(word) > 1:
                long_hits[language] += words[word]
                distinct[language] += 1
    if not scores:
        return ""
    for letter, language in _OWN_LETTERS.items():
        # Single words of another language have such letters too, as names do.
        if language in scores:
            scores[language] += OWN_LETTER * sample.count(letter)
    (best, score), *others = sorted(scores.items(), key=lambda item: -item[1])
    is_sure = (
        long_hits[best] >= MIN_HITS
        and distinct[best] >= MIN_DISTINCT
        and hits[best] >= MIN_SHARE * words.total()
        and not (best == "en" and _ENGLISH.isdisjoint(words))
    )
    has_rival = any(other > MAX_RIVAL * score for _, other in others)
    return best if is_sure and not has_rival else ""


@lru_cache(maxsize=4)
def _owners(script: str) -> dict[str, tuple[str, ...]]:
    """Each function word of a script with the languages that have it."""
    owners: dict[str, list[str]] = {}
    for language, words in FUNCTION_WORDS[script].items():
        for word in words:
            owners.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in owners.items()}
