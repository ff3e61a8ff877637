"""Charts as SVG: labelled bars and dots on horizontal axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from .svg import COLOURS, MARGIN, Theme, document, line, text

# The names of the rows end before the axis, and the longest label fits behind its end.
AXIS_START, AXIS_END = 222, 612
TITLE, HEADING, ROW, BAR, AXIS = 34, 22, 18, 12, 30
SECONDS = {"s": Decimal(1), "ms": Decimal("0.001")}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. Decimals keep the digits that the measurement gave, as in 0.60.

    `low` and `high` are the bounds of the 95 % interval and `goal` is what the value should reach;
    each is None where it is not known.
    """

    table: str
    group: str
    name: str
    value: Decimal
    unit: str
    command: str
    low: Decimal | None = None
    high: Decimal | None = None
    goal: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows that share one axis, from the first tick to the last.

    Figures with an interval are drawn as dots and others as bars, so bars need an axis from 0.
    """

    title: str
    axis: str
    ticks: Sequence[Decimal]
    figures: Sequence[Figure]


def draw(title: str, panels: Sequence[Panel], theme: Theme) -> str:
    """An SVG document with the panels below each other."""
    parts: list[str] = []
    top = 44.0
    for panel in panels:
        parts += _panel(panel, top, theme)
        top += _height(panel)
    return document(title, parts, top + 4, theme)


def _height(panel: Panel) -> int:
    headings = sum(1 for group, _ in _groups(panel) if group)
    return TITLE + HEADING * headings + ROW * len(panel.figures) + AXIS


def _groups(panel: Panel) -> list[tuple[str, list[Figure]]]:
    return [(name, list(rows)) for name, rows in groupby(panel.figures, lambda row: row.group)]


def _panel(panel: Panel, top: float, theme: Theme) -> Iterator[str]:
    """The title, the grid, the rows and the labels of the axis."""
    yield text(MARGIN, top + 20, panel.title, theme.ink, size=14, bold=True, after=panel.axis)
    bottom = top + _height(panel) - AXIS
    for tick in panel.ticks:
        x = _place(panel, tick)
        yield line(x, top + TITLE - 4, x, bottom + 4, theme.grid, 1)
        yield text(x, bottom + 18, f"{tick:,}", theme.muted, size=11, anchor="middle")
    y = top + TITLE
    for group, rows in _groups(panel):
        if group:
            yield text(MARGIN, y + 15, group, theme.ink, bold=True, halo=theme.page)
            y += HEADING
        for row in rows:
            yield from _row(panel, row, y + ROW / 2, theme)
            y += ROW


def _row(panel: Panel, row: Figure, middle: float, theme: Theme) -> Iterator[str]:
    """The name of a figure, its bar or its dot with the interval, its goal and its value."""
    colour = theme.series[COLOURS.get(row.name, 0)]
    yield text(AXIS_START - 8, middle + 4, row.name, theme.ink, anchor="end")
    scale = SECONDS.get(row.unit, Decimal(1))
    end = _place(panel, row.value * scale)
    if row.low is not None and row.high is not None:
        low, high = _place(panel, row.low), _place(panel, row.high)
        yield line(low, middle, high, middle, colour, 3)
        yield f'<circle cx="{end:.1f}" cy="{middle:g}" r="5" fill="{colour}"/>'
        end = high
    else:
        yield line(AXIS_START, middle, end, middle, colour, BAR)
    if row.goal is not None:
        goal = _place(panel, row.goal * scale)
        yield line(goal, middle - ROW / 2 + 1, goal, middle + ROW / 2 - 1, theme.ink, 2)
        end = max(end, goal)
    value = f"{row.value:,} {row.unit}" if row.unit in SECONDS else f"{row.value:,}"
    yield text(end + 7, middle + 4, value, theme.ink, halo=theme.page)


def _place(panel: Panel, value: Decimal) -> float:
    """The x of a value on the panel's axis."""
    first, last = panel.ticks[0], panel.ticks[-1]
    return AXIS_START + float((value - first) / (last - first)) * (AXIS_END - AXIS_START)
