"""Word's paragraph styles: which of them make a heading, the title, a list item, or a line of a table of contents."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .. import xml_events
from ..archive import Archive
from ..xml_events import Attributes, Calls, value

_CONTENTS = re.compile(r"toc (?:\d|heading)", re.IGNORECASE)
_HEADING = re.compile(r"heading ?([1-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style makes of a paragraph: as in Flow.mark."""

    kind: str = "paragraph"
    level: int = 0


def read(archive: Archive, part: str) -> dict[str, Style]:
    """The paragraph styles by id. Their names are English in every language's files, their ids are not."""
    names: dict[str, str] = {}
    bases: dict[str, str] = {}
    said: dict[str, Style] = {}
    current = ""

    def begin(attributes: Attributes) -> None:
        nonlocal current
        current = value(attributes, "styleId")
        names[current] = current

    def name(attributes: Attributes) -> None:
        names[current] = value(attributes, "val")

    def base(attributes: Attributes) -> None:
        bases[current] = value(attributes, "val")

    def outline(attributes: Attributes) -> None:
        said[current] = Style("paragraph", outline_level(value(attributes, "val")))

    def number(_: Attributes) -> None:
        said.setdefault(current, Style("list"))

    if part:
        calls = {
            "style": begin,
            "name": name,
            "basedOn": base,
            "outlineLvl": outline,
            "numPr": number,
        }
        elements: dict[str, Calls] = {element: (call, None) for element, call in calls.items()}
        xml_events.parse(
            archive.chunks(part), elements, lambda _: None, ("latentStyles", "docDefaults")
        )
    return {style: _inherited(style, names, bases, said) for style in names}


def _inherited(
    style: str, names: dict[str, str], bases: dict[str, str], said: dict[str, Style]
) -> Style:
    """What a style says, or the nearest of those that it is based on."""
    seen: set[str] = set()
    while style and style not in seen:
        seen.add(style)
        if found := named(names.get(style, "")) or said.get(style):
            return found
        style = bases.get(style, "")
    return Style()


def named(name: str) -> Style | None:
    """What a style is by its name alone; None where that says nothing."""
    if heading := _HEADING.fullmatch(name):
        return Style("paragraph", min(int(heading[1]), 6))
    if name.lower() == "title":
        return Style("title", 1)
    return Style("") if _CONTENTS.match(name) else None


def outline_level(outline: str) -> int:
    """A heading's level from the outline level that Word counts from 0; 0 for body text, which is its level 9."""
    return min(int(outline) + 1, 6) if outline.isdecimal() and int(outline) < 9 else 0
