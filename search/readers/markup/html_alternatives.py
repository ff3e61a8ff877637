"""The words that an element of a web page has in its attributes: of pictures, fields and groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MAX_CLIMB = 4
"""Elements around a picture among which its figure is looked for."""

SHOWN_INPUTS = frozenset(
    {"", "text", "search", "email", "url", "tel", "number", "submit", "reset", "button"}
)
"""The types of fields that show their value as text."""

_NO_DESCRIPTION = re.compile(
    r"\S{1,200}\.(?:jpe?g|png|gif|svg|webp|bmp|tiff?|avif)|(?:https?:|data:)\S*|"
    r"(?:cover[ _-]?)?(?:image|img|picture|photo|graphic|icon|spacer|cover)(?:[ _-]?\d{0,5})",
    re.IGNORECASE,
)
"""Alternative texts that programs write where nobody has written one."""

_DROP_CAP = re.compile(r"[\"'“‘«„¿¡(]?\w[’']?")


def image_words(node: LexborNode, captions: dict[int, str]) -> str:
    """What a picture is said to show, or the label of a group of options.

    Spaces part it from the words around, unless it is the ornate first letter of a word. It is left
    out where the caption of the picture's figure repeats it; `captions` are these by the figure's
    memory id.
    """
    attributes = node.attributes
    words = " ".join((attributes.get("alt") or attributes.get("label") or "").split())
    if not words or _NO_DESCRIPTION.fullmatch(words):
        return ""
    if captions:
        around = node.parent
        for _ in range(MAX_CLIMB):
            if around is None:
                break
            if captions.get(around.mem_id) == words:
                return ""
            around = around.parent
    return words if _DROP_CAP.fullmatch(words) else f" {words} "


def input_words(node: LexborNode) -> str:
    """The value that a field or a button shows; a hint in an empty field is no text of the page."""
    attributes = node.attributes
    kind = (attributes.get("type") or "").lower()
    if kind == "image":
        return f" {attributes.get('alt') or ''} "
    words = attributes.get("value") or ""
    return f" {' '.join(words.split())} " if kind in SHOWN_INPUTS else " "
