"""Draw the plots of docs/quality.md and docs/speed.md from the measured figures beside them.

    python -m benchmarks.plots

The script reads docs/plots/quality.json and docs/plots/speed.json, which hold every figure with its
unit and the command that measured it. Each plot is drawn for light and for dark pages. Only the
standard library is needed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from .charts import Figure, Panel, draw
from .lines import Curve, LinePanel, draw_lines
from .svg import DARK, LIGHT

PLOTS = Path(__file__).parent.parent / "docs" / "plots"


def main() -> None:
    for name, text in plots().items():
        (PLOTS / name).write_text(text, encoding="utf-8")


def plots() -> dict[str, str]:
    """The text of each SVG file by its name."""
    quality, speed = read(PLOTS / "quality.json"), read(PLOTS / "speed.json")
    drawn = {}
    for theme in (LIGHT, DARK):
        drawn[f"quality-{theme.name}.svg"] = draw(
            "Retrieval quality on six collections", quality_panels(quality), theme
        )
        drawn[f"speed-{theme.name}.svg"] = draw("Speed", speed_panels(speed), theme)
        drawn[f"embedding-{theme.name}.svg"] = draw_lines(
            "Embedding by the starter model, by cores", embedding_panels(speed), theme
        )
        drawn[f"scale-{theme.name}.svg"] = draw_lines(
            "Growth with the number of passages", scale_panels(speed), theme
        )
    return drawn


def read(path: Path) -> list[Figure]:
    """The figures of a file, in its order."""
    rows = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    return [Figure(**row) for row in rows]


def quality_panels(figures: Sequence[Figure]) -> list[Panel]:
    """nDCG@10 of every mode on every collection."""
    shown = [row for row in figures if row.table == "collections" and row.unit == "nDCG@10"]
    axis = "mean and 95 % interval; 1 is a perfect order"
    return [Panel("nDCG@10", axis, ticks("0.3", "1.0", "0.1"), shown)]


def speed_panels(figures: Sequence[Figure]) -> list[Panel]:
    """What a user waits for, and how much a GPU embeds and is read in a second."""

    def of(table: str) -> list[Figure]:
        return [row for row in figures if row.table == table]

    return [
        Panel(
            "Time to wait",
            "seconds, two cores; a line marks a goal",
            ticks("0", "1.5", "0.5"),
            of("waiting"),
        ),
        Panel(
            "Qwen3-Embedding-0.6B",
            "tokens a second, one NVIDIA H100",
            ticks("0", "500000", "100000"),
            of("gpu"),
        ),
        Panel(
            "Reading files",
            "MB a second, two workers; a line marks a goal",
            ticks("0", "100", "25"),
            of("readers"),
        ),
    ]


def embedding_panels(figures: Sequence[Figure]) -> list[LinePanel]:
    """How the engines' rates grow with the cores, for each load; figures come by cores."""
    loads: dict[str, dict[str, list[tuple[int, Decimal]]]] = {}
    for row in figures:
        if row.table == "embedding":
            load, _, cores = row.group.removesuffix(" cores").rpartition(", ")
            points = loads.setdefault(load, {}).setdefault(row.name, [])
            points.append((int(cores), row.value))
    return [
        LinePanel(
            load,
            "tokens a second, by cores",
            sorted({place for points in curves.values() for place, _ in points}),
            ticks("0", "60000", "20000"),
            [Curve(name, points) for name, points in curves.items()],
        )
        for load, curves in loads.items()
    ]


def scale_panels(figures: Sequence[Figure]) -> list[LinePanel]:
    """What queries, the disk and the memory take, by thousands of passages."""
    shown = {
        "A query by both legs": ("ms, by thousands of passages", ticks("0", "120", "40")),
        "The index on the disk": ("MB, by thousands of passages", ticks("0", "3000", "1000")),
        "Peak memory of an ingest": ("MB, by thousands of passages", ticks("0", "1200", "400")),
    }
    panels = []
    for title, (axis, marks) in shown.items():
        curves: dict[str, list[tuple[int, Decimal]]] = {}
        for row in figures:
            if row.table == "scale" and row.group.startswith(f"{title}, "):
                passages = row.group.removeprefix(f"{title}, ").removesuffix(" passages")
                thousands = int(passages.replace(",", "")) // 1000
                curves.setdefault(row.name, []).append((thousands, row.value))
        places = sorted({place for points in curves.values() for place, _ in points})
        panels.append(
            LinePanel(
                *(title, axis, places, marks),
                [Curve(name, points) for name, points in curves.items()],
            )
        )
    return panels


def ticks(first: str, last: str, step: str) -> list[Decimal]:
    """The ticks of an axis: ("0", "1.5", "0.5") gives 0, 0.5, 1.0 and 1.5."""
    count = (Decimal(last) - Decimal(first)) / Decimal(step)
    return [Decimal(first) + number * Decimal(step) for number in range(int(count) + 1)]


if __name__ == "__main__":
    main()
