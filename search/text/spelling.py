"""Brings words into one spelling, so that passages and queries can be compared."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from ..lazy_package import import_lazily

INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
KANA = "\u3041-\u30ff"
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese and Khmer are written without spaces.

In the index a dictionary splits their text into words.
"""

HANGUL = "\u1100-\u11ff\uac00-\ud7af"

STEMMERS = {
    "ARABIC": "arabic",
    "ARMENIAN": "armenian",
    "CYRILLIC": "russian",
    "DEVANAGARI": "hindi",
    "GREEK": "greek",
    "TAMIL": "tamil",
}
"""Script → the stemmer of its words; the table's index stems Latin words as English."""

_INVISIBLES = re.compile(f"[{INVISIBLE}]")
_IS_CJK = re.compile(f"[{HAN}{KANA}{HANGUL}]")
# Letters that Unicode does not decompose.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Accents, and the points of Hebrew and Arabic, which are mostly left out.
_POINTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670]")
# How these letters are written where a keyboard lacks them.
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_VOWELS = re.compile("ae|oe|ue|aa")
_VOWEL = {"ae": "a", "oe": "o", "ue": "u", "aa": "a"}


def normalise(text: str) -> str:
    """NFKC without soft hyphens and zero-width characters; both sides of a match pass through it.

    >>> normalise("ﬁ\u00adle １２")
    'file 12'
    """
    return text if text.isascii() else unicodedata.normalize("NFKC", _INVISIBLES.sub("", text))


def folded(text: str) -> str:
    """The text in lower case, without accents, and with plain letters for those such as ø and ß.

    >>> folded("Größe ŒUVRE ёлка")
    'grosse oeuvre елка'
    """
    if text.isascii():
        return text.lower()
    # A capital İ decomposes into an i and a dot, which is no accent of a lower-case letter.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", normalise(text)).casefold())
    return unicodedata.normalize("NFC", _POINTS.sub("", apart).translate(_LETTERS))


@lru_cache(maxsize=1 << 16)
def form(word: str) -> str:
    """The form of a word that the text leg compares.

    The word is folded, and stemmed where its script has a stemmer of its own.

    >>> form("Élèves"), form("БИБЛИОТЕКИ") == form("библиотека")
    ('eleves', True)
    """
    plain = folded(word)
    if plain.isascii():
        return plain
    language = STEMMERS.get(unicodedata.name(plain[0], "").split(" ", 1)[0])
    return str(stemmer(language)(plain)) if language else plain


def pairs(run: str) -> list[str]:
    """The overlapping pairs of characters in a run of Chinese, Japanese or Korean.

    No dictionary says where the words of the run end.

    >>> pairs("北京大学")
    ['北京', '京大', '大学']
    """
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def is_cjk(word: str) -> bool:
    """Whether a word begins with a Chinese, Japanese or Korean character."""
    return _IS_CJK.match(word) is not None


def variants(word: str) -> list[str]:
    """Other spellings of a Latin word: ä written as ae, or ae as a.

    >>> variants("Müller"), variants("Mueller"), variants("cat")
    (['mueller'], ['muller'], [])
    """
    lower = unicodedata.normalize("NFC", word).lower()
    written_out = lower.translate(_WRITTEN_OUT)
    if written_out != lower:
        return [folded(written_out)]
    shortened = _VOWELS.sub(lambda match: _VOWEL[match[0]], lower) if len(lower) > 3 else lower
    return [folded(shortened)] if shortened != lower else []


@lru_cache(maxsize=1 << 16)
def stemmed(word: str) -> str:
    """The English stem of a word's form, as the table's index makes it.

    >>> stemmed("discovered") == stemmed("discover")
    True
    """
    return str(stemmer("english")(word))


@cache
def stemmer(language: str) -> Any:
    """A function that stems words of the language, from any thread."""
    import threading

    # The package's own code imports the stemmers of some thirty languages.
    import_lazily("snowballstemmer")
    module: Any = import_module(f"snowballstemmer.{language}_stemmer")
    make = getattr(module, f"{language.capitalize()}Stemmer")
    # A stemmer stores the word it works on, so threads cannot share one.
    per_thread = threading.local()

    def stem(word: str) -> str:
        if not hasattr(per_thread, "stem"):
            per_thread.stem = make().stemWord
        return str(per_thread.stem(word))

    return stem
