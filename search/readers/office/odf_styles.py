"""The styles of an OpenDocument file: titles, raised text, fonts of symbols, and lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..symbol_font import is_symbol_font
from ..xml_events import Attributes, Calls, value
from .odf_lists import Lists

TITLE_STYLE = "Title"

MAX_BASES = 20
"""The most styles that one style takes something over from."""


@dataclass(frozen=True, slots=True)
class Look:
    """How characters look: `font` is a font of symbols or empty; None leaves the font as it is."""

    raised: bool | None = None
    font: str | None = None


PLAIN = Look(False, "")


class Styles:
    """The styles of the whole file, as its parts are parsed with `elements`."""

    def __init__(self) -> None:
        self.parents: dict[str, str] = {}
        self.looks: dict[str, Look] = {}
        self.fonts: dict[str, str] = {}
        self.lists = Lists()
        self._name = ""
        self._seen: dict[str, Look] = {}

    def elements(self) -> Mapping[str, Calls]:
        """The calls for the elements of styles of text and paragraphs."""
        return {
            "font-face": (self._font_face, None),
            "style": (self._begin_style, self._end_style),
            "text-properties": (self._text_properties, None),
        }

    def new_lists(self) -> Lists:
        """The list styles of the file, with no list open."""
        return Lists(self.lists.styles, self.lists.paragraph_lists)

    def is_title(self, style: str) -> bool:
        """True for the style of a document's title, and for a style made of it."""
        return TITLE_STYLE in (style, self.parents.get(style))

    def look(self, style: str, around: Look = PLAIN) -> Look:
        """The look of text with a style, inside text that looks like `around`."""
        own = self._seen.get(style)
        if own is None:
            own = self._seen[style] = self._whole(style)
        if own.raised is None and own.font is None:
            return around
        return Look(
            around.raised if own.raised is None else own.raised,
            around.font if own.font is None else own.font,
        )

    def _whole(self, style: str) -> Look:
        """The look of a style with what it takes over from the styles that it is made of."""
        look = Look()
        for _ in range(MAX_BASES):
            own = self.looks.get(style, look)
            look = Look(
                own.raised if look.raised is None else look.raised,
                own.font if look.font is None else look.font,
            )
            if not (style := self.parents.get(style, "")):
                break
        return look

    def _font_face(self, attributes: Attributes) -> None:
        self.fonts[value(attributes, "name")] = value(attributes, "font-family")

    def _begin_style(self, attributes: Attributes) -> None:
        if value(attributes, "family") not in ("paragraph", "text", ""):
            return
        # A later part of the file may use the name of a style anew.
        self._name = name = value(attributes, "name")
        self.looks.pop(name, None)
        self.lists.paragraph_lists.pop(name, None)
        self._seen.clear()
        self.parents[name] = value(attributes, "parent-style-name")
        if list_style := value(attributes, "list-style-name"):
            self.lists.paragraph_lists[name] = list_style

    def _end_style(self) -> None:
        self._name = ""

    def _text_properties(self, attributes: Attributes) -> None:
        if not self._name:
            # These are the properties of a list's numbers, or of text without a style.
            return
        look = self.looks.get(self._name, Look())
        if position := value(attributes, "text-position").split():
            raised = (
                position[0] == "super"
                or position[0].strip("%").replace(".", "").strip("0").isdecimal()
            )
            look = replace(look, raised=raised)
        name = value(attributes, "font-name")
        if font := self.fonts.get(name, name) or value(attributes, "font-family"):
            look = replace(look, font=font if is_symbol_font(font) else "")
        self.looks[self._name] = look
