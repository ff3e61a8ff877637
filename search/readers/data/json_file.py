"""JSON and JSON Lines: the file's own text with its escapes decoded, under its larger parts' names.

Errors in the file's syntax do not matter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ...documents import Block, Document
from ..decoding import decode
from ..left_out import undecoded
from ..lines import lines
from ..rewriting import Rewriting
from ..title import file_name
from .escapes import JSON, on_one_line
from .outline import Outline

SUFFIXES = (
    *(".json", ".jsonl", ".ndjson", ".json5", ".jsonc", ".geojson", ".topojson", ".jsonld"),
    *(".webmanifest", ".canvas", ".har", ".excalidraw", ".arb", ".xcstrings", ".sarif"),
)
LINES = (".jsonl", ".ndjson")

MAX_NAME = 120

MAX_NESTED = 3
"""How often a string that is JSON itself is decoded again."""

_STRING = r'"(?>[^"\\]+|\\.)*+"'
_COMMENT = r"//[^\n]*|/\*(?:.*?\*/|.*+)"
# One match passes over values and comments up to a name, a bracket or the end. A string without an
# end is all of the rest.
_TOKEN = re.compile(
    rf'(?>[^"{{}}\[\]/]+|{_STRING}(?!\s{{0,20}}:)|{_COMMENT}|/)*+'
    rf'(?:(?P<name>{_STRING})\s{{0,20}}:|(?P<open>[{{\[])|(?P<close>[}}\]])|".*+|\Z)',
    re.DOTALL,
)

# A string ends in its line.
_INNER = re.compile(r'(?>[^"\\\n]+|\\.)*+', re.DOTALL)
# The strings of a file that may have comments, in which a backslash is no escape.
_PART = re.compile(
    rf"""{_COMMENT}|"(?P<double>(?>[^"\\\n]+|\\.)*+)"?|'(?P<single>(?>[^'\\\n]+|\\.)*+)'?"""
    r"""|(?P<bare>\\(?:u[0-9A-Fa-f]{4}|[ntr"/]))|\\\\""",
    re.DOTALL,
)
# An escape outside any string is that of a string with a raw line end.
_BARE = re.compile(r'\\(?:u[0-9A-Fa-f]{4}|[ntr"/\\])')
# A slash that may begin a comment; that of an address stands behind a colon.
_SLASH = re.compile(r"(?<!:)/[/*]")

_DECODER = json.JSONDecoder(strict=False)
_BEGINNING = re.compile(
    rb'\s{0,1000}(?:\[\s{0,1000})?\{\s{0,1000}"(?>[^"\\]|\\.){1,200}"\s{0,100}:'
)


def is_json(data: bytes) -> bool:
    """True where the file begins as an object of JSON does, or as a list of objects."""
    return _BEGINNING.match(data[:8_192].removeprefix(b"\xef\xbb\xbf")) is not None


def read(data: bytes, path: str) -> Document:
    """The document in a JSON file. Raises Unreadable where the file is binary or empty."""
    source = decode(data)
    name = file_name(path)
    blocks: Iterator[Block]
    if name.lower().endswith(LINES):
        blocks = (Block(line.start, line.end, "code") for line in lines(source) if line.words)
    else:
        blocks = _outline(source).blocks(source)
    rewriting = _decoded(source)
    text = rewriting.finish()
    return Document(
        path, "code", name, text, tuple(rewriting.moved(blocks)), warnings=undecoded(text)
    )


def _decoded(source: str) -> Rewriting:
    """The source with the escapes of its strings decoded; comments stay as they are."""
    rewriting = Rewriting(source)
    if "\\" not in source:
        return rewriting
    for start, end in _escaped(source):
        words = source[start:end]
        # What follows no quotation mark is no string.
        opened = start > 0 and source[start - 1] in "\"'"
        rewriting.replace(start, end, _text(words) if opened else _BARE.sub(_bare, words))
    return rewriting


def _escaped(source: str) -> Iterator[tuple[int, int]]:
    """The start and the end of each stretch with escapes: a string, or a part of a broken file."""
    if ("//" in source or "/*" in source) and _SLASH.search(source):
        for match in _PART.finditer(source):
            group = match.lastgroup
            if group and "\\" in match[group]:
                yield match.span(group)
        return
    position = 0
    while (backslash := source.find("\\", position)) >= 0:
        quote = source.rfind('"', position, backslash)
        start = max(position, quote + 1, source.rfind("\n", position, backslash) + 1)
        inner = _INNER.match(source, start)
        end = max(inner.end() if inner else 0, backslash + 1)
        yield start, end
        position = end + 1 if source[end : end + 1] == '"' else end


def _bare(match: re.Match[str]) -> str:
    return match[0] if match[0] == "\\\\" else JSON.decoded(match[0])


def _text(words: str, depth: int = 0) -> str:
    r"""The text of a string. A string that is JSON itself, as in logs and archives, is decoded too.

    >>> _text(r'Gr\u00fc\u00dfe\nan \"alle\"')
    'Grüße an "alle"'
    >>> _text(r'{\"to\": \"Zo\\u00eb\\nand Jo\"}')
    '{"to": "Zoë and Jo"}'
    """
    if "\\" not in words:
        return words
    try:
        decoded = on_one_line(_DECODER.decode(f'"{words}"'))
    except ValueError:
        # An escape of JSON5, or a backslash that somebody wrote without escapes.
        decoded = JSON.decoded(words)
    if depth == MAX_NESTED or "\\" not in decoded or not _is_json(decoded):
        return decoded

    def inner(match: re.Match[str]) -> str:
        group = match.lastgroup
        if group is None:
            return match[0]
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return match[0][:start] + _text(match[group], depth + 1) + match[0][end:]

    return _PART.sub(inner, decoded)


def _is_json(words: str) -> bool:
    """True for an object or a list without errors."""
    if words.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(words)
    except (ValueError, RecursionError):
        return False
    return True


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
                name = _text(pending_name["name"][1:-1])[:MAX_NAME]
                outline.enter(pending_name.start("name"), match.end(), name)
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
