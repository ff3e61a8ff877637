"""Replaces stretches of a text, so that lines keep their numbers and blocks their places."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from ..documents import Block


class Rewriting:
    """A text in which stretches are replaced, from its beginning to its end.

    Where a replacement has fewer lines than its stretch, the lines that are missing follow at the
    end of its line. All text below keeps its line numbers.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._pieces: list[str] = []
        self._at = 0
        self._length = 0
        self._owed = 0
        # The ends of the replaced stretches, in the source and in the text.
        self._ends: list[int] = [0]
        self._places: list[int] = [0]

    def replace(self, start: int, end: int, words: str) -> None:
        """Write `words` in place of source[start:end], which lies behind all earlier stretches.

        `words` are no longer than the stretch.
        """
        self._copy(start)
        self._add(words)
        self._owed += self.source.count("\n", start, end) - words.count("\n")
        self._at = end
        self._ends.append(end)
        self._places.append(self._length)

    def finish(self) -> str:
        """The whole text. No stretch can be replaced after it."""
        self._copy(len(self.source))
        return "".join(self._pieces)

    def moved(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The blocks of the source at their places in the text."""
        if len(self._ends) == 1:
            yield from blocks
            return
        for block in blocks:
            start = self._place(block.start, bisect_right(self._ends, block.start) - 1)
            # A block that ends with its line ends before the lines that are owed there.
            end = self._place(block.end, max(bisect_left(self._ends, block.end) - 1, 0))
            if start < end:
                yield Block(start, end, block.kind, block.level, block.heading)

    def _place(self, offset: int, index: int) -> int:
        """Where `offset` of the source stands; `index` is that of the stretch before it."""
        limit = self._places[index + 1] if index + 1 < len(self._places) else self._length
        return min(self._places[index] + offset - self._ends[index], limit)

    def _copy(self, end: int) -> None:
        """Copy the source up to `end`, and add the lines that are owed at its first line end."""
        if self._owed:
            line_end = self.source.find("\n", self._at, end)
            if line_end >= 0 or end == len(self.source):
                line_end = line_end if line_end >= 0 else end
                self._add(self.source[self._at : line_end])
                # What follows the line end begins at a new place.
                self._add("\n" * self._owed)
                self._owed = 0
                self._at = line_end
                self._ends.append(line_end)
                self._places.append(self._length)
        self._add(self.source[self._at : end])
        self._at = end

    def _add(self, words: str) -> None:
        if words:
            self._pieces.append(words)
            self._length += len(words)
