"""Text with its marks, cut into pieces that a page shows one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..terminal import printable

Ranges = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text; it may be a word of the question, and it may lie in the sentence."""

    text: str
    is_mark: bool = False
    is_answer: bool = False


def pieces(text: str, marks: Ranges, answers: Ranges, start: int = 0) -> tuple[Piece, ...]:
    """The pieces of a text that begins at the offset `start`, on which the ranges are counted.

    Characters that control a terminal or turn the direction of text are made visible.

    >>> pieces("cold boiler", [(5, 11)], [(0, 11)])
    (Piece(text='cold ', is_mark=False, is_answer=True), \
Piece(text='boiler', is_mark=True, is_answer=True))
    """
    end = start + len(text)
    borders = {min(max(edge, start), end) for span in (*marks, *answers) for edge in span}
    return tuple(
        Piece(
            printable(text[first - start : last - start]),
            _lies_in(first, marks),
            _lies_in(first, answers),
        )
        for first, last in pairwise(sorted(borders | {start, end}))
    )


def _lies_in(offset: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(first <= offset < last for first, last in ranges)
