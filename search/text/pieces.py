"""Splits a Document into pieces, counted in a model's tokens.

A piece is a sentence, a line, or a part of a text that has neither. Text is tokenised in windows,
so that the memory needed does not grow with the length of a line.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from itertools import islice, pairwise

from ..documents import Block, Document
from ..protocols import Tokenizer
from .sentences import SENTENCE_END, is_abbreviated

WINDOW = 20_000
"""Characters that are tokenised as one text."""

BATCH = 8
"""Windows that are tokenised in one call, for tokenizers that work on several texts at once."""

MAX_STRIDE = 32
STRIDE = 4
"""Where a tokenizer finds no new token in MAX_STRIDE characters, every STRIDE of them are one."""

MAX_GAP = 1_000
MAX_HEADING = 120

_PIECE_END = re.compile(rf"{SENTENCE_END}|\n")


class Border(IntEnum):
    """The border before a piece; a stronger border has a lower number.

    Passages are cut at the strongest border nearby.
    """

    WALL = 0
    HEADING = 1
    BLOCK = 2
    SENTENCE = 3
    LINE = 4
    TOKEN = 5


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece: text[start:end] without white space around it.

    first, last: numbers of its tokens in a count that runs on through the document, so that the
    counts of neighbours add up.
    border: what lies before the piece.
    level: 1–6 in the block that begins a section, else 0.
    trail: the headings in force.
    section: the offset at which the piece's section begins.
    kind: the kind of its block.
    """

    start: int
    end: int
    first: int
    last: int
    border: Border
    level: int
    trail: tuple[str, ...]
    section: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A block, or a part of a long one that fits into a window; `border` is what lies before it."""

    start: int
    end: int
    border: Border
    block: Block
    trail: tuple[str, ...]
    section: int


def pieces(document: Document, tokenizer: Tokenizer, max_tokens: int) -> Iterator[Piece]:
    """The pieces of a document in order, none of more than `max_tokens` tokens.

    Lazy: only BATCH windows are tokenised at a time.
    """
    windows = _windows(_parts(document))
    count = 0
    while batch := list(islice(windows, BATCH)):
        texts = [document.text[window[0].start : window[-1].end] for window in batch]
        for window, text, spans in zip(batch, texts, tokenizer.spans(texts), strict=True):
            starts = _evened([start for start, _ in spans], len(text))
            for part in window:
                yield from _cut(document.text, part, window[0].start, starts, count, max_tokens)
            count += len(starts)


def _parts(document: Document) -> Iterator[_Part]:
    """The blocks, in parts of at most WINDOW characters, with the headings in force at each.

    A wall lies where a page begins, and where a long gap or one with words separates two blocks.
    """
    text = document.text
    trail: list[tuple[int, str]] = []
    previous_end, previous_page, section = 0, 0, 0
    for block in _paged(document):
        # A block that begins a section ends the sections of its own and of deeper levels.
        border = Border.BLOCK
        if block.level:
            border, section = Border.HEADING, block.start
            trail = [(level, words) for level, words in trail if level < block.level]
            trail.append((block.level, block.heading[:MAX_HEADING]))
        # A new page, a long gap or text in the gap is a wall before the block.
        gap = text[previous_end : block.start]
        if (
            (page := page_of(document, block.start)) != previous_page
            or len(gap) > MAX_GAP
            or any(map(str.isalnum, gap))
        ):
            border = Border.WALL
        # Cut the block into parts that fit into a window.
        headings = tuple(words for _, words in trail if words)
        start = block.start
        while start < block.end:
            end, after = _window_end(text, start, block.end)
            yield _Part(start, end, border, block, headings, section)
            start, border = end, after
        previous_end, previous_page = block.end, page


def page_of(document: Document, offset: int) -> int:
    """The 1-based page of the character at `offset`, 0 where the document has no pages."""
    return bisect_right(document.pages, offset)


def _paged(document: Document) -> Iterator[Block]:
    """The blocks that have words, cut where pages begin."""
    pages = document.pages
    for block in document.blocks:
        borders = (
            pages[bisect_left(pages, block.start + 1) : bisect_left(pages, block.end)]
            if pages
            else ()
        )
        for start, end in pairwise((block.start, *borders, block.end)):
            stretch = document.text[start:end]
            begin = start + len(stretch) - len(stretch.lstrip())
            stop = start + len(stretch.rstrip())
            if begin < stop:
                yield Block(
                    begin,
                    stop,
                    block.kind,
                    block.level if start == block.start else 0,
                    block.heading,
                )


def _window_end(text: str, start: int, end: int) -> tuple[int, Border]:
    """Where to cut text[start:end] to at most WINDOW characters, and the kind of border there."""
    if end - start <= WINDOW:
        return end, Border.BLOCK
    limit = start + WINDOW
    for mark, border in (("\n", Border.LINE), (" ", Border.TOKEN)):
        mark_offset = text.rfind(mark, start + WINDOW // 2, limit)
        if mark_offset >= 0:
            return mark_offset + 1, border
    return _whole_character(text, limit, start), Border.TOKEN


def _windows(parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    """Groups of neighbouring parts of at most WINDOW characters; no group crosses a wall."""
    window: list[_Part] = []
    for part in parts:
        if window and (part.border is Border.WALL or part.end - window[0].start > WINDOW):
            yield window
            window = []
        window.append(part)
    if window:
        yield window


def _evened(starts: list[int], length: int) -> list[int]:
    """Token starts, with more of them inserted where two lie far apart.

    They lie far apart in unknown words, and in runs of marks that leave no token.

    >>> _evened([0, 5, 45], 50)
    [0, 5, 9, 13, 17, 21, 25, 29, 33, 37, 41, 45]
    """
    edges = [0, *starts, length]
    if all(after - before <= MAX_STRIDE for before, after in pairwise(edges)):
        return starts
    evened = starts[:0]
    before = 0
    for start in (*starts, length):
        if start - before > MAX_STRIDE:
            evened.extend(range(before + STRIDE, start, STRIDE))
        evened.append(start)
        before = start
    return evened[:-1]


def _cut(
    text: str, part: _Part, base: int, starts: list[int], count: int, max_tokens: int
) -> Iterator[Piece]:
    """The sentences and lines of a part as pieces; `starts` are token starts, counted from `base`.

    A sentence of more than half of `max_tokens` is cut again, so that a heading never stands alone
    above a long sentence.
    """
    border, block = part.border, part.block
    piece = partial(
        Piece, level=block.level, trail=part.trail, section=part.section, kind=block.kind
    )
    step = max(1, max_tokens // 8)
    for start, end, after in _sentences(text, part):
        first, last = bisect_left(starts, start - base), bisect_left(starts, end - base)
        # Cut a long sentence into pieces of about an eighth of a passage.
        if 2 * (last - first) > max_tokens:
            while last - first > step:
                cut = _break(text, start, base + starts[first + step])
                following = bisect_left(starts, cut - base)
                if following <= first:
                    # Several tokens begin at the character at which the piece begins.
                    following = bisect_right(starts, starts[first])
                    cut = base + starts[following] if following < last else end
                if cut >= end:
                    break
                stop = start + len(text[start:cut].rstrip())
                yield piece(start, stop, count + first, count + following, border)
                # The next piece begins behind the white space.
                while text[cut].isspace():
                    cut += 1
                start, first, border = cut, bisect_left(starts, cut - base), Border.TOKEN
        yield piece(start, end, count + first, count + last, border)
        border = after


def _sentences(text: str, part: _Part) -> Iterator[tuple[int, int, Border]]:
    """The stretches between the ends of sentences and lines, each with the border after it.

    They have no white space around them.
    """
    # In code, tables and lists a line is as much a unit as a sentence is in prose. A heading stays
    # in one piece.
    line_border = Border.SENTENCE if part.block.kind in ("code", "table", "list") else Border.LINE
    ends = () if part.block.kind == "heading" else _PIECE_END.finditer(text, part.start, part.end)
    start = part.start
    for match in (*ends, None):
        stop = match.end() if match else part.end
        mark = match[0] if match else ""
        if mark == "." and is_abbreviated(text, start, stop):
            continue
        stretch = text[start:stop]
        if words := stretch.strip():
            begin = start + len(stretch) - len(stretch.lstrip())
            yield begin, begin + len(words), line_border if mark == "\n" else Border.SENTENCE
        start = stop


def _break(text: str, start: int, near: int) -> int:
    """The offset near `near`, and after `start`, at which to cut.

    It lies behind white space where there is any right before `near`, else between characters.
    """
    for offset in range(near, max(start, near - MAX_STRIDE), -1):
        if text[offset - 1].isspace() and not text[offset].isspace():
            return offset
    return _whole_character(text, near, start)


def _whole_character(text: str, near: int, start: int) -> int:
    """The offset near `near`, and after `start`, that separates no accent, modifier or joiner.

    These stay with the character that they belong to.
    """
    before = range(near, max(start, near - MAX_STRIDE), -1)
    after = range(near + 1, min(near + MAX_STRIDE, len(text)))
    return next(
        (
            offset
            for offset in (*before, *after)
            if not _joins(text[offset]) and text[offset - 1] != "\u200d"
        ),
        near,
    )


def _joins(character: str) -> bool:
    """True for a character that is drawn together with the character before it."""
    return character >= "\u0300" and (
        unicodedata.category(character) in ("Mn", "Me", "Mc")
        or character == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
