"""Lets the passages of long documents take turns, so that none keeps the others waiting."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

Piece = TypeVar("Piece")

TURN = 128
"""The passages that a document gives in one turn. Most documents have fewer."""

MAX_OPEN = 4
"""No more documents take turns with each other: each is in memory until its end."""


@dataclass(frozen=True, slots=True)
class Source(Generic[Piece]):
    """A document that waits for its turn.

    size: the bytes of its file. pieces: its passages. held: gives the bytes of memory that it
    holds. release: called after its last passage.
    """

    size: int
    pieces: Iterator[Piece]
    held: Callable[[], int]
    release: Callable[[], None]


def in_turns(sources: Iterable[Source[Piece]], most: int) -> Generator[Piece]:
    """The passages of all sources: each source has a turn of TURN passages after the other.

    A source begins as soon as fewer than MAX_OPEN others take turns, which hold less than `most`
    bytes of memory. Files of the same size never take turns with each other: they may be identical,
    and the second one copies the vectors of the first, which must be there.
    """
    remaining = iter(sources)
    coming = next(remaining, None)
    taking_turns: deque[Source[Piece]] = deque()
    while coming or taking_turns:
        # A document that has not begun goes before those that have had a turn.
        may_begin = (
            len(taking_turns) < MAX_OPEN
            and coming is not None
            and all(source.size != coming.size for source in taking_turns)
            and sum(source.held() for source in taking_turns) < most
        )
        if coming is not None and (may_begin or not taking_turns):
            source, coming = coming, next(remaining, None)
        else:
            source = taking_turns.popleft()
        turn = 0
        for piece in islice(source.pieces, TURN):
            turn += 1
            yield piece
        if turn == TURN:
            taking_turns.append(source)
        else:
            source.release()
