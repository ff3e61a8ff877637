"""JSON and JSON Lines: the file's own text, under the names of its larger objects and lists.

Errors in the file's syntax do not matter.
"""

from __future__ import annotations

import re

from ...documents import Block, Document
from ..decoding import decode
from ..lines import lines
from ..title import file_name
from .outline import Outline

SUFFIXES = (".json", ".jsonl", ".ndjson", ".json5", ".jsonc", ".geojson", ".webmanifest")
LINES = (".jsonl", ".ndjson")

MAX_NAME = 120

_STRING = r'"(?>[^"\\]+|\\.)*+"'
_COMMENT = r"//[^\n]*|/\*(?:.*?\*/|.*+)"
# One match passes over values and comments up to a name, a bracket or the end. A string without an
# end is all of the rest.
_TOKEN = re.compile(
    rf'(?>[^"{{}}\[\]/]+|{_STRING}(?!\s{{0,20}}:)|{_COMMENT}|/)*+'
    rf'(?:(?P<name>{_STRING})\s{{0,20}}:|(?P<open>[{{\[])|(?P<close>[}}\]])|".*+|\Z)',
    re.DOTALL,
)


def read(data: bytes, path: str) -> Document:
    """The document in a JSON file. Raises Unreadable where the file is binary or empty."""
    text = decode(data)
    name = file_name(path)
    if name.lower().endswith(LINES):
        blocks = tuple(Block(line.start, line.end, "code") for line in lines(text) if line.words)
    else:
        blocks = tuple(_outline(text).blocks(text))
    return Document(path, "code", name, text, blocks)


def _outline(text: str) -> Outline:
    """The outline of a JSON text by its names and brackets."""
    outline = Outline()
    # The match of a name whose value has not begun yet.
    pending_name: re.Match[str] | None = None
    # The outermost bracket is no section.
    is_outermost = True
    for match in _TOKEN.finditer(text):
        # A bracket opens an object or a list, with a name or without.
        if match["open"]:
            if is_outermost:
                is_outermost = False
            elif pending_name:
                outline.enter(
                    pending_name.start("name"), match.end(), pending_name["name"][1:-1][:MAX_NAME]
                )
            else:
                outline.enter(match.end() - 1, match.end(), "")
            pending_name = None
            continue
        # A name without a bracket has a plain value.
        if pending_name:
            outline.item(pending_name.start("name"), pending_name.end())
        pending_name = match if match["name"] else None
        if match["close"]:
            outline.leave(match.end())
    return outline
