"""A document's text as a reader sees it: paragraphs, headings, tables, and lines of code.

Offsets count the characters of the document, so a block shows exactly what stands there; only line
ends within a paragraph and Markdown's signs are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from search.text.sentences import LINE_KINDS

from ..markdown_signs import without_signs
from ..snippet import Line
from .marked import Piece, pieces

if TYPE_CHECKING:
    from search import StoredPart

    from .links import Place

LONGEST_LINE = 2_000
"""Signs are left out of lines of this length: those of a hostile file may take long to find."""
FULL_LINE = 50
"""A shorter line is no part of a paragraph that was broken into lines."""
OPENING = re.compile(r"\s*(?:[-*+•–]\s|[>#|=~`:]|-{3}|\d{1,3}[.)]\s)|\s{4}")
"""The beginning of a line that does not go on with the paragraph before it."""
TITLE = re.compile(r"(#{1,6})\s+")
FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
RULE = frozenset("|:- \t")
"""The signs of the line between the head of a table and its rows."""
CELL = re.compile(r"(?:\\.|[^|\\])+")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of the text: its number from 1, its offset, and its characters."""

    number: int
    start: int
    text: str

    @property
    def end(self) -> int:
        """The offset behind its last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Block:
    """What is shown together; `kind` is paragraph, title, code or table.

    `number` is its first line. `rows` has the rows of a table with their cells; any other block is
    one row of one cell. `is_passage` is true where it belongs to the passage that was found.
    """

    kind: str
    number: int
    rows: tuple[tuple[tuple[Piece, ...], ...], ...]
    is_passage: bool
    level: int = 0

    @property
    def has_answer(self) -> bool:
        """Whether a part of the answer stands in it."""
        return any(piece.is_answer for row in self.rows for cell in row for piece in cell)


class Layout:
    """Lays a part of a document out, with the marks of a place in it."""

    def __init__(self, part: StoredPart, place: Place) -> None:
        self.part = part
        self.place = place
        self.is_markdown = part.kind == "markdown"

    def blocks(self) -> tuple[Block, ...]:
        """The blocks of the part."""
        lines = list(self._lines())
        if self.part.kind in LINE_KINDS:
            return tuple(self._block("code", [line], self._plain(line)) for line in lines)
        found: list[Block] = []
        while lines:
            taken, block = self._next(lines)
            del lines[:taken]
            if block is not None:
                found.append(block)
        return tuple(found)

    def _lines(self) -> Iterator[SourceLine]:
        offset = self.part.char_start
        for number, text in enumerate(self.part.text.split("\n"), self.part.line_start):
            yield SourceLine(number, offset, text)
            offset += len(text) + 1

    def _next(self, lines: Sequence[SourceLine]) -> tuple[int, Block | None]:
        """How many of the lines make the next block, and the block; None for an empty line."""
        line = lines[0]
        if not line.text.strip():
            return 1, None
        if self.is_markdown:
            if FENCE.match(line.text):
                inside = list(takewhile(lambda each: not FENCE.match(each.text), lines[1:]))
                return len(inside) + 2, self._code(inside)
            if match := TITLE.match(line.text):
                words = SourceLine(line.number, line.start + match.end(), line.text[match.end() :])
                return 1, self._block("title", [line], self._words(words), len(match[1]))
            if line.text.lstrip().startswith("|"):
                rows = list(takewhile(lambda each: each.text.lstrip().startswith("|"), lines))
                return len(rows), self._table(rows)
        count = 1
        while count < len(lines) and _goes_on(lines[count - 1].text, lines[count].text):
            count += 1
        shown: list[Piece] = []
        for each in lines[:count]:
            between = _between(shown[-1:], self._words(each)[:1])
            shown += (*between, *self._words(each))
        return count, self._block("paragraph", lines[:count], tuple(shown))

    def _code(self, lines: Sequence[SourceLine]) -> Block | None:
        """The lines of a fenced block, as they are."""
        if not lines:
            return None
        last = lines[-1]
        text = "\n".join(line.text for line in lines)
        return self._block(
            "code", lines, self._plain(SourceLine(last.number, lines[0].start, text))
        )

    def _table(self, lines: Sequence[SourceLine]) -> Block:
        rows = tuple(
            tuple(
                self._words(SourceLine(line.number, line.start + match.start(), match[0]))
                for match in CELL.finditer(line.text)
                if match[0].strip() or match.start() > 0
            )
            for line in lines
            if not RULE.issuperset(line.text)
        )
        return Block("table", lines[0].number, rows, self._is_passage(lines))

    def _block(
        self, kind: str, lines: Sequence[SourceLine], shown: tuple[Piece, ...], level: int = 0
    ) -> Block:
        return Block(kind, lines[0].number, ((shown,),), self._is_passage(lines), level)

    def _is_passage(self, lines: Sequence[SourceLine]) -> bool:
        first, last = self.place.at
        return lines[0].start < last and first < max(lines[-1].end, lines[0].start + 1)

    def _plain(self, line: SourceLine) -> tuple[Piece, ...]:
        return pieces(line.text, self._near(line), self._answers, line.start)

    def _words(self, line: SourceLine) -> tuple[Piece, ...]:
        """The line's pieces, without signs where it is Markdown."""
        if not self.is_markdown or len(line.text) > LONGEST_LINE:
            return self._plain(line)
        shown = without_signs(
            Line(
                line.text,
                _moved(self._near(line), line),
                _moved(self._answers, line),
            )
        )
        return pieces(shown.text, shown.marks, shown.sentence)

    @property
    def _answers(self) -> tuple[tuple[int, int], ...]:
        return (self.place.answer,) if self.place.answer else ()

    def _near(self, line: SourceLine) -> list[tuple[int, int]]:
        return [span for span in self.place.marks if span[0] < line.end and line.start < span[1]]


def _goes_on(before: str, line: str) -> bool:
    """Whether the line goes on with the paragraph of the line before it."""
    return (
        len(before.rstrip()) >= FULL_LINE
        and bool(line.strip())
        and not OPENING.match(line)
        and not before.endswith("  ")
    )


def _between(before: Sequence[Piece], after: Sequence[Piece]) -> tuple[Piece, ...]:
    """The space in place of the end of a line, in the answer where both its sides are."""
    if not before or not after:
        return ()
    return (Piece(" ", False, before[0].is_answer and after[0].is_answer),)


def _moved(ranges: Sequence[tuple[int, int]], line: SourceLine) -> tuple[tuple[int, int], ...]:
    """The ranges as they lie within the line, those outside left out."""
    cut = (
        (max(first, line.start) - line.start, min(last, line.end) - line.start)
        for first, last in ranges
    )
    return tuple((first, last) for first, last in cut if first < last)
