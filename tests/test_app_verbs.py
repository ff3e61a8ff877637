"""The palette and the help list all that the app can do, and the help fits every width."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.widgets._toast import Toast

from search.errors import IndexDamaged
from tui import messages
from tui.app import DocsearchApp
from tui.app.screens.dialogs import FolderScreen
from tui.app.screens.help import SECTIONS
from tui.app.screens.index import IndexScreen
from tui.app.screens.models import ModelsScreen
from tui.app.screens.recent import RecentScreen
from tui.app.screens.search import SearchScreen
from tui.app.verbs import VERBS
from tui.app.widgets.document_view import DocumentView
from tui.app.widgets.hit_list import HitList
from tui.app.widgets.query_input import QueryInput

from .app_driver import ScriptedIndex, Watch, commands, shown, until
from .test_app_safety import whole_screen
from .test_app_search import DOCUMENTS, LEASE, always, app_over, ask

SCREENS = (SearchScreen, IndexScreen, ModelsScreen)
WIDGETS = (QueryInput, HitList, DocumentView)
NAMES = {"slash": "/", "question_mark": "?", "pageup": "PgUp", "pagedown": "PgDn"} | {
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
}
KEYS_OF_HELP = {key for _, rows in SECTIONS for keys, _ in rows for key in keys.split()}
if "Alt+1…9" in KEYS_OF_HELP:
    KEYS_OF_HELP |= {f"Alt+{number}" for number in range(1, 10)}


def keys_of(owner: type) -> list[str]:
    bindings = [
        binding
        for binding in vars(owner)["BINDINGS"]
        if isinstance(binding, Binding) and binding.action != "app.pop_screen"
    ]
    return [key for binding in bindings for key in binding.key.split(",")]


def shown_key(key: str) -> str:
    if key in NAMES or len(key) == 1:
        return NAMES.get(key, key)
    return "+".join(
        part.upper() if len(part) == 1 else part.capitalize() for part in key.split("+")
    )


@pytest.mark.parametrize("owner", [DocsearchApp, *SCREENS, *WIDGETS], ids=lambda one: one.__name__)
def test_the_help_lists_every_key(owner: type) -> None:
    assert {shown_key(key) for key in keys_of(owner)} - KEYS_OF_HELP == set()


def test_the_palette_has_every_action_of_the_screens() -> None:
    moves = {"move", "scroll_document", "back", "type", "other_hit", "run_saved"}
    actions = {
        (place, binding.action.partition("(")[0])
        for place, screen in zip(("search", "index", "models"), SCREENS, strict=True)
        for binding in screen.BINDINGS
        if isinstance(binding, Binding) and not binding.action.startswith("app.")
    }
    wanted = {(place, action) for place, action in actions if action not in moves}
    assert wanted - {(verb.place, verb.action) for verb in VERBS} == set()


@pytest.mark.parametrize("columns", [60, 80, 120])
async def test_no_line_of_the_help_wraps_into_the_column_of_keys(
    tmp_path: Path, columns: int
) -> None:
    app = app_over(ScriptedIndex({}), tmp_path)
    async with app.run_test(size=(columns, 160)) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        rows = whole_screen(app).splitlines()
        starts = [row.index("yesterday") for row in rows if "yesterday" in row]
        column = next(row.index("changed before") for row in rows if "changed before" in row)
        assert len(starts) == 1
        assert starts[0] >= column
        for _, lines in SECTIONS:
            for keys, meaning in lines:
                first = meaning.split()[0]
                assert any(
                    re.search(rf" {re.escape(keys)} +{re.escape(first)}", row) for row in rows
                )


async def test_the_palette_acts(tmp_path: Path) -> None:
    app, watch = app_over(ScriptedIndex(always([LEASE]), DOCUMENTS), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")

        async def choose(name: str) -> None:
            await pilot.press("ctrl+x", *name.split(" (")[0])
            await until(lambda: commands(app)[:1] == [name])
            palette = app.screen
            await pilot.press("enter")
            await until(lambda: app.screen is not palette)
            await pilot.pause()

        await choose("Copy the place (Ctrl+Y)")
        assert app.clipboard == f"{LEASE.path}:7"
        await choose("Recent queries (Ctrl+R)")
        assert isinstance(app.screen, RecentScreen)
        await pilot.press("escape")
        await choose("Add a folder (F2, a)")
        assert isinstance(app.screen, FolderScreen)


async def test_ctrl_c_says_what_it_does(tmp_path: Path) -> None:
    app = app_over(ScriptedIndex({}), tmp_path)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await pilot.press("ctrl+c")
        await pilot.pause()
        toast = " ".join(shown(app.screen.query_one(Toast)))
        assert "Ctrl+C copies text that is selected. Ctrl+Q quits." in " ".join(toast.split())


async def test_a_damaged_index_has_a_panel_until_a_query_is_answered(tmp_path: Path) -> None:
    index = ScriptedIndex(always([LEASE]), DOCUMENTS)
    index.fails = IndexDamaged("files of the table are missing", "run: docsearch ingest --reembed")
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(80, 24), message_hook=watch) as pilot:
        await watch.until(messages.ModelReady)
        await pilot.press("x")
        await watch.until(messages.AskFailed)
        await pilot.pause()
        panel = app.screen.query_one("#damage")
        assert [row.strip() for row in shown(panel)] == [
            "The index is damaged: files of the table are missing",
            "What to do: run: docsearch ingest --reembed",
        ]
        index.fails = None
        await ask(pilot, watch, "y")
        assert not panel.display
