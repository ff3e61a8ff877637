"""The documents of the index, part by part: their text, and pictures of their pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from search.errors import UsageError

from .faults import Fault
from .parameters import Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from search import Index, StoredPart

MOST_CHARS = 200_000
"""The most characters that one answer gives of a document."""
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
PICTURE: tuple[Parameter[Any], ...] = (PATH, PAGE)


def document_part(index: Index, values: Mapping[str, Any]) -> StoredPart:
    """The part of a document that the parameters DOCUMENT name, as far as MOST_CHARS reach.

    Raises Fault where the index does not hold the document, UsageError for a page that is none.
    """
    path = held(index, values["path"])
    ranges = [name for name in ("chars", "lines", "page") if values[name] is not None]
    if len(ranges) > 1:
        raise UsageError(f"{' and '.join(ranges)} exclude each other", "give one of them")
    if values["lines"] is not None:
        first, last = values["lines"]
        return cut(index.part(path, lines=(max(first, 1), last)))
    start, end = values["chars"] or (0, MOST_CHARS)
    if values["page"] is not None:
        start, end = page_range(index, path, values["page"])
    return cut(index.part(path, chars=(start, min(end, start + MOST_CHARS))))


def page_range(index: Index, path: str, page: int) -> tuple[int, int]:
    """The characters of a page. Raises UsageError where the document has no such page."""
    document = index.document(path)
    if page > len(document.pages):
        raise UsageError(f"there is no page {page}", f"the document has {len(document.pages)}")
    return document.page_range(page)


def held(index: Index, path: str) -> str:
    """The path, where it is that of a document of the index, else Fault.

    The file system is not asked, so that an answer tells nothing about any other file.
    """
    entry = index.catalog.entry(path)
    if entry is None or not entry.stored:
        raise Fault(404, "not_found", "the index holds no such document", "hits have the paths")
    return path


def cut(part: StoredPart) -> StoredPart:
    """The part without what is too long for one answer."""
    from dataclasses import replace

    return part if len(part.text) <= MOST_CHARS else replace(part, text=part.text[:MOST_CHARS])
