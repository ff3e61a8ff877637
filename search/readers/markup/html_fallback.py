"""Decides which contents a page shows only where scripts or plug-ins are missing.

`<noscript>` may hold the only copy of a text, such as a picture's description in a page that loads
its pictures late. It may also repeat what the page says, or only ask for JavaScript.
"""

from __future__ import annotations

import re

ELEMENTS = frozenset({"noscript", "noframes", "noembed", "object", "canvas", "audio", "video"})

MAX_REQUEST = 400
"""A text about JavaScript or the browser that is longer than this is no mere request."""

SHINGLE = 4
"""Words in a row that are compared with the words of the page."""

_REQUEST = re.compile(
    r"java ?script|\b(?:your|this|the|ihr|dein|votre|tu|su)\s+(?:web ?)?(?:browser|navigat\w+)\b|"
    r"\bbrowser\b|\bplug-?ins?\b|\bflash player\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


def is_request(text: str) -> bool:
    """True for a text such as "Please enable JavaScript".

    >>> is_request("Please enable JavaScript to read this."), is_request("The gate was rehung.")
    (True, False)
    """
    return len(text) <= MAX_REQUEST and _REQUEST.search(text) is not None


class Words:
    """The words of a page, for the comparison of texts with them."""

    def __init__(self, text: str) -> None:
        self._words = _WORD.findall(text.lower())
        self._shingles: dict[int, set[tuple[str, ...]]] = {}

    def hold(self, text: str) -> bool:
        """True where each row of a few words of `text` stands in the page too."""
        words = _WORD.findall(text.lower())
        size = min(SHINGLE, len(words))
        return set(_shingles(words, size)) <= self._of(size)

    def _of(self, size: int) -> set[tuple[str, ...]]:
        if size not in self._shingles:
            self._shingles[size] = set(_shingles(self._words, size))
        return self._shingles[size]


def _shingles(words: list[str], size: int) -> list[tuple[str, ...]]:
    """The rows of `size` words.

    >>> _shingles(["a", "b", "c"], 2)
    [('a', 'b'), ('b', 'c')]
    """
    return [tuple(words[start : start + size]) for start in range(len(words) - size + 1)]
