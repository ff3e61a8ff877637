"""Hits as the page lists them: by file, each with its place and the lines around its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from search.text.sentences import LINE_KINDS
from search.wording import counted

from ..app.hit_labels import age, file_name, folder_name, place_in_file
from ..grouped import FileGroup, grouped
from ..markdown_signs import without_signs
from ..output import CUT
from ..snippet import Line, Marks, snippet
from ..terminal import printable
from .links import Links, Place
from .marked import Piece, pieces

if TYPE_CHECKING:
    from search import Hit, QueryResult

PROSE = (180, 1)
"""The characters of a row and the number of rows that prose gets; the browser wraps the row."""
CODE = (110, 3)


@dataclass(frozen=True, slots=True)
class HitView:
    """A passage in the list."""

    href: str
    place: str
    heading: str
    lines: tuple[tuple[Piece, ...], ...]
    is_code: bool
    score: float
    copies: int


@dataclass(frozen=True, slots=True)
class FileView:
    """A file in the list, with its passages; `folded` are the weaker ones."""

    name: str
    folder: str
    kind: str
    age: str
    modified: str
    score: float
    hits: tuple[HitView, ...]
    folded: tuple[HitView, ...]


@dataclass(frozen=True, slots=True)
class ResultView:
    """The list: its files, those that are weak beside the others, and sentences about it all."""

    files: tuple[FileView, ...]
    weak_files: tuple[FileView, ...]
    summary: str
    notes: tuple[str, ...]


def result_view(result: QueryResult, links: Links, now: datetime | None = None) -> ResultView:
    """The list of a result's hits; `links` lead to them."""
    moment = now or datetime.now(UTC)
    groups = grouped(result.hits)
    return ResultView(
        tuple(_file(group, links, moment) for group in groups if not group.weak),
        tuple(_file(group, links, moment) for group in groups if group.weak),
        _summary(result, len(groups)),
        _notes(result),
    )


def _file(group: FileGroup, links: Links, now: datetime) -> FileView:
    return FileView(
        file_name(group),
        folder_name(group),
        kind_label(group.path, group.kind),
        age(group.modified, now),
        group.modified,
        group.score,
        tuple(_hit(hit, links) for hit in group.hits),
        tuple(_hit(hit, links) for hit in group.folded),
    )


def kind_label(path: str, kind: str) -> str:
    """The suffix of a file, or its kind where it has none or a long one."""
    suffix = printable(PurePath(path).suffix.removeprefix(".").lower(), one_line=True)
    return suffix if 0 < len(suffix) <= 5 else kind


def _hit(hit: Hit, links: Links) -> HitView:
    is_code = hit.kind in LINE_KINDS
    width, count = CODE if is_code else PROSE
    found = snippet(
        hit.text, hit.highlights, hit.kind, width, hit.headings, count, sentence=hit.sentence
    )
    shown = _dedented(found) if is_code else found
    if hit.kind == "markdown":
        shown = tuple(map(without_signs, found))
    return HitView(
        links.to(Place.of_hit(hit)),
        place_in_file(hit, plain=True),
        printable("".join(hit.headings[-1:]), one_line=True),
        tuple(map(_pieces, shown)),
        is_code,
        hit.score,
        len(hit.copies),
    )


def _dedented(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines without the indentation that all of them have."""
    depth = min((len(line.text) - len(line.text.lstrip()) for line in lines), default=0)

    def moved(ranges: Marks) -> Marks:
        return tuple((max(first - depth, 0), last - depth) for first, last in ranges)

    return tuple(Line(line.text[depth:], moved(line.marks), moved(line.sentence)) for line in lines)


def _pieces(line: Line) -> tuple[Piece, ...]:
    return pieces(line.text, line.marks, line.sentence)


def _summary(result: QueryResult, files: int) -> str:
    if not result.hits:
        return "No passage answers that."
    found = f"{counted(len(result.hits), 'passage')} in {counted(files, 'file')}"
    reranked = ", reranked" if result.reranked else ""
    return f"{found}, {result.took_ms:,.0f} ms{reranked}"


def _notes(result: QueryResult) -> tuple[str, ...]:
    """What limits the answer."""
    notes = [*result.warnings]
    if result.weak:
        notes.insert(0, "Nothing here answers that well; these are the nearest passages there are.")
    if not result.hits:
        cut = ", ".join(f"{count} {CUT[reason]}" for reason, count in result.cut if count)
        notes.append(f"Not shown: {cut}." if cut else "Try other words, or take off a filter.")
    return tuple(printable(note, one_line=True) for note in notes)
