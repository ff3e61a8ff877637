"""Word's styles: what each of them makes of a paragraph or of characters.

A style may make a heading, the title, a list item, or a line of a table of contents. It may number
its paragraphs, raise its characters, or show them in a font of symbols.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .. import xml_events
from ..archive import Archive
from ..symbol_font import is_symbol_font
from ..xml_events import Attributes, Calls, value

MAX_BASES = 20
"""The most styles that one style takes something over from."""

_CONTENTS = re.compile(r"toc (?:\d|heading)", re.IGNORECASE)
_HEADING = re.compile(r"heading ?([1-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """What a style makes of a paragraph or of a run of characters.

    `kind` and `level` are those of Flow.mark. `list_id` and `list_level` name the list that numbers
    its paragraphs; the id is empty where none does, and the level is None where the list itself
    says which level belongs to the style. `font` is a font of symbols, or empty. `raised` is true
    for characters that stand above the line.
    """

    kind: str = "paragraph"
    level: int = 0
    list_id: str = ""
    list_level: int | None = None
    font: str = ""
    raised: bool = False


@dataclass(slots=True)
class _Stated:
    """What one style states itself; None where it states nothing."""

    name: str
    base: str = ""
    style: Style | None = None
    list_id: str | None = None
    list_level: int | None = None
    font: str | None = None
    raised: bool | None = None


def read(archive: Archive, part: str) -> dict[str, Style]:
    """The styles of paragraphs and characters by id.

    A heading is told by the name of its style, which is English in files of every language. The
    id is not.
    """
    styles: dict[str, _Stated] = {}
    current = _Stated("")

    def begin(attributes: Attributes) -> None:
        nonlocal current
        style_id = value(attributes, "styleId")
        current = styles[style_id] = _Stated(style_id)

    def name(attributes: Attributes) -> None:
        current.name = value(attributes, "val")

    def base(attributes: Attributes) -> None:
        current.base = value(attributes, "val")

    def outline(attributes: Attributes) -> None:
        current.style = Style("paragraph", outline_level(value(attributes, "val")))

    def number(_: Attributes) -> None:
        current.style = current.style or Style("list")

    def list_id(attributes: Attributes) -> None:
        current.list_id = value(attributes, "val")

    def list_level(attributes: Attributes) -> None:
        level = value(attributes, "val")
        current.list_level = int(level) if level in set("012345678") else None

    def fonts(attributes: Attributes) -> None:
        current.font = symbol_font_of(attributes)

    def raised(attributes: Attributes) -> None:
        current.raised = value(attributes, "val") == "superscript"

    if part:
        calls = {
            "style": begin,
            "name": name,
            "basedOn": base,
            "outlineLvl": outline,
            "numPr": number,
            "numId": list_id,
            "ilvl": list_level,
            "rFonts": fonts,
            "vertAlign": raised,
        }
        elements: dict[str, Calls] = {element: (call, None) for element, call in calls.items()}
        xml_events.parse(
            archive.chunks(part),
            elements,
            lambda _: None,
            ("latentStyles", "docDefaults", "tblStylePr"),
        )
    return {style_id: _inherited(style_id, styles) for style_id in styles}


def symbol_font_of(attributes: Attributes) -> str:
    """The font of symbols that a choice of fonts names for Western letters, empty for others."""
    for name, font in attributes.items():
        if is_symbol_font(font) and name.endswith(("ascii", "hAnsi")):
            return font
    return ""


def _inherited(style_id: str, styles: dict[str, _Stated]) -> Style:
    """The style with what it takes over from the styles that it is based on, the nearest first."""
    chain: dict[str, _Stated] = {}
    while style_id in styles and style_id not in chain and len(chain) < MAX_BASES:
        chain[style_id] = styles[style_id]
        style_id = chain[style_id].base
    made = next(
        (style for stated in chain.values() if (style := named(stated.name) or stated.style)),
        Style(),
    )
    listed = next((stated for stated in chain.values() if stated.list_id is not None), None)
    return replace(
        made,
        list_id=listed.list_id or "" if listed else "",
        list_level=next(
            (stated.list_level for stated in chain.values() if stated.list_level is not None),
            None,
        ),
        font=next((stated.font for stated in chain.values() if stated.font is not None), ""),
        raised=next(
            (stated.raised for stated in chain.values() if stated.raised is not None), False
        ),
    )


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
