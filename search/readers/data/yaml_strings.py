"""Finds the strings in double quotes of a YAML file, the only ones in which YAML has escapes."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

# What may stand before a value in its line: its indent, marks of list items, tags and anchors.
_LEAD = re.compile(r"[^\S\n]*+(?:(?:[-?:]|[&!][^\s,\[\]{}\"']*+|---)[^\S\n]++)*+")
_DOUBLE = re.compile(r'"((?>[^"\\]+|\\.)*+)"', re.DOTALL)
_SINGLE = re.compile(r"'(?>[^']+|'')*+'")
_KEY_END = re.compile(r"[^\S\n]*+:(?=\s|\Z)")
_PLAIN_KEY = re.compile(r"""[^\s#&*!|>%@`"'{}\[\],][^:"'#\n]{0,300}:(?=\s)""")
_LITERAL = re.compile(r"[|>][+-]?\d?[+-]?[^\S\n]*+(?:#[^\n]*+)?$", re.MULTILINE)
_MARGIN = re.compile(r"[^\S\n]*")
# A part of a list or an object in brackets: a string, a comment, brackets, or words.
_FLOW = re.compile(
    r"""(?P<double>"(?>[^"\\]+|\\.)*+")|(?P<single>'(?>[^']+|'')*+')"""
    r"""|(?P<comment>(?<=\s)#[^\n]*+)|(?P<open>[\[{])|(?P<close>[\]}])|[,:\s]++"""
    r"""|(?P<word>(?>[^\s,:\[\]{}]++|:(?!\s))(?>[^,:\[\]{}\n]++|:(?!\s))*+)|.""",
    re.DOTALL,
)


def double_quoted(text: str) -> Iterator[tuple[int, int]]:
    """The start and the end of each string's words, without the quotes."""
    position, length = 0, len(text)
    while position < length:
        margin = _MARGIN.match(text, position)
        column = margin.end() - position if margin else 0
        position = _LEAD.match(text, position).end()  # type: ignore[union-attr]
        while (sign := text[position : position + 1]) and sign not in "\n#":
            if sign == '"' and (match := _DOUBLE.match(text, position)):
                yield match.span(1)
            elif sign == "'":
                match = _SINGLE.match(text, position)
            elif sign in "[{":
                position = yield from _flow(text, position)
                break
            elif sign in "|>" and _LITERAL.match(text, position):
                position = _literal_end(text, position, column)
                break
            else:
                match = _PLAIN_KEY.match(text, position)
            if match is None:
                break
            # A string before a colon is a key, and a value follows it in the same line.
            position = match.end()
            if key_end := _KEY_END.match(text, position):
                position = key_end.end()
            elif not match[0].endswith(":"):
                break
            position = _LEAD.match(text, position).end()  # type: ignore[union-attr]
        line_end = text.find("\n", position)
        position = line_end + 1 if line_end >= 0 else length


def _literal_end(text: str, position: int, column: int) -> int:
    """The last line of the text that follows `position`: it is indented beyond `column`."""
    end = text.find("\n", position)
    while 0 <= end < len(text) - 1:
        margin = _MARGIN.match(text, end + 1)
        after = margin.end() if margin else end + 1
        if text[after : after + 1] not in ("\n", "") and after - end - 1 <= column:
            break
        following = text.find("\n", after)
        if following < 0:
            return len(text)
        end = following
    return end if end >= 0 else len(text)


def _flow(text: str, position: int) -> Generator[tuple[int, int], None, int]:
    """The strings of a list or an object in brackets; its end is returned."""
    depth = 0
    for match in _FLOW.finditer(text, position):
        kind = match.lastgroup
        if kind == "double":
            yield match.start() + 1, match.end() - 1
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
            if depth <= 0:
                return match.end()
    return len(text)
