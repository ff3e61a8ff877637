"""Nested data cut into sections: what is large and has a name becomes a heading, at most three levels deep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...documents import Block

MAX_LEVELS = 3
MIN_SECTION = 200
"""Characters; what is smaller is a line or two of the section around it."""


@dataclass(frozen=True, slots=True)
class Section:
    """Where a section begins: text[start:end] opens it. At level 0 it only parts blocks; one without `heading` ends others."""

    start: int
    end: int
    level: int
    heading: str


@dataclass(slots=True)
class _Open:
    """What was opened and not closed; `parted` is true once a section inside it has ended, so that what follows must leave it."""

    start: int
    end: int
    name: str
    parted: bool = False


class Outline:
    """The sections, found as the text is read from its beginning to its end. Depth costs no memory beyond MAX_LEVELS."""

    def __init__(self) -> None:
        self.sections: dict[int, Section] = {}
        self.around: list[_Open] = [_Open(0, 0, "")]
        self.deeper = 0

    def item(self, start: int, end: int) -> None:
        """Something that holds nothing begins, with text[start:end]."""
        around = self.around[-1]
        if not self.deeper and around.parted:
            self.sections[start] = Section(start, end, len(self.around) - 1 or 1, "")
            around.parted = False

    def enter(self, start: int, end: int, name: str) -> None:
        """Something that may hold others begins, opened by text[start:end]; `name` is empty where it has none."""
        if self.deeper or len(self.around) > MAX_LEVELS:
            self.deeper += 1
            return
        self.around.append(_Open(start, end, name))

    def leave(self, end: int) -> None:
        """What was entered last ends at the offset `end`."""
        if self.deeper:
            self.deeper -= 1
            return
        if len(self.around) == 1:
            return
        inside = self.around.pop()
        around, level = self.around[-1], len(self.around)
        if end - inside.start >= MIN_SECTION:
            named = inside.name or around.parted
            self.sections[inside.start] = Section(
                inside.start, inside.end, level if named else 0, inside.name
            )
            around.parted = bool(inside.name) or inside.parted
        elif around.parted:
            self.sections[inside.start] = Section(inside.start, inside.end, level, "")
            around.parted = False

    def name(self, words: str) -> None:
        """What was entered last is called that."""
        if not self.deeper and len(self.around) > 1:
            self.around[-1].name = words

    def blocks(self, text: str) -> Iterator[Block]:
        """All of the text as headings and the code under them."""
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
    """The stretch without blank lines around it, where it has words."""
    whole = text[start:end]
    if whole.strip():
        first = len(whole) - len(whole.lstrip())
        # The indent of the first line belongs to it.
        begin = start + whole.rfind("\n", 0, first) + 1
        yield Block(begin, start + len(whole.rstrip()), "code")
