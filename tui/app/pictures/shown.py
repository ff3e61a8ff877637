"""A picture as the terminal shows it: cells, and what is written beside them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from random import randrange

from rich.segment import Segment
from rich.style import Style

from search.results import Picture

from ...graphics import Graphics

Cells = tuple[tuple[Segment, ...], ...]

_NUMBERS = count(randrange(1, 1 << 23))
"""The numbers of kitty's pictures. Programs share them, so they begin somewhere."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows of cells. `before` is written once before them.

    `over` is written each time after them, with the cursor in their first cell. `after` lets the
    terminal forget the picture.
    """

    cells: Cells
    before: str = ""
    over: str = ""
    after: str = ""


def room_of(columns: int, rows: int, graphics: Graphics) -> tuple[int, int]:
    """The width and height in pixels of so many cells."""
    return columns * graphics.cell[0], rows * graphics.cell[1]


def shown(picture: Picture, graphics: Graphics) -> Shown:
    """The picture in the protocol of the terminal, in as many cells as it needs."""
    columns = -(-picture.width // graphics.cell[0])
    rows = -(-picture.height // graphics.cell[1])
    if graphics.protocol == "kitty":
        from . import kitty

        number = next(_NUMBERS) % (1 << 24) or 1
        columns, rows = min(columns, len(kitty.NUMBERS)), min(rows, len(kitty.NUMBERS))
        return Shown(
            kitty.cells(number, columns, rows),
            before=kitty.sent(picture, number, columns, rows),
            after=kitty.forgotten(number),
        )
    if graphics.protocol == "iterm2":
        from . import inline

        return Shown(_blank(columns, rows), over=inline.drawn(picture, columns, rows))
    if graphics.protocol == "sixel":
        from . import sixel

        return Shown(_blank(columns, rows), over=sixel.drawn(picture))
    from . import blocks

    return Shown(blocks.cells(picture, columns, rows))


def _blank(columns: int, rows: int) -> Cells:
    return ((Segment(" " * columns, Style()),),) * rows
