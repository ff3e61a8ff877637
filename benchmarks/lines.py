"""Line plots as SVG: how a rate grows along an axis of whole numbers from 0, such as cores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from .svg import COLOURS, MARGIN, Theme, document, line, text

# The labels of the rates end before the axis, and the names of the curves fit behind its end.
AXIS_START, AXIS_END = 72, 486
TITLE, HEIGHT, AXIS = 40, 190, 36
# Names of curves whose ends are close to each other are written this far apart.
NAME = 16
# The dashes of each colour.
DASHES = ("", "7 3", "2 3", "9 3 2 3")


@dataclass(frozen=True, slots=True)
class Curve:
    """The rates of one engine, by where they were measured."""

    name: str
    points: Sequence[tuple[int, Decimal]]


@dataclass(frozen=True, slots=True)
class LinePanel:
    """Curves that share both axes. Curves of different colours can be told apart.

    `places` are the ticks below the curves, and `ticks` those beside them, the lowest first.
    """

    title: str
    axis: str
    places: Sequence[int]
    ticks: Sequence[Decimal]
    curves: Sequence[Curve]


def draw_lines(title: str, panels: Sequence[LinePanel], theme: Theme) -> str:
    """An SVG document with the panels below each other."""
    parts: list[str] = []
    top = 44
    for panel in panels:
        parts += _panel(panel, top, theme)
        top += TITLE + HEIGHT + AXIS
    return document(title, parts, top + 4, theme)


def _panel(panel: LinePanel, top: float, theme: Theme) -> Iterator[str]:
    """The title, both axes with their grid, the curves and their names."""
    yield text(MARGIN, top + 20, panel.title, theme.ink, size=14, bold=True, after=panel.axis)
    bottom = top + TITLE + HEIGHT
    for tick in panel.ticks:
        y = bottom - _share(panel, tick) * HEIGHT
        yield line(AXIS_START, y, AXIS_END, y, theme.grid, 1)
        yield text(AXIS_START - 8, y + 4, f"{tick:,}", theme.muted, size=11, anchor="end")
    for place in panel.places:
        x = _across(panel, place)
        yield line(x, bottom, x, bottom + 4, theme.muted, 1)
        yield text(x, bottom + 18, str(place), theme.muted, size=11, anchor="middle")
    for curve in panel.curves:
        yield from _curve(panel, curve, bottom, theme)
    ends = [bottom - _share(panel, curve.points[-1][1]) * HEIGHT for curve in panel.curves]
    for curve, y in zip(panel.curves, _apart(ends), strict=True):
        x = _across(panel, curve.points[-1][0]) + 10
        words = f"{curve.name} {curve.points[-1][1]:,}"
        yield text(x, y + 4, words, theme.ink, halo=theme.page)


def _curve(panel: LinePanel, curve: Curve, bottom: float, theme: Theme) -> Iterator[str]:
    number = COLOURS.get(curve.name, 0)
    colour, dashes = theme.series[number], DASHES[number]
    places = [
        (_across(panel, place), bottom - _share(panel, rate) * HEIGHT)
        for place, rate in curve.points
    ]
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    style = f'fill="none" stroke="{colour}" stroke-width="3"'
    if dashes:
        style += f' stroke-dasharray="{dashes}"'
    yield f'<polyline points="{corners}" {style}/>'
    for x, y in places:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'


def _share(panel: LinePanel, rate: Decimal) -> float:
    """How high a rate stands, from 0 at the lowest tick to 1 at the highest."""
    first, last = panel.ticks[0], panel.ticks[-1]
    return float((rate - first) / (last - first))


def _across(panel: LinePanel, place: int) -> float:
    return AXIS_START + place / panel.places[-1] * (AXIS_END - AXIS_START)


def _apart(heights: Sequence[float]) -> list[float]:
    """The heights, moved down where one would be less than NAME below another.

    >>> _apart([50, 10, 12])
    [50, 10, 26]
    """
    moved = list(heights)
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + NAME)
    return moved
