"""Lines of a terminal as pieces of text with the names of their styles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rich.cells import cell_len, set_cell_size

Piece = tuple[str, tuple[str, ...]]
"""A text without line ends, and the names of its styles; later styles win."""
Pieces = list[Piece]

ELLIPSIS = "…"


def cells(pieces: Sequence[Piece]) -> int:
    """The cells that the pieces take."""
    return sum(cell_len(text) for text, _ in pieces)


def cut(pieces: Sequence[Piece], room: int) -> Pieces:
    """The pieces in at most `room` cells; an ellipsis stands for what is cut off at their end."""
    if cells(pieces) <= room:
        return list(pieces)
    kept: Pieces = []
    left = room - 1
    if left < 0:
        return kept
    for text, names in pieces:
        size = cell_len(text)
        if size > left:
            # A wide character that does not fit is replaced by a blank, which is left out.
            return [*kept, (set_cell_size(text, left).rstrip() + ELLIPSIS, names)]
        kept.append((text, names))
        left -= size
    return kept


def cut_start(text: str, room: int) -> str:
    """The text in at most `room` cells. Its start is cut off: the end of a path says most.

    >>> cut_start("notes/house", 8)
    '…s/house'
    """
    if cell_len(text) <= room:
        return text
    left, kept = room - 1, len(text)
    while kept and (size := cell_len(text[kept - 1])) <= left:
        left -= size
        kept -= 1
    return ELLIPSIS + text[kept:] if room > 0 else ""


def marked(
    text: str, names: tuple[str, ...], ranges: Sequence[tuple[str, Sequence[tuple[int, int]]]]
) -> Pieces:
    """The text cut at the borders of its ranges; each pair of `ranges` adds a style to some.

    >>> marked("to be", ("text",), [("match", [(3, 5)])])
    [('to ', ('text',)), ('be', ('text', 'match'))]
    """
    borders = {offset for _, spans in ranges for span in spans for offset in span}
    return [
        (
            text[start:end],
            names
            + tuple(
                name
                for name, spans in ranges
                if any(first <= start < last for first, last in spans)
            ),
        )
        for start, end in pairwise(sorted(borders | {0, len(text)}))
    ]
