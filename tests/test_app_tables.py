"""The tables of the index and models screens cut nothing, at any width."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import DataTable, Static

from search.documents import Reason, Skip
from tui import messages
from tui.app.screens.advice import AdviceScreen
from tui.app.screens.index import IndexScreen
from tui.app.widgets.left_out import LeftOut
from tui.app.widgets.model_table import ModelTable
from tui.remedies import remedy_in_the_app

from .app_driver import ROOT, ScriptedIndex, Watch, shown
from .made_models import empty_caches
from .test_app_index import app_over
from .test_app_safety import whole_screen

LONG = f"{ROOT}/" + "/".join(f"a folder of level {level}" for level in range(8)) + "/report.pdf"


class LongIndex(ScriptedIndex):
    """An index with a long path, which was left out."""

    def skips(self) -> tuple[Skip, ...]:
        return (Skip(LONG, Reason.CORRUPT, "it is cut off"),)


def words(text: str) -> str:
    """The text without blanks and ends of lines, at which a table may break it."""
    return "".join(text.split())


def right_column(table: DataTable[object]) -> str:
    """What the last column of a table shows, row by row."""
    start = table.columns[next(iter(table.columns))].get_render_width(table)
    rows = (table.render_line(y).text for y in range(1, table.virtual_size.height))
    return words("".join(row[start:] for row in rows))


@pytest.mark.parametrize("width", [50, 80, 120])
async def test_no_advice_is_cut(tmp_path: Path, width: int) -> None:
    app, watch = app_over(LongIndex({}), tmp_path), Watch()
    async with app.run_test(size=(width, 60), message_hook=watch) as pilot:
        await pilot.press("f2")
        await watch.until(messages.StatusRead)
        await watch.until(messages.StatusRead)
        await pilot.pause()
        for table in app.screen.query(DataTable):
            assert not table.show_horizontal_scrollbar
            assert table.virtual_size.width <= table.size.width
        seen = right_column(app.screen.query_one(LeftOut))
        for text in (LONG, *(remedy_in_the_app(one) for one in ("corrupt", "hidden", "no_text"))):
            assert words(text) in seen


async def test_the_tables_follow_the_width(tmp_path: Path) -> None:
    app, watch = app_over(LongIndex({}), tmp_path), Watch()
    async with app.run_test(size=(150, 60), message_hook=watch) as pilot:
        await pilot.press("f2")
        await watch.until(messages.StatusRead)
        await watch.until(messages.StatusRead)
        await pilot.resize_terminal(60, 60)
        await pilot.pause()
        table = app.screen.query_one(LeftOut)
        assert table.virtual_size.width <= table.size.width
        assert words(LONG) in right_column(table)


async def test_enter_says_what_to_do_with_a_file(tmp_path: Path) -> None:
    index = LongIndex({})
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(80, 40), message_hook=watch) as pilot:
        await pilot.press("f2")
        await watch.until(messages.StatusRead)
        await watch.until(messages.StatusRead)
        await pilot.press("tab", "down", "enter")
        assert isinstance(app.screen, AdviceScreen)
        assert app.screen.advice[:2] == (
            LONG,
            "It is left out: it is cut off\n"
            "What to do: open it in its own program and save it anew, then press r",
        )
        await pilot.press("escape", "down", "enter")
        await watch.until(messages.PassedOverListed)
        await pilot.pause()
        seen = whole_screen(app)
        assert "ingest --hidden FOLDER" in " ".join(seen.replace("│", " ").split())
        # Hidden files are only counted, and are looked for now.
        assert f"{ROOT}/.git " in seen
        assert f"{ROOT}/.x" in seen
        await pilot.press("c")
        assert app.clipboard == f"docsearch ingest --hidden {ROOT}"
        await pilot.press("r")
        await watch.until(messages.IngestEnded)
        assert isinstance(app.screen, IndexScreen)
        assert index.ingested == [()]


async def test_what_a_narrow_table_leaves_out_stands_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_caches(monkeypatch, tmp_path)
    app, watch = app_over(ScriptedIndex({}), tmp_path), Watch()
    async with app.run_test(size=(80, 50), message_hook=watch) as pilot:
        await pilot.press("f5")
        await watch.until(messages.ModelsRead)
        await pilot.pause()
        for table in app.screen.query(DataTable):
            assert not table.show_horizontal_scrollbar
            assert table.virtual_size.width <= table.size.width
        details = app.screen.query_one("#details", Static)
        assert "Reranker: starter-reranker" in " ".join(shown(details))
        await pilot.press("tab", "end")
        await pilot.pause()
        assert "Licence: " in " ".join(shown(details))
        await pilot.resize_terminal(170, 50)
        await pilot.pause()
        assert app.screen.query_one(ModelTable).details == ""
