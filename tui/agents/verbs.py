"""The tools' verbs over one index. They only read, and only what the index holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import click

from search.errors import UsageError

from ..asked import FilterOptions, asked
from ..output import place
from ..parameters import DATE, PASSAGE_ID, WITH_LINE
from .answers import Folder, Found, Holdings, Listed, Listing, Passage, Reading
from .budget import chars_of, excerpt

if TYPE_CHECKING:
    from search import Hit, Index, StoredPart

WITH_PAGE = re.compile(r"(.+), page (\d+)(?: \(.*\))?", re.DOTALL)
LEAST_CHARS = 240
"""A passage that is cut to less says nothing."""
MOST_TOKENS = 20_000
MOST_LISTED = 200


class Verbs:
    """Answers of at most so many tokens from the index that `open_index` gives."""

    def __init__(self, open_index: Callable[[], AbstractContextManager[Index]]) -> None:
        self.open_index = open_index

    def search(
        self,
        query: str,
        limit: int,
        paths: Sequence[str],
        types: Sequence[str],
        after: str,
        before: str,
        tokens: int,
    ) -> Found:
        """The passages that answer the query.

        Raises UsageError for an empty query, and for a path, date or number that is none.
        """
        options = FilterOptions(
            paths=tuple(paths),
            types=tuple(types),
            after=_date(after, "after"),
            before=_date(before, "before"),
        )
        room = _room(tokens)
        with self.open_index() as index:
            question = asked(query, options, "/")
            result = index.query(
                question.text,
                limit=_number(limit, 50, "limit"),
                mode=question.mode or "hybrid",
                where=question.where,
                rerank=question.rerank,
            )
        passages: list[Passage] = []
        for hit in result.hits:
            # The best hits get what they need, and the last one what is left.
            if passages and room < min(len(hit.text), LEAST_CHARS):
                break
            passages.append(_passage(hit, room))
            room -= len(passages[-1].text)
        left_out = len(result.hits) - len(passages)
        return Found(tuple(passages), result.weak, left_out, result.warnings)

    def read(self, target: str, lines: int, tokens: int) -> Reading:
        """The document, or the part of it, that `target` names.

        It is a path, a place as `search` gives it (`PATH:LINE` or `PATH, page N`), or the id of a
        passage. Raises UsageError where the index does not hold it.
        """
        room = _room(tokens)
        with self.open_index() as index:
            if PASSAGE_ID.fullmatch(target):
                passage = index.passage(target)
                return Reading(
                    target,
                    passage.headings[-1] if passage.headings else "",
                    (passage.line_start, passage.line_end),
                    passage.line_end,
                    0,
                    excerpt(passage.text, (0, 0), room),
                    "",
                )
            if page := WITH_PAGE.fullmatch(target):
                return _page(index, page[1], int(page[2]), room)
            path, line = target, 1
            if (match := WITH_LINE.fullmatch(target)) and not _holds(index, target):
                path, line = match[1], int(match[2])
            last = line + _number(lines, 10_000, "lines") - 1
            return _reading(path, line, index.part(path, lines=(line, last)), last, room)

    def list(self, paths: Sequence[str], types: Sequence[str], after: str, limit: int) -> Listing:
        """The newest documents that pass the filters. Raises as `search` does."""
        options = FilterOptions(paths=tuple(paths), types=tuple(types), after=_date(after, "after"))
        with self.open_index() as index:
            found = index.documents(
                where=asked("", options, "/").where, limit=_number(limit, MOST_LISTED, "limit")
            )
        documents = tuple(
            Listed(one.path, one.title, one.kind, one.modified) for one in found.documents
        )
        return Listing(documents, found.total)

    def status(self) -> Holdings:
        """What the index holds. Raises NoIndex."""
        with self.open_index() as index:
            status = index.status()
        return Holdings(
            status.documents,
            status.passages,
            dict(status.kinds),
            tuple(
                Folder(root.path, root.documents, root.ingested or "not read to its end yet")
                for root in status.roots
            ),
            sum(count for _, count in (*status.failed, *status.skipped)),
            status.health,
        )


def _passage(hit: Hit, room: int) -> Passage:
    answer = "" if hit.sentence is None else hit.text[slice(*hit.sentence)]
    around = hit.sentence or (hit.highlights[0] if hit.highlights else (0, 0))
    return Passage(
        place(hit, hit.path),
        hit.id,
        round(hit.score, 3),
        hit.title,
        hit.headings,
        hit.modified,
        answer,
        excerpt(hit.text, around, max(room, LEAST_CHARS)),
    )


def _reading(path: str, line: int, part: StoredPart, last: int, room: int) -> Reading:
    """The lines from `line` to `last` of the part, as many as there is room for."""
    if line > max(part.lines, 1):
        raise UsageError(f"{path} has no line {line}", f"its last line is {part.lines}")
    texts = part.text.split("\n")[line - part.line_start :][: last - line + 1]
    taken: list[str] = []
    for text in texts:
        if taken and room < len(text):
            break
        taken.append(excerpt(text, (0, 0), max(room, LEAST_CHARS)))
        room -= len(taken[-1]) + 1
    end = line + len(taken) - 1
    following = f"{path}:{end + 1}" if end < part.lines else ""
    return Reading(
        part.path, part.title, (line, end), part.lines, part.page_count, "\n".join(taken), following
    )


def _page(index: Index, path: str, page: int, room: int) -> Reading:
    document = index.document(path)
    pages = len(document.pages)
    if not 1 <= page <= pages:
        raise UsageError(f"{path} has no page {page}", f"it has {pages} pages")
    start, end = document.page_range(page)
    text = document.text[start:end].strip("\n")
    first = document.text.count("\n", 0, start) + 1
    return Reading(
        document.path,
        document.title,
        (first, first + text.count("\n")),
        document.text.count("\n") + 1,
        pages,
        excerpt(text, (0, 0), room),
        f"{path}, page {page + 1}" if page < pages else "",
    )


def _holds(index: Index, path: str) -> bool:
    """Whether the index holds a document of that very name, which may end in `:NUMBER`."""
    return index.catalog.holds(path)


def _date(text: str, name: str) -> int | None:
    if not text:
        return None
    try:
        return DATE.convert(text, None, None)
    except click.BadParameter as error:
        raise UsageError(f"{name}: {error.message}", "or leave it out") from error


def _room(tokens: int) -> int:
    return chars_of(_number(tokens, MOST_TOKENS, "tokens"))


def _number(value: int, most: int, name: str) -> int:
    if not 1 <= value <= most:
        raise UsageError(f"{name} is {value}", f"give a number from 1 to {most}")
    return value
