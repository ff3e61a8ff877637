"""The rows of the list of hits as pieces of styled text, none wider than the list.

A file has a header with name, folder, score and age. A passage has its place, its last heading, and
the sentence that answers with the matched words marked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rich.cells import cell_len, set_cell_size

from search.results import Hit
from search.wording import counted

from ...grouped import FileGroup
from ...markdown_signs import without_signs
from ...snippet import ENDS, Line, snippet
from ...terminal import printable
from ..hit_labels import (
    age,
    file_name,
    folder_name,
    icon_of,
    place_in_file,
    score_bar,
    short_score,
)
from ..pieces import Pieces, cells, cut, cut_start, marked
from ..result_rows import Fold, Header, Passage, Row

SHORT_ROWS = 4
LINES = 2
"""How many rows of the comfortable list show a hit's text."""
INDENT = 4
"""The cells before the text of the comfortable list."""
A_WORD = 12
"""The letters of a long word."""
SIGN_KINDS = frozenset({"markdown", "notebook"})
"""The kinds of document whose text has Markdown's signs."""
MOST_PLACE = 12
"""The most cells of the column of places."""
MOST_HEADING = 24
"""The most cells of the column of headings."""
NARROW = 44
"""A list of fewer cells has neither the column of headings nor score bars."""
STYLES = (
    "file",
    "folder",
    "meta",
    "bar",
    "gone",
    "place",
    "trail",
    "text",
    "sentence",
    "match",
    "fold",
)


@dataclass(frozen=True, slots=True)
class Look:
    """How rows are drawn: in `width` cells, with ages counted to `now`.

    `places` and `headings` are the cells of these columns, which all passages share. `missing` has
    a word for the paths of files that are not there.
    """

    width: int
    now: datetime
    compact: bool = True
    plain: bool = False
    places: int = 0
    headings: int = 0
    missing: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        hits: Iterable[Hit],
        width: int,
        now: datetime,
        compact: bool,
        plain: bool,
        missing: Mapping[str, str],
    ) -> Look:
        """The look of a list of these hits, with columns that fit them."""
        places, headings = 0, 0
        for hit in hits:
            places = max(places, cell_len(place_in_file(hit, plain)))
            headings = max(headings, cell_len(_last_heading(hit)))
        return cls(
            width,
            now,
            compact,
            plain,
            min(places, MOST_PLACE, max(width // 4, 1)),
            min(headings, MOST_HEADING, width // 4) if width >= NARROW else 0,
            missing,
        )


def height(row: Row, look: Look) -> int:
    """How many lines the row takes.

    In the comfortable list a long text is assumed to fill its LINES, so that a hit that is not
    drawn need not be laid out.
    """
    if look.compact or not isinstance(row, Passage):
        return 1
    if len(row.hit.text) <= SHORT_ROWS * look.width:
        return len(_comfortable(row.hit, look))
    return 1 + LINES


def lines_of(row: Row, look: Look) -> list[Pieces]:
    """The row's lines, each at most a cell narrower than the list: its mark comes before them."""
    if isinstance(row, Header):
        lines = [_header(row.group, look)]
    elif isinstance(row, Fold):
        lines = [_fold(row, look)]
    else:
        lines = [_compact(row.hit, look)] if look.compact else _comfortable(row.hit, look)
    return [cut(line, look.width - 1) for line in lines]


def _header(group: FileGroup, look: Look) -> Pieces:
    """Icon, name and folder on the left; bar, score and age on the right."""
    word = look.missing.get(group.path)
    meta: Pieces = [(f" {word}", ("gone",))] if word else []
    if look.width >= NARROW and not look.plain:
        meta.append((f" {score_bar(group.score)}", ("bar",)))
    meta.append((f" {_score(group.score, look)} {age(group.modified, look.now):>5}", ("meta",)))
    room = look.width - 1 - cells(meta)
    icon = "" if look.plain else f"{icon_of(group.kind)} "
    copies = len({path for hit in (*group.hits, *group.folded) for path in hit.copies})
    more = f" and {copies} more" if copies else ""
    name = cut_start(file_name(group), max(room - cell_len(icon + more), 6)) + more
    folder = cut_start(folder_name(group), room - cell_len(icon + name) - 2)
    left: Pieces = [(icon + name, ("file",))]
    if len(folder) > 1:
        left += [("  ", ()), (folder, ("folder",))]
    gap = " " * max(room - cells(left), 0)
    return [*left, (gap, ()), *meta]


def _compact(hit: Hit, look: Look) -> Pieces:
    """The passage in one line: place, last heading, sentence."""
    line = _place_piece(hit, look)
    if look.headings:
        heading = cut([(_last_heading(hit), ("trail",))], look.headings)
        line += [*heading, (" " * (look.headings - cells(heading) + 2), ())]
    room = max(look.width - 1 - cells(line), 8)
    # The line is a word longer than its room, so that the room is filled and cut within a word.
    shown = _lines(hit, room + A_WORD, 1)
    return line + [piece for text in shown for piece in _text(text, hit, indented=False)]


def _comfortable(hit: Hit, look: Look) -> list[Pieces]:
    """The passage in up to 1 + LINES lines: place, all headings and score, then its text."""
    score: Pieces = [(f" {_score(hit.score, look)}      ", ("meta",))]
    trail = printable((" > " if look.plain else " › ").join(hit.headings), one_line=True)
    head = _place_piece(hit, look)
    room = look.width - 1 - cells(head) - cells(score)
    head += cut([(trail, ("trail",))], max(room, 0))
    gap = " " * max(look.width - 1 - cells(head) - cells(score), 0)
    shown = _lines(hit, max(look.width - 1 - INDENT, 8), LINES)
    return [
        [*head, (gap, ()), *score],
        *([(" " * INDENT, ()), *_text(line, hit, indented=True)] for line in shown),
    ]


def _fold(fold: Fold, look: Look) -> Pieces:
    """How many hits are folded, and in how many files."""
    where = f" in {counted(fold.files, 'other file')}" if fold.files else ""
    indent = 0 if fold.files else look.places + 3
    return [(f"{' ' * indent}+ {len(fold.hits)} weaker{where}", ("fold",))]


def _place_piece(hit: Hit, look: Look) -> Pieces:
    shown = cut([(place_in_file(hit, look.plain), ("place",))], look.places)
    return [(" " * (look.places - cells(shown) + 1), ()), *shown, ("  ", ())]


def _lines(hit: Hit, width: int, count: int) -> tuple[Line, ...]:
    """Up to `count` lines at the hit's place: at its sentence, or else at its first match."""
    place = hit.sentence or _match(hit, width)
    lines = snippet(hit.text, hit.highlights, hit.kind, width, hit.headings, count, place)
    return lines if hit.sentence else tuple(line._replace(sentence=()) for line in lines)


def _match(hit: Hit, width: int) -> tuple[int, int] | None:
    """The first match with the words before it in its sentence, at most half a line of them."""
    if not hit.highlights:
        return None
    start, end = hit.highlights[0]
    least = max(start - width // 2, 0)
    before = hit.text[least:start]
    starts = [before.rfind(border) + len(border) for border in ENDS if border in before]
    if not starts and least > 0:
        # The sentence begins further back. The line begins with a whole word of it.
        starts = [before.find(" ") + 1]
    return least + max(starts, default=0), end


def _text(line: Line, hit: Hit, indented: bool) -> Pieces:
    """A line of the passage with its marks. Each character stays one: offsets go on to fit."""
    if hit.kind in SIGN_KINDS:
        line = without_signs(line)
    text = printable(line.text.replace("\t", " "))
    lead = 0 if indented else len(text) - len(text.lstrip())
    ranges = [("sentence", line.sentence), ("match", line.marks)]
    moved = [
        (name, [(max(start - lead, 0), max(end - lead, 0)) for start, end in spans])
        for name, spans in ranges
    ]
    return marked(text[lead:], ("text",), moved)


def _score(score: float, look: Look) -> str:
    return f"{score:.2f}" if look.plain else short_score(score)


def _last_heading(hit: Hit) -> str:
    return printable(hit.headings[-1], one_line=True) if hit.headings else ""


def folder_at(group: FileGroup, look: Look, header: Pieces, cell: int) -> str | None:
    """The absolute path of the folder whose name is drawn in this cell of a header's line.

    A click on the first part of `notes/house` names the folder `notes`.
    """
    position = 0
    for text, names in header:
        if position <= cell < position + cell_len(text) and "folder" in names:
            # The parts after the clicked one are counted, since the start may be cut off.
            after = len(text) - len(set_cell_size(text, cell - position + 1))
            behind = text[len(text) - after :].count("/") if after > 0 else 0
            parts = os.path.dirname(group.path).split("/")
            return "/".join(parts[: len(parts) - behind]) or "/"
        position += cell_len(text)
    return None
