"""Finds the elements of a web page that its style sheets and attributes do not display."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .html_styles import rules

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DISPLAY = re.compile(r"\s*display\s*:\s*([\w-]+)\s*(?:!\s*important\s*)?", re.IGNORECASE)
NOT_HIDDEN = "until-found"
"""The value of the attribute `hidden` in parts that a browser's own search opens."""


def hidden(root: LexborNode) -> set[int]:
    """The memory ids of the elements under `root` that are not displayed.

    These have the attribute `hidden`, or the style `display: none` of their own or by a rule in
    the page's own style sheets with a simple selector (element, class, id). The whole page is
    displayed whatever its styles say: a script shows it.
    """
    nodes = {
        node.mem_id
        for node in root.css("[hidden]")
        if (node.attributes.get("hidden") or "").lower() != NOT_HIDDEN
    }
    for rule in rules(root, "display", _display, "none".__eq__):
        matched = {node.mem_id for node in root.css(rule.selector)}
        nodes = nodes | matched if rule.value == "none" else nodes - matched
    for node in root.css("[style*=display], [style*=Display], [style*=DISPLAY]"):
        shown = ""
        for declaration in (node.attributes.get("style") or "").split(";"):
            shown = _display(declaration) or shown
        if shown:
            (nodes.add if shown == "none" else nodes.discard)(node.mem_id)
    if nodes:
        nodes -= {node.mem_id for node in root.css("html, body")}
    return nodes


def _display(declaration: str) -> str:
    """What a declaration says about the display of an element; empty where it says nothing."""
    shown = _DISPLAY.fullmatch(declaration)
    return shown[1].lower() if shown else ""
