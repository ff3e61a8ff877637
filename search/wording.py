"""Words in messages: counted nouns, and guesses at a misspelt name."""

from __future__ import annotations

from collections.abc import Iterable


def counted(count: int, noun: str, plural: str = "") -> str:
    """The number with its noun; without `plural`, the plural ends in s.

    >>> counted(1, "passage"), counted(1200, "passage"), counted(0, "reply", "replies")
    ('1 passage', '1,200 passages', '0 replies')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def closest(word: str, names: Iterable[str]) -> str:
    """The name that is most like the word, in whatever case; empty if none is like it.

    >>> closest("--Lmit", ["--limit", "--min-score"]), closest("x", ["--limit"])
    ('--limit', '')
    """
    from difflib import get_close_matches

    folded = {name.lower(): name for name in names}
    found = get_close_matches(word.lower(), folded, n=1)
    return folded[found[0]] if found else ""


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """The beginning of a hint, with the name that is most like the word; empty if none is.

    >>> did_you_mean("balancd", ["starter", "balanced"])
    'did you mean balanced? '
    """
    name = closest(word, names)
    return f"did you mean {name}? " if name else ""
