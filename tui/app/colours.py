"""Finds the keywords, headings, comments and so on of a document, which the view colours."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .rendering.rendered import Colour

if TYPE_CHECKING:
    from pygments.token import _TokenType  # type: ignore[import-untyped]

    from .sheet import Sheet

REACH = 128 * 1024
"""How many characters before and after the passage are coloured.

A lexer reads about a million characters a second.
"""

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

UNDERLINED = re.compile(r"^(?P<heading>\S.*)\n(?:={3,}|-{3,}|~{3,})$", re.MULTILINE)


def colours(sheet: Sheet, around: int) -> list[Colour]:
    """The coloured ranges of the rows' text near `around`, in order and without overlaps."""
    text = sheet.rows.text
    first = text.rfind("\n", 0, max(around - REACH, 0)) + 1
    last = min(around + REACH, len(text))
    if sheet.kind == "code":
        return list(_code(sheet.path, text, first, last))
    if sheet.kind == "rst":
        return [(*match.span(), "heading") for match in UNDERLINED.finditer(text, first, last)]
    return [
        colour
        for start, end, language in sheet.fences
        if language and start < last and end > first
        for colour in _code(f"code.{language}", text, start, min(end, start + REACH), language)
    ]


def _code(path: str, text: str, first: int, last: int, language: str = "") -> Iterator[Colour]:
    """The colours of code in text[first:last], by the name of its file or of its language."""
    from pygments.lexers import (  # type: ignore[import-untyped]
        find_lexer_class_for_filename,
        get_lexer_by_name,
    )
    from pygments.util import ClassNotFound  # type: ignore[import-untyped]

    options = {"stripnl": False, "ensurenl": False}
    lexer = find_lexer_class_for_filename(os.path.basename(path))
    try:
        found = get_lexer_by_name(language, **options) if language else lexer and lexer(**options)
    except ClassNotFound:
        found = lexer and lexer(**options)
    if found is None:
        return
    for start, token, value in found.get_tokens_unprocessed(text[first:last]):
        if name := _name(token):
            yield first + start, first + start + len(value), name


def _name(token: _TokenType | None) -> str | None:
    """The style of the token, or of its nearest parent that is in TOKENS; None without one."""
    while token is not None:
        if name := TOKENS.get(str(token)):
            return name
        token = token.parent
    return None
