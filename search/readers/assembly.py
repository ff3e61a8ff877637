"""Assembles a document from texts that the file shows elsewhere or in another form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..documents import MAX_LEVEL, Block, Document

MAX_HEADING = 300


class Assembly:
    """The text and blocks so far.

    Each added text begins in the line `at` where the assembly has not yet reached that line.
    Otherwise `gap` separates it from the text above.
    """

    def __init__(self) -> None:
        self.text: list[str] = []
        self.length = 0
        self.line = 1
        self.blocks: list[Block] = []

    def add(self, text: str, kind: str, at: int = 0, gap: str = "\n\n") -> None:
        """Add a text as one block."""
        self.include(text, (Block(0, len(text), kind),), 0, at, gap)

    def heading(self, words: str, level: int, at: int = 0) -> None:
        """Add a heading of level 1–6 on a line of its own; a deeper level counts as 6."""
        words = " ".join(words.split())[:MAX_HEADING]
        self.include(words, (Block(0, len(words), "heading", level, words),), 0, at)

    def include(
        self, text: str, blocks: Iterable[Block], below: int = 0, at: int = 0, gap: str = "\n\n"
    ) -> None:
        """Add a text with its blocks; a level of `below` is added to the level of each heading."""
        if at > self.line:
            self._append("\n" * (at - self.line))
        elif self.length:
            self._append(gap)
        for block in blocks:
            level = min(block.level + below, MAX_LEVEL) if block.level else 0
            self.blocks.append(
                replace(
                    block, start=block.start + self.length, end=block.end + self.length, level=level
                )
            )
        self._append(text)

    def document(self, path: str, kind: str, title: str) -> Document:
        """The document made of everything that was added."""
        return Document(path, kind, title, "".join(self.text), tuple(self.blocks))

    def _append(self, text: str) -> None:
        self.text.append(text)
        self.length += len(text)
        self.line += text.count("\n")
