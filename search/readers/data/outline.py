"""Cuts nested data into sections: large named parts become headings, at most three levels deep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...documents import Block

MAX_LEVELS = 3
MIN_SECTION = 200
"""Characters; a smaller part is a line or two of the section around it."""


@dataclass(frozen=True, slots=True)
class Section:
    """The beginning of a section: text[start:end] opens it.

    A section at level 0 only separates blocks. A section without `heading` ends the sections before
    it.
    """

    start: int
    end: int
    level: int
    heading: str


@dataclass(slots=True)
class _OpenPart:
    """A part that was opened and not closed yet.

    `after_section` is true once a section inside the part has ended: what follows must then leave
    that section.
    """

    start: int
    end: int
    name: str
    after_section: bool = False


class Outline:
    """Finds the sections while the text is read from beginning to end.

    Depth costs no memory beyond MAX_LEVELS.
    """

    def __init__(self) -> None:
        self.sections: dict[int, Section] = {}
        self.open_parts: list[_OpenPart] = [_OpenPart(0, 0, "")]
        # Parts beyond MAX_LEVELS are only counted.
        self.depth_below = 0

    def item(self, start: int, end: int) -> None:
        """Begin an item that holds no other parts; text[start:end] is its beginning."""
        parent = self.open_parts[-1]
        if not self.depth_below and parent.after_section:
            self.sections[start] = Section(start, end, len(self.open_parts) - 1 or 1, "")
            parent.after_section = False

    def enter(self, start: int, end: int, name: str) -> None:
        """Begin a part that may hold others, opened by text[start:end]; its `name` may be empty."""
        if self.depth_below or len(self.open_parts) > MAX_LEVELS:
            self.depth_below += 1
            return
        self.open_parts.append(_OpenPart(start, end, name))

    def leave(self, end: int) -> None:
        """End the part that was entered last, at the offset `end`."""
        if self.depth_below:
            self.depth_below -= 1
            return
        if len(self.open_parts) == 1:
            return
        part = self.open_parts.pop()
        parent, level = self.open_parts[-1], len(self.open_parts)
        # A large part is a section. A small one only ends the section before it.
        if end - part.start >= MIN_SECTION:
            opens_section = part.name or parent.after_section
            self.sections[part.start] = Section(
                part.start, part.end, level if opens_section else 0, part.name
            )
            parent.after_section = bool(part.name) or part.after_section
        elif parent.after_section:
            self.sections[part.start] = Section(part.start, part.end, level, "")
            parent.after_section = False

    def name(self, words: str) -> None:
        """Name the part that was entered last."""
        if not self.depth_below and len(self.open_parts) > 1:
            self.open_parts[-1].name = words

    def blocks(self, text: str) -> Iterator[Block]:
        """The whole text as headings and the code under them."""
        start = 0
        for _, section in sorted(self.sections.items()):
            if section.start < start:
                continue
            yield from _code(text, start, section.start)
            start = section.start
            if section.level:
                yield Block(start, section.end, "heading", section.level, section.heading)
                start = section.end
        yield from _code(text, start, len(text))


def _code(text: str, start: int, end: int) -> Iterator[Block]:
    """The stretch text[start:end] without blank lines around it, where it has words."""
    stretch = text[start:end]
    if stretch.strip():
        first = len(stretch) - len(stretch.lstrip())
        # The indent of the first line belongs to the block.
        begin = start + stretch.rfind("\n", 0, first) + 1
        yield Block(begin, start + len(stretch.rstrip()), "code")
