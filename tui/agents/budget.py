"""How much text a language model is given at once."""

from __future__ import annotations

CHARS_PER_TOKEN = 4
"""What English text takes in the tokenizers of today's models, roughly."""
ELLIPSIS = "…"


def chars_of(tokens: int) -> int:
    """The characters of about so many tokens."""
    return tokens * CHARS_PER_TOKEN


def excerpt(text: str, around: tuple[int, int], chars: int) -> str:
    """At most `chars` characters of the text that hold as much of the range as there is room for.

    What is left out before and behind is marked by an ellipsis.

    >>> excerpt("one two three four five", (8, 13), 13)
    '…two three fou…'
    """
    if len(text) <= chars:
        return text
    start, end = around
    spare = max(0, chars - (end - start))
    first = max(0, min(start - spare // 2, len(text) - chars))
    last = first + chars
    return (ELLIPSIS if first else "") + text[first:last] + (ELLIPSIS if last < len(text) else "")
