"""The bookmarks of a PDF as headings, each at the line of its page that repeats its title."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ...documents import MAX_LEVEL, Block
from .pdfium import Bookmark

MAX_TITLE = 300

_NUMBER = r"(?:\d{1,3}(?:\.\d{1,3}){0,5}|[IVXLC]{1,6}|[A-Z])[.)]?"
_NUMBERED = re.compile(rf"^{_NUMBER}\s+(?=\w)")
_WORD = re.compile(r"\w+")


def headings(bookmarks: Iterable[Bookmark], text: str, pages: Sequence[int]) -> Iterator[Block]:
    """Heading blocks in the order of the text; none overlap.

    `pages` are the offsets at which pages start. A bookmark whose title its page does not repeat
    stands at the page's first line.
    """
    position = 0
    for bookmark in sorted(bookmarks, key=lambda mark: mark.page):
        if bookmark.page >= len(pages):
            continue
        # Look for the title in the rest of the page, behind the heading before.
        end = pages[bookmark.page + 1] if bookmark.page + 1 < len(pages) else len(text)
        start = max(position, pages[bookmark.page])
        found = _line_with(bookmark.title, text, start, end)
        if not found and start == pages[bookmark.page]:
            found = _first_line(text, start, end)
        if found:
            yield Block(
                *found, "heading", min(bookmark.level, MAX_LEVEL), bookmark.title[:MAX_TITLE]
            )
            position = found[1]


def with_headings(blocks: Iterable[Block], marked: Sequence[Block]) -> Iterator[Block]:
    """The blocks with the heading blocks `marked` cut out of them, all in the order of the text."""
    starts = [heading.start for heading in marked]
    for block in blocks:
        start = block.start
        first = bisect_right(starts, block.start - 1)
        for heading in marked[first : bisect_right(starts, block.end - 1)]:
            if start < heading.start:
                yield replace(block, start=start, end=heading.start)
            yield heading
            start = heading.end
        if start < block.end:
            yield replace(block, start=start)


def _line_with(title: str, text: str, start: int, end: int) -> tuple[int, int] | None:
    """The whole lines that begin with the title, with or without its number."""
    for wanted in dict.fromkeys((title, _NUMBERED.sub("", title))):
        words = _WORD.findall(wanted)[:20]
        if not words:
            continue
        line = (
            rf"^[ \t]*(?:{_NUMBER})?\W{{0,5}}"
            + r"\W{1,5}".join(map(re.escape, words))
            + r"\b[^\n]{0,40}$"
        )
        found = re.compile(line, re.IGNORECASE | re.MULTILINE).search(text, start, end)
        if found:
            return found.span()
    return None


def _first_line(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The first line with words in text[start:end]."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if text[start:stop].strip():
            return start, stop
        start = stop + 1
    return None
