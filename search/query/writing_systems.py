"""Which writing systems a model can read."""

from __future__ import annotations

import unicodedata
from fnmatch import fnmatchcase

ENGLISH = ("bge-*-en-*", "docsearch starter reranker*", "ms-marco-*", "all-minilm-*")
"""Patterns of the names, in lower case, of models that read English alone.

Text in other letters than Latin ones is noise to them.
"""


def knows_script(model: str, text: str) -> bool:
    """False for a text whose letters mostly are unknown to the model of that name.

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
