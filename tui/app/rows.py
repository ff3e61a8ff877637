"""A text laid out in rows of a given width, so that a view draws only the rows that it shows."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rich.cells import cell_len, get_character_cell_size

TAB = 4
"""The most cells that a tab takes."""
NO_HANGS: Mapping[int, str] = {}


@dataclass(frozen=True, slots=True)
class Rows:
    """The offsets in `text` at which each row of at most `width` cells and each line begins."""

    text: str
    width: int
    _starts: array[int] = field(repr=False)
    _lines: array[int] = field(repr=False)
    _hangs: Mapping[int, str] = field(repr=False, default_factory=dict)

    @classmethod
    def lay_out(cls, text: str, width: int, hangs: Mapping[int, str] = NO_HANGS) -> Rows:
        """Wrap every line at spaces, and cut a word that is longer than a row.

        `hangs` has what stands before the rows of a line but its first one, by the 1-based number
        of the line. A million lines take about a second.
        """
        starts, lines = array("Q"), array("Q")
        width = max(width, 2)
        position = 0
        while True:
            end = text.find("\n", position)
            lines.append(position)
            starts.append(position)
            last = len(text) if end < 0 else end
            if last - position > width // TAB:
                rest = width
                if hangs and (hang := hangs.get(len(lines))):
                    rest = max(width - cell_len(hang), 2)
                starts.extend(position + cut for cut in _cuts(text[position:last], width, rest))
            if end < 0:
                return cls(text, width, starts, lines, hangs)
            position = end + 1

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def line_count(self) -> int:
        """The number of lines of the text."""
        return len(self._lines)

    def at(self, offset: int) -> int:
        """The row that holds the character at `offset`."""
        return max(bisect_right(self._starts, offset) - 1, 0)

    def span(self, row: int) -> tuple[int, int]:
        """The row's characters text[start:end], without the line's end."""
        start = self._starts[row]
        end = self._starts[row + 1] if row + 1 < len(self._starts) else len(self.text)
        return start, end - 1 if end > start and self.text[end - 1] == "\n" else end

    def line_started(self, row: int) -> int | None:
        """The 1-based number of the line that begins with this row; None for a wrapped row."""
        line = self.line_of(self._starts[row])
        return line if self._lines[line - 1] == self._starts[row] else None

    def hang(self, row: int) -> str:
        """What stands before the text of this row."""
        if not self._hangs:
            return ""
        line = self.line_of(self._starts[row])
        return "" if self._lines[line - 1] == self._starts[row] else self._hangs.get(line, "")

    def line_of(self, offset: int) -> int:
        """The 1-based line of the character at `offset`."""
        return max(bisect_right(self._lines, offset), 1)


def _cuts(line: str, width: int, rest: int) -> Iterator[int]:
    """The offsets in a line at which new rows begin, which have `rest` cells."""
    if line.isascii() and "\t" not in line:
        yield from _ascii_cuts(line, width, rest)
    elif cell_len(line) > width or "\t" in line:
        yield from _cell_cuts(line, width, rest)


def _ascii_cuts(line: str, width: int, rest: int) -> Iterator[int]:
    position = 0
    while len(line) - position > width:
        # A space that comes right after a full row is not drawn, so the row may end before it.
        space = line.rfind(" ", position + 1, position + width + 1)
        position = space + 1 if space > 0 else position + width
        width = rest
        yield position


def _cell_cuts(line: str, width: int, rest: int) -> Iterator[int]:
    cells, start, space = 0, 0, -1
    for index, letter in enumerate(line):
        size = TAB if letter == "\t" else get_character_cell_size(letter)
        while cells + size > width and letter != " " and start < index:
            # The word goes to the next row. Without a space in the row, the word is cut.
            start = space + 1 if space >= start else index
            yield start
            width = rest
            cells = cell_len(line[start:index].replace("\t", " " * TAB))
        cells += size
        if letter in " \t":
            space = index
