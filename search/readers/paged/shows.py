"""The operators that show text on a PDF page, each with the place where it begins to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import hypot
from typing import Any, NamedTuple

from .columns import MIN_ROWS, MIN_SHARE

Operation = tuple[Any, bytes]
"""An operator of a page behind its operands, as pypdf lists them."""

SHOWING = frozenset({b"Tj", b"TJ", b"'", b'"'})

MAX_SHOWS = 200_000
"""A page or form with more of them is read as pypdf reads it."""

_SAME_LINE = 8.0
"""Points that the lines of two columns may be apart in height."""

_BESIDE = 30.0
"""Points that the pen must move sideways to begin a column: columns of prose are wider."""


class Style(NamedTuple):
    """How text is shown.

    `a`, `b`, `c` and `d` turn text space into the space of the page. `size`, `rise` and the
    spacings are in text space. `stretch` is 1 for letters of their own width. `mode` 3 is
    invisible.
    """

    a: float
    b: float
    c: float
    d: float
    font: str
    size: float
    letter_spacing: float
    word_spacing: float
    stretch: float
    rise: float
    mode: int

    @property
    def height(self) -> float:
        """The size of the letters in points."""
        return abs(self.size) * hypot(self.c, self.d)


class Show(NamedTuple):
    """A showing operator, the one at the place `at` in its content stream.

    `x` and `y` are the place, in points, that the operators before it state. The pen stands
    further on where `is_placed` is false: text was shown since that place was stated.
    """

    at: int
    x: float
    y: float
    is_placed: bool
    style: Style
    operand: Any

    @property
    def parts(self) -> Iterator[Any]:
        """The strings and the moves that it shows."""
        return iter(self.operand if isinstance(self.operand, list) else (self.operand,))


def shows(operations: Iterable[Operation]) -> list[Show]:
    """The showing operators of a content stream; empty where there are more than MAX_SHOWS."""
    found: list[Show] = []
    page: tuple[float, ...] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    matrix = page
    # The font, its size, letter spacing, word spacing, stretch, rise and mode.
    text: list[Any] = ["", 12.0, 0.0, 0.0, 1.0, 0.0, 0]
    saved: list[tuple[Any, ...]] = []
    leading = 0.0
    x = y = 0.0
    is_placed = True
    style: Style | None = None
    for index, (operands, operator) in enumerate(operations):
        if operator in SHOWING:
            if operator == b"'" or operator == b'"':
                x, y = x - leading * matrix[2], y - leading * matrix[3]
                is_placed = True
            if style is None:
                a, b, c, d = matrix[:4]
                style = Style(
                    a * page[0] + b * page[2],
                    a * page[1] + b * page[3],
                    c * page[0] + d * page[2],
                    c * page[1] + d * page[3],
                    *text,
                )
            if operands and len(found) < MAX_SHOWS:
                found.append(
                    Show(
                        index,
                        x * page[0] + y * page[2] + page[4],
                        x * page[1] + y * page[3] + page[5],
                        is_placed,
                        style,
                        operands[-1],
                    )
                )
            elif operands:
                return []
            is_placed = False
        elif operator == b"Td" or operator == b"TD":
            right, up = _numbers(operands, 2)
            if operator == b"TD":
                leading = -up
            x += right * matrix[0] + up * matrix[2]
            y += right * matrix[1] + up * matrix[3]
            is_placed = True
        elif operator == b"T*":
            x, y = x - leading * matrix[2], y - leading * matrix[3]
            is_placed = True
        elif operator == b"Tm":
            stated = _numbers(operands, 6)
            if stated[:4] != matrix[:4]:
                style = None
            matrix, x, y, is_placed = stated, stated[4], stated[5], True
        elif operator == b"BT":
            if matrix[:4] != (1.0, 0.0, 0.0, 1.0):
                style = None
            matrix, x, y, is_placed = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0.0, 0.0, True
        elif operator == b"q":
            saved.append((page, text.copy(), leading))
        elif operator == b"Q":
            if saved:
                page, text, leading = saved.pop()
                style = None
        elif operator == b"cm":
            page, style = _multiplied(_numbers(operands, 6), page), None
        elif operator == b"Tf":
            text[0] = str(operands[0]) if operands else ""
            text[1] = _numbers(operands[1:], 1)[0]
            style = None
        elif operator == b"TL":
            leading = _numbers(operands, 1)[0]
        elif operator in _SETTINGS:
            place, factor = _SETTINGS[operator]
            text[place] = _numbers(operands, 1)[0] * factor
            style = None
    return found


_SETTINGS: dict[bytes, tuple[int, float]] = {
    b"Tc": (2, 1),
    b"Tw": (3, 1),
    b"Tz": (4, 0.01),
    b"Ts": (5, 1),
    b"Tr": (6, 1),
}


def may_have_columns(found: Sequence[Show]) -> bool:
    """False where a page cannot have two columns that are drawn line by line.

    Only PDFium gives the place of each word, which puts columns in order. That takes a second
    reading, which most pages are spared.
    """
    rows = sum(
        1
        for before, show in pairwise(found)
        if abs(show.y - before.y) < _SAME_LINE and abs(show.x - before.x) > _BESIDE
    )
    return rows >= MIN_ROWS and 2 * rows >= MIN_SHARE * len(found)


def _numbers(operands: Any, count: int) -> tuple[float, ...]:
    """The first operands as numbers, 0 for each that is missing or none."""
    try:
        if len(operands) >= count:
            return tuple(map(float, operands[:count]))
    except (TypeError, ValueError):
        # The operands are malformed; pypdf counts them as zeros too.
        pass
    return (0.0,) * count


def _multiplied(matrix: Sequence[float], by: Sequence[float]) -> tuple[float, ...]:
    a, b, c, d, e, f = matrix
    return (
        a * by[0] + b * by[2],
        a * by[1] + b * by[3],
        c * by[0] + d * by[2],
        c * by[1] + d * by[3],
        e * by[0] + f * by[2] + by[4],
        e * by[1] + f * by[3] + by[5],
    )
