"""Finds the code in Markdown: what stands between backticks, where nothing else has a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...documents import Block

_BACKTICKS = re.compile("`+")


def literal(text: str, blocks: Iterable[Block]) -> Iterator[tuple[int, int]]:
    """The stretches of the text that are code: blocks, and what stands between backticks.

    Blocks without an entity are passed over.
    """
    for block in blocks:
        if text.find("&", block.start, block.end) < 0:
            continue
        if block.kind == "code":
            yield block.start, block.end
        else:
            yield from spans(text, block.start, block.end)


def spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between backticks in text[start:end].

    A run of backticks is closed by the next run of the same length.
    """
    runs = [match.span() for match in _BACKTICKS.finditer(text, start, end)]
    # The runs of each length are on a list, the last one first, from which those that were passed
    # are taken.
    places: dict[int, list[int]] = {}
    for index in range(len(runs) - 1, -1, -1):
        places.setdefault(runs[index][1] - runs[index][0], []).append(index)
    index = 0
    while index < len(runs):
        same = places[runs[index][1] - runs[index][0]]
        while same and same[-1] <= index:
            same.pop()
        if same:
            yield runs[index][0], runs[same[-1]][1]
            index = same[-1]
        index += 1


def outside(
    comments: list[tuple[int, int]], code: Iterator[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The comments that do not begin inside one of the code spans; both are in order."""
    found: list[tuple[int, int]] = []
    span = next(code, None)
    for comment in comments:
        while span is not None and span[1] <= comment[0]:
            span = next(code, None)
        if span is None or comment[0] < span[0]:
            found.append(comment)
    return found
