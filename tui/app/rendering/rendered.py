"""What a renderer makes of a text, and where each character stands after that."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

Edit = tuple[int, int, str]
"""A range [start, end) of a line of the text, and what stands there instead."""

Colour = tuple[int, int, str]
"""A range [start, end) of a text and the name of its style."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a text: its level from 1, its words, and the offset at which it begins."""

    level: int
    words: str
    start: int


@dataclass(slots=True)
class Rendered:
    """The edits and colours of a text, in any order; edits do not overlap.

    All offsets are those of the text before the edits. `hangs` are what stands before the rows of a
    line but its first one, by the 1-based number of the line. `fences` are ranges of code, with the
    name of their language.
    """

    edits: list[Edit] = field(default_factory=list)
    colours: list[Colour] = field(default_factory=list)
    hangs: dict[int, str] = field(default_factory=dict)
    fences: list[tuple[int, int, str]] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)

    def moved(self, chars: int, lines: int) -> Rendered:
        """The same for a text before which so many characters and lines more stand."""
        if not chars:
            return self
        return Rendered(
            [(start + chars, end + chars, words) for start, end, words in self.edits],
            [(start + chars, end + chars, name) for start, end, name in self.colours],
            {line + lines: hang for line, hang in self.hangs.items()},
            [(start + chars, end + chars, name) for start, end, name in self.fences],
            [replace(heading, start=heading.start + chars) for heading in self.headings],
        )


@dataclass(frozen=True, slots=True)
class Places:
    """The place of each character of a text in the text that is shown, and the reverse."""

    _starts: array[int] = field(default_factory=lambda: array("q"))
    _ends: array[int] = field(default_factory=lambda: array("q"))
    _shown_starts: array[int] = field(default_factory=lambda: array("q"))
    _shown_ends: array[int] = field(default_factory=lambda: array("q"))

    @classmethod
    def edit(cls, text: str, edits: Iterable[Edit]) -> tuple[str, Self]:
        """The text with the edits made, and the places of its characters.

        >>> text, places = Places.edit("a **b** c", [(2, 4, ""), (5, 7, "")])
        >>> text, places.span(4, 5), places.source(4)
        ('a b c', (2, 3), 8)
        """
        ordered = sorted(edits)
        parts: list[str] = []
        shown_starts: list[int] = []
        shown_ends: list[int] = []
        position = length = 0
        for start, end, words in ordered:
            parts += (text[position:start], words)
            length += start - position
            shown_starts.append(length)
            length += len(words)
            shown_ends.append(length)
            position = end
        starts, ends = [edit[0] for edit in ordered], [edit[1] for edit in ordered]
        arrays = (array("q", offsets) for offsets in (starts, ends, shown_starts, shown_ends))
        return "".join((*parts, text[position:])), cls(*arrays)

    def first(self, offset: int) -> int:
        """Where a range that begins at `offset` begins in the text that is shown."""
        return self._shown(bisect_right(self._starts, offset) - 1, offset)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A range as it is shown. What was put in at its edges does not belong to it."""
        first = self.first(start)
        return first, max(self._shown(bisect_left(self._starts, end) - 1, end), first)

    def _shown(self, edit: int, offset: int) -> int:
        """The place of `offset`, before which that edit is the last one."""
        if edit < 0:
            return offset
        if offset >= self._ends[edit]:
            return offset - self._ends[edit] + self._shown_ends[edit]
        within = self._shown_starts[edit] + offset - self._starts[edit]
        return min(within, self._shown_ends[edit])

    def source(self, shown: int) -> int:
        """The offset in the text of a character that is shown."""
        edit = bisect_right(self._shown_starts, shown) - 1
        if edit < 0:
            return shown
        if shown >= self._shown_ends[edit]:
            return shown - self._shown_ends[edit] + self._ends[edit]
        return min(self._starts[edit] + shown - self._shown_starts[edit], self._ends[edit])
