"""The documents of the index, part by part: their text, and pictures of their pages."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import click

from search.errors import UsageError
from search.paths import within

from .faults import Fault
from .parameters import Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from search import Index, Picture, StoredPart
    from search.storage.entries import Entry

MOST_CHARS = 200_000
"""The most characters that one answer gives of a document."""
MOST_MARKED = 2_000
"""The most characters that are tinted on a page."""
RANGE = re.compile(r"(\d{1,12})-(\d{1,12})")


class Range(click.ParamType[tuple[int, int]]):
    """Two numbers, such as 40-80."""

    name = "range"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """The first and the last number. The error of a wrong value says how to write it."""
        match = RANGE.fullmatch(value)
        if not match or int(match[1]) > int(match[2]):
            self.fail(f"{value!r} is no range; write it like 40-80", param, ctx)
        return int(match[1]), int(match[2])


PATH: Parameter[str] = Parameter(
    "path", click.STRING, "The document's path, as hits have it.", required=True
)
PAGE: Parameter[int] = Parameter("page", click.IntRange(1), "A page, counted from 1.")
DOCUMENT: tuple[Parameter[Any], ...] = (
    PATH,
    Parameter("chars", Range(), "Characters of the text, such as 0-2000: the first, and the end."),
    Parameter("lines", Range(), "Lines of the text, such as 40-80."),
    PAGE,
)
PICTURE: tuple[Parameter[Any], ...] = (
    PATH,
    PAGE,
    Parameter("mark", Range(), "Characters of the text to tint on the page of a PDF: 1830-1900."),
)


def document_part(index: Index, values: Mapping[str, Any]) -> StoredPart:
    """The part of a document that the parameters DOCUMENT name, as far as MOST_CHARS reach.

    Raises Fault where the index does not hold the document, UsageError for a page that is none.
    """
    path = held(index, values["path"]).file.path
    ranges = [name for name in ("chars", "lines", "page") if values[name] is not None]
    if len(ranges) > 1:
        raise UsageError(f"{' and '.join(ranges)} exclude each other", "give one of them")
    if values["lines"] is not None:
        first, last = values["lines"]
        return _lines(index.part(path, lines=(max(first, 1), last)), first, last)
    start, end = values["chars"] or (0, MOST_CHARS)
    if values["page"] is not None:
        start, end = _page(index, path, values["page"])
    end = min(end, start + MOST_CHARS)
    return index.part(path, chars=(start, end)).within(start, end)


def held(index: Index, path: str) -> Entry:
    """The entry of a document of the index by its exact path, else Fault.

    The file system is not asked, so that an answer tells nothing about any other file.
    """
    entry = index.catalog.entry(path)
    if entry is None or not entry.stored:
        raise Fault(404, "not_found", "the index holds no such document", "hits have the paths")
    return entry


def drawable(index: Index, path: str) -> str:
    """The path of a document whose file is still where it was when it was ingested, else Fault.

    A link that has taken its place, or that of a folder above it, may lead to any other file.
    """
    file = held(index, path).file
    if os.path.islink(path) or not within(os.path.realpath(path), os.path.realpath(file.root)):
        raise Fault(
            *(404, "not_found", "the file is a link now, which leads elsewhere"),
            "see why: docsearch check PATH",
        )
    return path


def page_picture(index: Index, values: Mapping[str, Any], size: tuple[int, int]) -> Picture:
    """The page that the parameters PICTURE name. Raises as `drawable` and `Index.picture` do."""
    path = drawable(index, values["path"])
    start, end = values["mark"] or (0, 0)
    end = min(end, start + MOST_MARKED)
    mark = index.part(path, chars=(start, end)).within(start, end).text if start < end else ""
    return index.picture(path, values["page"] or 1, size, mark=mark)


def _page(index: Index, path: str, page: int) -> tuple[int, int]:
    """The characters of a page. Raises UsageError where the document has no such page."""
    document = index.document(path)
    if page > len(document.pages):
        raise UsageError(f"there is no page {page}", f"the document has {len(document.pages)}")
    return document.page_range(page)


def _lines(part: StoredPart, first: int, last: int) -> StoredPart:
    """The lines of the part from the first to the last."""
    texts = part.text.split("\n")
    skipped = max(first - part.line_start, 0)
    start = part.char_start + sum(len(text) + 1 for text in texts[:skipped])
    taken = texts[skipped : max(last - part.line_start, -1) + 1]
    return part.within(start, start + min(len("\n".join(taken)), MOST_CHARS))
