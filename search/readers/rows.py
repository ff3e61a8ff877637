"""Builds a text row by row, one for each line of the file, so that lines keep their numbers."""

from __future__ import annotations

from ..documents import Block

MAX_HEADING = 300


class Rows:
    """The rows and blocks so far.

    Neighbouring rows of one kind are one block, which a blank row does not end.
    """

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.blocks: list[Block] = []
        self.length = 0
        self.kind = ""
        self.start = -1
        self.end = -1

    def take(self, row: str, kind: str, begins: bool = False) -> None:
        """Add a row to the block of that kind, or to a new block where the row `begins` one."""
        if begins or kind != self.kind:
            self.close()
            self.kind = kind
        if row.strip():
            self.start = self.length if self.start < 0 else self.start
            self.end = self.length + len(row)
        self._append(row)

    def heading(self, row: str, level: int, words: str) -> None:
        """Add a row that is a heading of level 1–6; `words` are the heading without markup."""
        self.close()
        if row.strip():
            self.blocks.append(
                Block(
                    self.length,
                    self.length + len(row),
                    "heading",
                    min(level, 6),
                    words[:MAX_HEADING].strip(),
                )
            )
        self._append(row)

    def between(self, row: str = "") -> None:
        """Add a row that belongs to no block."""
        self.close()
        self._append(row)

    def close(self) -> None:
        """End the open block, and keep it where it has words."""
        if self.start >= 0:
            self.blocks.append(Block(self.start, self.end, self.kind))
        self.kind = ""
        self.start = -1

    @property
    def text(self) -> str:
        """All rows as one text."""
        return "\n".join(self.rows)

    def _append(self, row: str) -> None:
        self.rows.append(row)
        self.length += len(row) + 1
