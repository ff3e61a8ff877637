"""How words are written where they are compared: what can be spelled in several ways is spelled in one, in passages and queries alike."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
KANA = "\u3041-\u30ff"
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese and Khmer: written without spaces, and in the index a dictionary takes their words apart."""

HANGUL = "\u1100-\u11ff\uac00-\ud7af"

STEMMERS = {
    "ARABIC": "arabic",
    "ARMENIAN": "armenian",
    "CYRILLIC": "russian",
    "DEVANAGARI": "hindi",
    "GREEK": "greek",
    "TAMIL": "tamil",
}
"""Script → the stemmer of its words; those in Latin letters are stemmed as English by the table's index."""

_INVISIBLES = re.compile(f"[{INVISIBLE}]")
_IS_CJK = re.compile(f"[{HAN}{KANA}{HANGUL}]")
# Letters that Unicode does not take apart, and the points of Hebrew and Arabic, which are mostly left out.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_POINTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670]")
# As these letters are written where a keyboard lacks them.
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_VOWELS = re.compile("ae|oe|ue|aa")
_VOWEL = {"ae": "a", "oe": "o", "ue": "u", "aa": "a"}


def normalise(text: str) -> str:
    """NFKC, without soft hyphens and zero-width characters: both sides of a match go through it.

    >>> normalise("ﬁ\u00adle １２")
    'file 12'
    """
    return text if text.isascii() else unicodedata.normalize("NFKC", _INVISIBLES.sub("", text))


def folded(text: str) -> str:
    """The text in lower case, without accents, and letters such as ø and ß as plain ones.

    >>> folded("Größe ŒUVRE ёлка")
    'grosse oeuvre елка'
    """
    if text.isascii():
        return text.lower()
    # A capital İ falls into an i and a dot that is no accent of a small letter.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", normalise(text)).casefold())
    return unicodedata.normalize("NFC", _POINTS.sub("", apart).translate(_LETTERS))


@lru_cache(maxsize=1 << 16)
def form(word: str) -> str:
    """The form of a word that the text leg compares: folded, and stemmed where its script has a stemmer of its own.

    >>> form("Élèves"), form("БИБЛИОТЕКИ") == form("библиотека")
    ('eleves', True)
    """
    plain = folded(word)
    if plain.isascii():
        return plain
    language = STEMMERS.get(unicodedata.name(plain[0], "").split(" ", 1)[0])
    return str(_stemmer(language)(plain)) if language else plain


def pairs(run: str) -> list[str]:
    """A run of Chinese, Japanese or Korean as its overlapping pairs of characters: no dictionary tells where its words end.

    >>> pairs("北京大学")
    ['北京', '京大', '大学']
    """
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def is_cjk(word: str) -> bool:
    """Whether a word begins with a Chinese, Japanese or Korean character."""
    return _IS_CJK.match(word) is not None


def variants(word: str) -> list[str]:
    """Other forms of a Latin word: with ä as ae, and back.

    >>> variants("Müller"), variants("Mueller"), variants("cat")
    (['mueller'], ['muller'], [])
    """
    small = unicodedata.normalize("NFC", word).lower()
    written_out = small.translate(_WRITTEN_OUT)
    if written_out != small:
        return [folded(written_out)]
    plain = _VOWELS.sub(lambda match: _VOWEL[match[0]], small) if len(small) > 3 else small
    return [folded(plain)] if plain != small else []


@lru_cache(maxsize=1 << 16)
def stemmed(word: str) -> str:
    """The English stem of a word in its form, as the table's index makes it.

    >>> stemmed("discovered") == stemmed("discover")
    True
    """
    return str(_stemmer("english")(word))


@cache
def _stemmer(language: str) -> Any:
    import threading

    import snowballstemmer

    # A stemmer keeps the word it works on, so threads cannot share one.
    own = threading.local()

    def stem(word: str) -> str:
        if not hasattr(own, "stem"):
            own.stem = snowballstemmer.stemmer(language).stemWord
        return str(own.stem(word))

    return stem
