"""Markdown's signs left out of a line, so that a list of hits shows its words alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .snippet import Line, Marks

LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s\"[^\"]*\")?\)")
PIPES = re.compile(r"(?:^|(?<=\s))\|(?:\s+\|)*(?=\s|$)\s*")
CODE = r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)(?!`)"
SIGNS = re.compile(
    rf"```\w*\s?|{CODE}|`+|\*\*|(?<!\w)__(?=\w)|(?<=[\w.!?])__(?!\w)"
    r"|(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=\w)|(?<=[\w.!?])_(?!\w)"
)
"""Fences, code marks and emphasis; a star or underscore within a word or alone is text."""

Cut = tuple[int, int, str]
"""A range of a text, and what stands there instead."""


def without_signs(line: Line) -> Line:
    """The line without Markdown's signs; its marks stay with their words.

    Of a link its text is kept. The cells of a table's row are parted by semicolons.

    >>> without_signs(Line("| **F75** | see [the *plan*](plan.md) |", ((4, 7),)))
    Line(text='F75; see the plan', marks=((0, 3),), sentence=())
    """
    line = _replaced(line, _link_cuts(line.text))
    line = _replaced(line, _pipe_cuts(line.text))
    return _replaced(line, _sign_cuts(line.text))


def _link_cuts(text: str) -> list[Cut]:
    return [
        cut
        for match in LINK.finditer(text)
        for cut in ((match.start(), match.start(1), ""), (match.end(1), match.end(), ""))
    ]


def _sign_cuts(text: str) -> list[Cut]:
    """The signs; what stands between code marks is kept as it is."""
    cuts: list[Cut] = []
    for match in SIGNS.finditer(text):
        if match["code"] is None:
            cuts.append((*match.span(), ""))
        else:
            cuts += [
                (match.start(), match.start("code"), ""),
                (match.end("code"), match.end(), ""),
            ]
    return cuts


def _pipe_cuts(text: str) -> list[Cut]:
    """The borders of the cells of a table, which has a pipe at the edge of a row.

    Pipes between words belong to a command.
    """
    bare = text.removesuffix(" …").strip()
    if not (bare.startswith("|") or bare.endswith("|") or "| |" in bare):
        return []
    cuts: list[Cut] = []
    for match in PIPES.finditer(text):
        before = len(text[: match.start()].rstrip())
        is_edge = before == 0 or match.end() == len(text)
        cuts.append((before, match.end(), "" if is_edge else "; "))
    return cuts


def _replaced(line: Line, cuts: Sequence[Cut]) -> Line:
    """The line with other words at the cuts, which stand in their order and do not overlap."""
    if not cuts:
        return line
    parts: list[str] = []
    places: list[int] = []
    position = length = 0
    for start, end, words in (*cuts, (len(line.text), len(line.text), "")):
        parts += (line.text[position:start], words)
        places += range(length, length + start - position)
        length += start - position
        # What is cut away stands where its replacement begins.
        places += [length] * (end - start)
        length += len(words)
        position = end
    places.append(length)

    def moved(ranges: Marks) -> Marks:
        found = ((places[first], places[last]) for first, last in ranges)
        return tuple((first, last) for first, last in found if first < last)

    return Line("".join(parts), moved(line.marks), moved(line.sentence))
