"""Replaces the entities in a text by the characters that they stand for: `caf&eacute;` is `café`.

These are the entities of HTML and the numbers of characters. They are a fixed list: nothing that a
file declares is expanded. Lines keep their numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import unescape
from itertools import accumulate
from typing import NamedTuple

from ..documents import Block

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINE_ENDS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029\0]")

Spans = Iterable[tuple[int, int]]
"""Stretches of a text, in order and apart."""


class _Change(NamedTuple):
    start: int
    end: int
    character: str


def plain(words: str) -> str:
    """The words with their entities replaced.

    >>> plain("AT&amp;T caf&eacute; &#8364; &unknown; &")
    'AT&T café € &unknown; &'
    """
    return _ENTITY.sub(_character, words) if "&" in words else words


def replaced(
    text: str,
    blocks: Iterable[Block],
    literal: Spans = (),
    is_literal: Callable[[str, int], bool] = lambda _, __: False,
) -> tuple[str, tuple[Block, ...]]:
    """The text with its entities replaced, and its blocks, which move with the text.

    Nothing is replaced inside the `literal` stretches, nor where `is_literal` is true for the text
    and the offset of an entity.
    """
    blocks = tuple(blocks)
    if "&" not in text:
        return text, blocks
    changes = [change for change in _changes(text, literal) if not is_literal(text, change.start)]
    if not changes:
        return text, blocks
    # Lay the unchanged pieces and the characters out one after the other.
    pieces: list[str] = []
    position = 0
    for change in changes:
        pieces += (text[position : change.start], change.character)
        position = change.end
    pieces.append(text[position:])
    # An offset moves by what the changes before it have taken away.
    ends = [change.end for change in changes]
    shifts = [
        0,
        *accumulate(len(change.character) - (change.end - change.start) for change in changes),
    ]

    def moved(offset: int) -> int:
        return offset + shifts[bisect_right(ends, offset)]

    return "".join(pieces), tuple(
        replace(block, start=moved(block.start), end=moved(block.end)) for block in blocks
    )


def _changes(text: str, literal: Spans) -> Iterable[_Change]:
    """The entities outside the `literal` stretches."""
    spans = iter(literal)
    span = next(spans, None)
    for entity in _ENTITY.finditer(text):
        while span is not None and span[1] <= entity.start():
            span = next(spans, None)
        if span is None or entity.end() <= span[0]:
            character = _character(entity)
            if character != entity[0]:
                yield _Change(entity.start(), entity.end(), character)


def _character(entity: re.Match[str]) -> str:
    """The character of an entity; the entity itself where it is none. Line ends become spaces."""
    character = unescape(entity[0])
    # A name that only begins with that of an entity keeps its semicolon.
    is_unknown = (len(character) > 1 and character.endswith(";")) or character == "\ufffd"
    return entity[0] if is_unknown else _LINE_ENDS.sub(" ", character)
