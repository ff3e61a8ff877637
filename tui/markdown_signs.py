"""Finds the signs of Markdown within lines, which a reader of plain text does not need."""

from __future__ import annotations

import re
from collections.abc import Iterator

SIGNS = re.compile(
    r"(?P<fence>^[ ]{0,3}(?P<ticks>```+|~~~+)[^\n]*$(?P<inside>[\s\S]*?)"
    r"(?P<close>^[ ]{0,3}(?P=ticks)[ ]*$|\Z))"
    r"|(?P<tick>`{1,2})(?!`)(?P<code>[^`\n]{1,300})(?P=tick)(?!`)"
    r"|(?P<link>!?\[(?P<label>[^\[\]\n]{1,300})\]\([^()\s]{0,500}(?:[ ]\"[^\"\n]{0,200}\")?\))"
    r"|(?<![\w*])(?P<stars>\*{1,3})(?=[^\s*])(?P<strong>[^*\n]{1,300})(?<=\S)(?P=stars)(?![\w*])"
    r"|(?<![\w_])(?P<bars>_{1,2})(?=[^\s_])(?P<stress>[^_\n]{1,300})(?<=\S)(?P=bars)(?![\w_])"
    r"|(?<!~)~~(?=[^\s~])(?P<struck>[^~\n]{1,300})(?<=\S)~~(?!~)"
    r"|(?P<table>^[ ]{0,3}\|[^\n]*$)"
    r"|(?P<escape>\\)[!-/:-@\[-`{-~]",
    re.MULTILINE,
)
INSIDE = ("label", "strong", "stress", "struck")
"""The groups whose text may have signs of its own."""


def signs(text: str) -> Iterator[tuple[int, int, str]]:
    """The ranges [start, end) of the text that are signs, and what a reader sees in their place.

    The ranges are in order and do not overlap. A name such as `__init__` is no emphasis. The inside
    of code stays as it is.

    >>> list(signs("**bold** and `code`"))
    [(0, 2, ''), (6, 8, ''), (13, 14, ''), (18, 19, '')]
    """
    yield from _signs(text, 0, len(text))


def _signs(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    for match in SIGNS.finditer(text, start, end):
        first, last = match.span()
        if match["fence"] is not None:
            yield first, match.start("inside"), ""
            if match["close"]:
                yield *match.span("close"), ""
        elif match["code"] is not None:
            yield first, match.start("code"), ""
            yield match.end("code"), last, ""
        elif match["table"] is not None:
            yield from _cells(text, first, last)
        elif match["escape"] is not None:
            yield first, first + 1, ""
        elif match["bars"] is None or not _is_name(match):
            name = next(name for name in INSIDE if match[name] is not None)
            yield first, match.start(name), ""
            yield from _signs(text, *match.span(name))
            yield match.end(name), last, ""


def _is_name(match: re.Match[str]) -> bool:
    """True for a name with underscores around it, such as `__init__`."""
    return match["bars"] == "__" and match["stress"].isidentifier()


def _cells(text: str, first: int, last: int) -> Iterator[tuple[int, int, str]]:
    """The bars of a table's row: the outer ones are left out, the others become a dot."""
    bars = [at for at in range(first, last) if text[at] == "|" and text[at - 1 : at] != "\\"]
    position = first
    for at in bars:
        yield from _signs(text, position, at)
        outer = not text[first:at].strip() or not text[at + 1 : last].strip()
        yield at, at + 1, "" if outer else "·"
        position = at + 1
    yield from _signs(text, position, last)
