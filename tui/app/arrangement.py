"""Where the document stands: right of the hits, below them, alone, or nowhere."""

from __future__ import annotations

from collections.abc import Sequence

ARRANGEMENTS: Sequence[str] = ("right", "below", "full", "hidden")
"""The places in the order in which a key goes through them."""


def following(arrangement: str, narrow: bool) -> str:
    """The next arrangement; in a narrow terminal, "right" looks as "below" does.

    >>> [following(name, narrow=True) for name in ARRANGEMENTS]
    ['full', 'full', 'hidden', 'right']
    """
    after = ARRANGEMENTS[(ARRANGEMENTS.index(arrangement) + 1) % len(ARRANGEMENTS)]
    return "full" if narrow and arrangement == "right" else after
