"""Finds the fonts that the elements of a web page name, where any of them is a font of symbols."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..symbol_font import is_symbol_font
from .html_styles import rules

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

SYMBOL_NAMES = ("symbol", "dings", "dingbats", "monotype sorts")
"""A page with none of these words names no font of symbols."""

_FAMILY = re.compile(r"\s*font-family\s*:\s*([^,]+)", re.IGNORECASE)
_SHORTHAND = re.compile(
    r"\s*font\s*:(?:[^,]*\s)?\s*\d[\w.%]*(?:\s*/\s*[\w.%]+)?\s+([^\s,/][^,]*)", re.IGNORECASE
)


def fonts(root: LexborNode) -> dict[int, str]:
    """The first font that each element names, by the element's memory id.

    An element names its font in the attribute `face`, in its own style, or by a rule in the page's
    style sheets with a simple selector. Elements inside it have the same font unless they name
    another one. Empty where no element names a font of symbols.
    """
    named: dict[int, str] = {}
    for node in root.css("font[face]"):
        named[node.mem_id] = _first(node.attributes.get("face") or "")
    for rule in rules(root, "font", font_of, is_symbol_font):
        named |= dict.fromkeys((node.mem_id for node in root.css(rule.selector)), rule.value)
    for node in root.css("[style*=font], [style*=Font], [style*=FONT]"):
        for declaration in (node.attributes.get("style") or "").split(";"):
            if font := font_of(declaration):
                named[node.mem_id] = font
    return named if any(map(is_symbol_font, named.values())) else {}


def font_of(declaration: str) -> str:
    """The first font that a declaration names, in lower case; empty where it names none.

    >>> font_of("font-family: 'Wingdings 2', serif"), font_of("font: bold 7.0pt/1.2 Symbol")
    ('wingdings 2', 'symbol')
    """
    found = _FAMILY.match(declaration) or _SHORTHAND.match(declaration)
    font = _first(found[1]) if found else ""
    return "" if font == "inherit" else font


def _first(fonts_: str) -> str:
    """The first of the fonts in a list, in lower case."""
    return fonts_.partition(",")[0].partition("!")[0].strip(" \t\r\n\"'").lower()
