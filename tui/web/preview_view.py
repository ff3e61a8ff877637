"""The document beside the list: a part of its text with its marks, or a page as a picture."""

from __future__ import annotations

import os
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from search.index import DRAWN_KINDS
from search.text.sentences import LINE_KINDS
from search.urls import is_url

from ..terminal import printable
from .blocks import Block, Layout
from .documents import MOST_CHARS, held
from .hit_views import kind_label
from .links import WIDER, Links, Place, picture_link
from .marked import Piece, pieces

if TYPE_CHECKING:
    from search import Index, StoredPart


SPARE = 10_000
"""Characters by which a text may go on to the borders of its passages."""


@dataclass(frozen=True, slots=True)
class PreviewView:
    """A document that is open.

    `picture` is the address of a page's picture, empty where the text is shown. `quote` is the
    passage's sentence, shown above a picture. The links are empty where they lead nowhere.
    """

    name: str
    title: str
    path: str
    short_path: str
    kind: str
    where: str
    is_code: bool
    blocks: tuple[Block, ...]
    quote: tuple[Piece, ...]
    picture: str
    page: int
    pages: int
    as_page: str
    as_text: str
    previous_page: str
    next_page: str
    earlier: str
    later: str
    back: str


def preview_view(index: Index, place: Place, links: Links) -> PreviewView:
    """The view of a place. Raises Fault where the index does not hold the document."""
    path = held(index, place.path).file.path
    start, end = place.at
    end = min(end, start + MOST_CHARS)
    first, last = max(0, start - place.reach), end + place.reach
    part = index.part(path, chars=(first, last)).within(first - SPARE, last + SPARE)
    is_drawn = part.kind in DRAWN_KINDS and not is_url(path)
    pages = part.page_count or int(is_drawn)
    page = min(place.page or page_of(part, place.answer or place.at) or 1, max(pages, 1))
    shows_page = is_drawn and place.view != "text"

    def page_link(number: int) -> str:
        if not (shows_page and 1 <= number <= pages):
            return ""
        return links.to(replace(place, view="page", page=number))

    wider = replace(place, view="text" if is_drawn else None, reach=_wider(place.reach))
    has_wider = not shows_page and wider.reach > place.reach
    return PreviewView(
        name=printable(os.path.basename(path), one_line=True),
        title=printable(part.title, one_line=True),
        path=printable(path, one_line=True),
        short_path=printable(_below_home(path), one_line=True),
        kind=kind_label(path, part.kind),
        where=f"page {page} of {pages}" if shows_page and pages > 1 else "",
        is_code=part.kind in LINE_KINDS,
        blocks=() if shows_page else Layout(part, place).blocks(),
        quote=_quote(part, place) if shows_page else (),
        picture=picture_link(place, page) if shows_page else "",
        page=page,
        pages=pages,
        as_page=links.to(replace(place, view="page")) if is_drawn and not shows_page else "",
        as_text=links.to(replace(place, view="text")) if shows_page else "",
        previous_page=page_link(page - 1),
        next_page=page_link(page + 1),
        earlier=links.to(wider) if has_wider and part.char_start > 0 else "",
        later=links.to(wider) if has_wider and part.char_end < part.chars else "",
        back=links.back,
    )


def _below_home(path: str) -> str:
    """The path as people write it, with ~ for their home folder."""
    home = os.path.expanduser("~").rstrip("/") + "/"
    return "~/" + path.removeprefix(home) if path.startswith(home) else path


def page_of(part: StoredPart, span: tuple[int, int]) -> int | None:
    """The page, counted from 1, on which the characters begin; None without pages."""
    return bisect_right(part.pages, span[0]) or None if part.pages else None


def _wider(reach: int) -> int:
    return min(max(reach, 1) * WIDER, MOST_CHARS)


def _quote(part: StoredPart, place: Place) -> tuple[Piece, ...]:
    """The sentence that answers, with the words that match."""
    if place.answer is None:
        return ()
    start, end = (edge - part.char_start for edge in place.answer)
    text = " ".join(part.text[max(start, 0) : end].split("\n"))
    return pieces(text, place.marks, (), place.answer[0])
