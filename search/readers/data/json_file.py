"""JSON and JSON Lines: the file's own text under the names of its larger objects and lists, whatever is wrong with it."""

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
_REMARK = r"//[^\n]*|/\*(?:.*?\*/|.*+)"
# Values and remarks are passed over at once, up to a name, a bracket, or the end; a string that nothing closes is all of the rest.
_TOKEN = re.compile(
    rf'(?>[^"{{}}\[\]/]+|{_STRING}(?!\s{{0,20}}:)|{_REMARK}|/)*+'
    rf'(?:(?P<name>{_STRING})\s{{0,20}}:|(?P<open>[{{\[])|(?P<close>[}}\]])|".*+|\Z)',
    re.DOTALL,
)


def read(data: bytes, path: str) -> Document:
    """The document in a JSON file. Raises Unreadable where it is binary or empty."""
    text = decode(data)
    name = file_name(path)
    if name.lower().endswith(LINES):
        blocks = tuple(Block(line.start, line.end, "code") for line in lines(text) if line.words)
    else:
        blocks = tuple(_outline(text).blocks(text))
    return Document(path, "code", name, text, blocks)


def _outline(text: str) -> Outline:
    outline = Outline()
    named: re.Match[str] | None = None
    # The bracket around everything is no section.
    outermost = True
    for match in _TOKEN.finditer(text):
        if match["open"]:
            if outermost:
                outermost = False
            elif named:
                outline.enter(named.start("name"), match.end(), named["name"][1:-1][:MAX_NAME])
            else:
                outline.enter(match.end() - 1, match.end(), "")
            named = None
            continue
        if named:
            outline.item(named.start("name"), named.end())
        named = match if match["name"] else None
        if match["close"]:
            outline.leave(match.end())
    return outline
