"""The plots show the figures beside them, and the docs state the same figures."""

import re
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest

from benchmarks.charts import Figure, Panel, draw
from benchmarks.lines import Curve, LinePanel, draw_lines
from benchmarks.plots import PLOTS, embedding_panels, plots, read, scale_panels, ticks
from benchmarks.svg import Theme

DOCS = PLOTS.parent
GOLDEN = Path(__file__).parent / "golden"
# What follows a value in the docs: scores have no unit, and a ratio is written as a word.
UNITS = {"×": " times"} | dict.fromkeys(
    ("nDCG@10", "hit@1", "hit@5", "passage@5", "sentence@5", "sentence", "of 1", "answers"), ""
)
COMMANDS = ("docsearch ", "python -m benchmarks.", "python -m training ", "not recorded")
THEME = Theme("plain", "white", "black", "grey", "silver", ("blue", "cyan", "orange", "gray"))


@pytest.mark.parametrize("name", sorted(plots()))
def test_a_plot_is_drawn_from_its_figures(name: str) -> None:
    assert (PLOTS / name).read_text(encoding="utf-8") == plots()[name]


def test_the_folder_has_no_other_plots() -> None:
    assert {path.name for path in PLOTS.glob("*.svg")} == set(plots())


@pytest.mark.parametrize("page", ["quality", "speed"])
def test_figures_and_docs_are_the_same(page: str) -> None:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    figures = read(PLOTS / f"{page}.json")
    # The docs write two answers as a word, and both ends of a range of milliseconds share one unit.
    text = text.replace("hides two answers", "hides 2 answers").replace("46–56", "46 ms–56")
    assert [figure for figure in figures if _written(figure) not in text] == []
    values = [(row.value, row.low, row.high, row.goal) for row in figures]
    known = {f"{value:,}" for row in values for value in row if value is not None}
    assert _numbers_in_tables(text.partition("\n## Goals")[0]) - known == set()


@pytest.mark.parametrize("page", ["quality", "speed"])
def test_every_figure_names_the_command_that_measured_it(page: str) -> None:
    for row in read(PLOTS / f"{page}.json"):
        assert row.command.startswith(COMMANDS), row


@pytest.mark.parametrize("page", ["quality", "speed"])
def test_every_module_that_measures_exists(page: str) -> None:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    for name in set(re.findall(r"python -m benchmarks\.(\w+)", text)):
        assert (Path(__file__).parent.parent / "benchmarks" / f"{name}.py").is_file()
    for target in re.findall(r'(?:src|srcset)="([^"]+)"', text):
        assert (DOCS / target).is_file()


def test_ticks_keep_their_digits() -> None:
    assert [str(tick) for tick in ticks("0", "1.5", "0.5")] == ["0.0", "0.5", "1.0", "1.5"]
    assert [f"{tick:,}" for tick in ticks("0", "4000", "2000")] == ["0", "2,000", "4,000"]


def test_a_chart_draws_bars_and_dots_with_their_intervals() -> None:
    # The axis has 390 units, from x = 222 to x = 612. Of 0 to 1 second, the bars of 500 ms and of
    # 0.50 s end at 222 + 195 = 417, and the goal of 600 ms stands at 222 + 234 = 456. The interval
    # of the score, 0.25 to 0.75, goes from 222 + 97.5 = 319.5 to 222 + 292.5 = 514.5.
    axis = ticks("0", "1", "1")
    bars = [
        Figure("t", "Wait & see", "first", Decimal(500), "ms", "c", goal=Decimal(600)),
        Figure("t", "Wait & see", "torch", Decimal("0.50"), "s", "c"),
    ]
    low, high = Decimal("0.25"), Decimal("0.75")
    dots = [Figure("t", "", "text", Decimal("0.50"), "nDCG@10", "c", low, high)]
    panels = [Panel("Time", "seconds", axis, bars), Panel("nDCG@10", "mean", axis, dots)]
    assert draw("A chart", panels, THEME) == (GOLDEN / "chart.svg").read_text(encoding="utf-8")


def test_lines_rise_with_the_cores_and_their_names_stand_apart() -> None:
    # The axes have 414 units from x = 72 to x = 486 for 4 cores, and 190 upwards from y = 274.
    # 2 cores stand at 72 + 207 = 279, and 50 of 100 at 274 - 95 = 179. The curves end at 84 and at
    # 274 - 0.95·190 = 93.5, so the lower name moves from 93.5 to 84 + 16 = 100.
    curves = [
        Curve("us & them", [(1, Decimal(25)), (2, Decimal(50)), (4, Decimal(100))]),
        Curve("torch", [(4, Decimal(95))]),
    ]
    panel = LinePanel("Short texts", "rate", [1, 2, 4], ticks("0", "100", "50"), curves)
    assert draw_lines("A plot", [panel], THEME) == (GOLDEN / "lines.svg").read_text("utf-8")


def test_figures_by_cores_become_curves() -> None:
    figures = [
        Figure("embedding", "long texts, 2 cores", "torch", Decimal(3), "tokens/s", "c"),
        Figure("embedding", "long texts, 4 cores", "torch", Decimal(5), "tokens/s", "c"),
        Figure("embedding", "long texts, 4 cores", "docsearch", Decimal(9), "tokens/s", "c"),
        Figure("ingest", "all", "docsearch", Decimal(9), "s", "c"),
    ]
    (panel,) = embedding_panels(figures)
    assert (panel.title, panel.places) == ("long texts", [2, 4])
    assert panel.curves == [
        Curve("torch", [(2, Decimal(3)), (4, Decimal(5))]),
        Curve("docsearch", [(4, Decimal(9))]),
    ]


def test_figures_by_passages_become_curves() -> None:
    figures = [
        Figure("scale", "A query by both legs, 10,000 passages", "text", Decimal(9), "ms", "c"),
        Figure("scale", "A query by both legs, 1,000,000 passages", "text", Decimal(50), "ms", "c"),
        Figure(
            "scale", "The index on the disk, 10,000 passages", "docsearch", Decimal(27), "MB", "c"
        ),
        Figure("ingest", "all", "docsearch", Decimal(9), "s", "c"),
    ]
    queries, disk, memory = scale_panels(figures)
    assert (queries.title, queries.places) == ("A query by both legs", [10, 1000])
    assert queries.curves == [Curve("text", [(10, Decimal(9)), (1000, Decimal(50))])]
    assert (disk.places, memory.curves) == ([10], [])


def _written(figure: Figure) -> str:
    """A figure as the docs write it: "0.467 (0.432–0.501)" or "6,010 tokens/s"."""
    interval = f" ({figure.low}–{figure.high})" if figure.low is not None else ""
    return f"{figure.value:,}{UNITS.get(figure.unit, f' {figure.unit}')}{interval}"


def _numbers_in_tables(text: str) -> set[str]:
    """The numbers in all cells but the first of each row, without commands and table heads."""
    rows = re.findall(r"^\|(.*)\|$(?!\n\|---)", text, re.MULTILINE)
    cells = chain.from_iterable(row.split("|")[1:] for row in rows)
    return {number for cell in cells if "`" not in cell for number in re.findall(r"[\d,.]+", cell)}
