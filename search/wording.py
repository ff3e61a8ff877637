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


def did_you_mean(name: str, hint: str) -> str:
    """The hint, behind a guess at the name that was meant; an empty name is no guess.

    >>> did_you_mean("query", "see: docsearch --help"), did_you_mean("", "see: docsearch --help")
    ('did you mean query? See: docsearch --help', 'see: docsearch --help')
    """
    return f"did you mean {name}? {hint[:1].upper()}{hint[1:]}" if name else hint
