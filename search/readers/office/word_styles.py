"""Word's paragraph styles: what each of them makes of a paragraph.

A style may make a heading, the title, a list item, or a line of a table of contents.
"""

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
    """What a paragraph style makes of a paragraph: `kind` and `level` are those of Flow.mark."""

    kind: str = "paragraph"
    level: int = 0


def read(archive: Archive, part: str) -> dict[str, Style]:
    """The paragraph styles by id.

    A heading is told by the name of its style, which is English in files of every language. The
    id is not.
    """
    names: dict[str, str] = {}
    bases: dict[str, str] = {}
    own_styles: dict[str, Style] = {}
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
        own_styles[current] = Style("paragraph", outline_level(value(attributes, "val")))

    def number(_: Attributes) -> None:
        own_styles.setdefault(current, Style("list"))

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
    return {style_id: _inherited(style_id, names, bases, own_styles) for style_id in names}


def _inherited(
    style_id: str, names: dict[str, str], bases: dict[str, str], own_styles: dict[str, Style]
) -> Style:
    """The style itself, or the nearest style that it is based on and that says anything."""
    seen: set[str] = set()
    while style_id and style_id not in seen:
        seen.add(style_id)
        if style := named(names.get(style_id, "")) or own_styles.get(style_id):
            return style
        style_id = bases.get(style_id, "")
    return Style()


def named(name: str) -> Style | None:
    """The style that a name stands for, or None where the name says nothing.

    A line of a table of contents gets an empty kind, so that it is left out.
    """
    if heading := _HEADING.fullmatch(name):
        return Style("paragraph", min(int(heading[1]), 6))
    if name.lower() == "title":
        return Style("title", 1)
    return Style("") if _CONTENTS.match(name) else None


def outline_level(outline: str) -> int:
    """A heading's level, from the outline level that Word counts from 0; 0 for body text.

    Word's outline level 9 is body text.
    """
    return min(int(outline) + 1, 6) if outline.isdecimal() and int(outline) < 9 else 0
