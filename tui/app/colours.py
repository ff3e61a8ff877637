"""Finds the keywords, headings, comments and so on of a document, which the view colours."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.token import _TokenType  # type: ignore[import-untyped]

REACH = 128 * 1024
"""How many characters before and after the passage are coloured.

A lexer reads about a million characters a second.
"""

Colour = tuple[int, int, str]
"""A range [start, end) of the text and the name of its style."""

TOKENS: Mapping[str, str] = {
    "Token.Keyword": "keyword",
    "Token.Operator.Word": "keyword",
    "Token.Name.Tag": "keyword",
    "Token.Name.Function": "name",
    "Token.Name.Class": "name",
    "Token.Name.Decorator": "name",
    "Token.Name.Attribute": "name",
    "Token.Literal.String": "string",
    "Token.Literal.Number": "number",
    "Token.Comment": "comment",
}

MARKDOWN = re.compile(
    r"(?P<code>^(?P<fence>```+|~~~+)[\s\S]*?(?:^(?P=fence)|\Z)|`[^`\n]+`)"
    r"|(?P<heading>^\#{1,6}\ .*$)"
    r"|(?P<comment>^[ \t]*(?:[-*+]|\d+[.)])(?=\s)|^>.*$|^(?:---+|\*\*\*+)$)"
    r"|(?P<strong>\*\*[^*\n]+\*\*|__[^_\n]+__)"
    r"|(?P<string>\[[^\]\n]+\]\([^)\n]+\)|<https?://[^>\s]+>)",
    re.MULTILINE | re.VERBOSE,
)

UNDERLINED = re.compile(r"^(?P<heading>\S.*)\n(?:={3,}|-{3,}|~{3,})$", re.MULTILINE)


def colours(path: str, kind: str, text: str, around: int) -> list[Colour]:
    """The coloured ranges near the offset `around`, in order and without overlaps."""
    first = text.rfind("\n", 0, max(around - REACH, 0)) + 1
    part = text[first : around + REACH]
    ranges = _markdown(part) if kind == "markdown" else _headings(part) if kind == "rst" else ()
    if kind == "code":
        ranges = _code(path, part)
    return [(first + start, first + end, name) for start, end, name in ranges]


def _markdown(text: str) -> Iterator[Colour]:
    for match in MARKDOWN.finditer(text):
        name = "code" if match.lastgroup in ("fence", "code") else str(match.lastgroup)
        yield match.start(), match.end(), name


def _headings(text: str) -> Iterator[Colour]:
    for match in UNDERLINED.finditer(text):
        yield match.start(), match.end(), "heading"


def _code(path: str, text: str) -> Iterator[Colour]:
    from pygments.lexers import find_lexer_class_for_filename  # type: ignore[import-untyped]

    lexer = find_lexer_class_for_filename(os.path.basename(path))
    if lexer is None:
        return
    for start, token, value in lexer(stripnl=False, ensurenl=False).get_tokens_unprocessed(text):
        if name := _name(token):
            yield start, start + len(value), name


def _name(token: _TokenType | None) -> str | None:
    """The style of the token, or of its nearest parent that is in TOKENS; None without one."""
    while token is not None:
        if name := TOKENS.get(str(token)):
            return name
        token = token.parent
    return None
