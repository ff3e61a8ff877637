"""The rerank stage: a cross-encoder reads the query with each of the best candidates' passages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from ..text.passages import headed_text
from ..text.sentences import sentences

if TYPE_CHECKING:
    from ..documents import Judgement, Passage
    from ..protocols import Reranker

SLICE = 8
"""Passages read between two looks at the clock, and between two orders for a watcher."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A passage as a reranker reads it: its text, and its sentences as ranges of characters."""

    text: str
    sentences: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, passage: Passage, kind: str) -> Readable:
        """A passage of a document of that kind, below its trail of headings."""
        text = headed_text(passage)
        shift = len(text) - len(passage.text)
        return cls(
            text,
            tuple((start + shift, end + shift) for start, end in sentences(passage.text, kind)),
        )


def rerank(
    reranker: Reranker,
    query: str,
    passages: Sequence[Readable],
    budget: float | None = None,
    on_read: Callable[[Sequence[Judgement]], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Judgement]:
    """What the reranker makes of each of the first passages.

    `passages` come best first. All are read, or as many as `budget` seconds allow. With a budget or
    a watcher the reranker reads them slice by slice: the last slice may overrun the budget, and a
    budget of 0 reads nothing. `on_read` is given the judgements so far between two slices, and
    an exception that it raises ends the work.
    """

    def read(part: Sequence[Readable]) -> list[Judgement]:
        return reranker.judge(
            query, [each.text for each in part], [each.sentences for each in part]
        )

    if budget is None and on_read is None:
        return read(passages) if passages else []
    end = clock() + (inf if budget is None else budget)
    judgements: list[Judgement] = []
    while len(judgements) < len(passages) and clock() < end:
        judgements.extend(read(passages[len(judgements) : len(judgements) + SLICE]))
        if on_read is not None and len(judgements) < len(passages):
            on_read(judgements)
    return judgements
