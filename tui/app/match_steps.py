"""The way from match to match in a document."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from search.results import Hit


def matches(path: str, hits: Iterable[Hit]) -> list[int]:
    """The offsets in the document at which the matches of its hits begin, in order."""
    return sorted(
        {hit.char_start + start for hit in hits if hit.path == path for start, _ in hit.highlights}
    )


def next_match(found: Sequence[int], char: int, step: int) -> int:
    """The index of the match after the offset `char`, or before it with a `step` of -1.

    After the last match comes the first one.

    >>> [next_match([3, 8], char, 1) for char in (0, 3, 8)]
    [0, 1, 0]
    >>> [next_match([3, 8], char, -1) for char in (3, 8, 9)]
    [1, 0, 1]
    """
    place = bisect_right(found, char) if step > 0 else bisect_left(found, char) - 1
    return place % len(found)
