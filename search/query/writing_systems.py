"""Which writing a model can read."""

from __future__ import annotations

import unicodedata
from fnmatch import fnmatchcase

ENGLISH = ("bge-*-en-*", "docsearch starter reranker*", "ms-marco-*", "all-minilm-*")
"""Names of models of English alone, in lower case: what is written in other letters than Latin ones is noise to them."""


def knows_script(model: str, text: str) -> bool:
    """False for a text mostly in letters that a model of that name has never met.

    >>> knows_script("bge-small-en-v1.5 (8-bit)", "котёл"), knows_script("bge-m3", "котёл")
    (False, True)
    """
    name = model.lower()
    if text.isascii() or not any(fnmatchcase(name, pattern) for pattern in ENGLISH):
        return True
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(
        letter.isascii() or unicodedata.name(letter, "").startswith(("LATIN", "FULLWIDTH LATIN"))
        for letter in letters
    )
    return 2 * latin >= len(letters)
