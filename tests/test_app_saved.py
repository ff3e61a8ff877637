"""Saved searches: their file, and the screens that save, run, rename and delete them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.widgets import Input, OptionList

from tui import messages
from tui.app.alt_digits import know_alt_digits
from tui.app.folder_filters import Folder, folders_of
from tui.app.saved import Saved, SavedSearch
from tui.app.screens.saved import SavedScreen, SearchNameScreen
from tui.app.widgets.query_input import QueryInput

from .app_driver import ScriptedIndex, Watch, commands, until
from .test_app_safety import whole_screen
from .test_app_search import app_over


def test_a_file_of_queries_alone_is_read_and_names_are_added(tmp_path: Path) -> None:
    file = tmp_path / "state" / "saved"
    file.parent.mkdir()
    file.write_text("rent type:pdf\nsea\n")
    saved = Saved(file)
    assert saved.searches == (
        SavedSearch("rent type:pdf", "rent type:pdf"),
        SavedSearch("sea", "sea"),
    )
    saved.keep("The\trent ", "rent  type:pdf")
    saved.keep("", "tide")
    assert file.read_text() == "The rent\trent type:pdf\nsea\ntide\n"
    assert Saved(file).searches == saved.searches
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_name_or_a_query_is_there_once(tmp_path: Path) -> None:
    saved = Saved(tmp_path / "saved")
    for name, query in (("a", "one"), ("b", "two"), ("c", "three"), ("c", "one"), ("d", "two")):
        saved.keep(name, query)
    assert saved.searches == (SavedSearch("c", "one"), SavedSearch("d", "two"))
    assert saved.of(" one ") == SavedSearch("c", "one")
    assert saved.of("three") is None


def test_another_app_sees_what_is_saved(tmp_path: Path) -> None:
    first, second = Saved(tmp_path / "saved"), Saved(tmp_path / "saved")
    first.keep("a", "one")
    second.keep("b", "two")
    second.remove(SavedSearch("a", "one"))
    assert Saved(tmp_path / "saved").searches == (SavedSearch("b", "two"),)


def value(app: App[None]) -> str:
    return app.screen.query_one(QueryInput).value


async def test_a_search_is_saved_run_renamed_and_deleted(tmp_path: Path) -> None:
    file = tmp_path / "state" / "saved"
    app, watch = app_over(ScriptedIndex({}), tmp_path), Watch()
    async with app.run_test(size=(100, 30), message_hook=watch) as pilot:
        await pilot.press(*"sea type:md", "ctrl+s")
        assert isinstance(app.screen, SearchNameScreen)
        assert app.screen.query_one(Input).value == "sea type:md"
        await pilot.press("enter")
        assert file.read_text() == "sea type:md\n"
        await pilot.press("escape", *"rent", "ctrl+s", "ctrl+u", *"The rent", "enter")
        assert file.read_text() == "sea type:md\nThe rent\trent\n"
        assert value(app) == "rent"
        await pilot.press("alt+1")
        assert value(app) == "sea type:md"
        await pilot.press("alt+2", "alt+3")
        assert value(app) == "rent"
        # The name of before is proposed anew.
        await pilot.press("ctrl+s")
        assert app.screen.query_one(Input).value == "The rent"
        await pilot.press("escape", "f7")
        assert isinstance(app.screen, SavedScreen)
        rows = [str(option.prompt) for option in app.screen.query_one(OptionList).options]
        assert rows == ["1 sea type:md", "2 The rent  rent"]
        await pilot.press("r", "ctrl+u", *"Sea", "enter")
        assert file.read_text() == "Sea\tsea type:md\nThe rent\trent\n"
        await pilot.press("down", "d", "n", "d", "y")
        assert file.read_text() == "Sea\tsea type:md\n"
        await pilot.press("enter")
        assert value(app) == "sea type:md"
        await pilot.press("f7", "d", "y")
        assert "There are none yet; Ctrl+S saves the search" in whole_screen(app)
        await pilot.press("d", "r", "1", "enter", "escape")
        assert app.screen is app.search_screen


async def test_the_dialog_says_that_a_name_is_taken(tmp_path: Path) -> None:
    Saved(tmp_path / "state" / "saved").keep("home", "rent")
    app = app_over(ScriptedIndex({}), tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(*"boiler", "ctrl+s", "ctrl+u", *"home")
        assert "Another search has this name; it is replaced." in whole_screen(app)
        await pilot.press("s")
        assert "it is replaced" not in whole_screen(app)


async def test_the_palette_lists_the_searches_with_their_numbers(tmp_path: Path) -> None:
    saved = Saved(tmp_path / "state" / "saved")
    for number in range(10):
        saved.keep(f"[red]name {number}", f"query {number}")
    app = app_over(ScriptedIndex({}), tmp_path)
    async with app.run_test(size=(100, 80)) as pilot:
        await pilot.press("ctrl+x")
        await until(lambda: any(line.startswith("Search: ") for line in commands(app)))
        assert [line for line in commands(app) if line.startswith("Search: ")] == [
            *(f"Search: [red]name {number} (Alt+{number + 1})" for number in range(9)),
            "Search: [red]name 9",
        ]
        await pilot.press(*"query 4")
        await until(lambda: commands(app)[:1] == ["Search: [red]name 4 (Alt+5)"])
        await pilot.press("enter")
        await until(lambda: app.screen is app.search_screen)
        await pilot.press("enter")
        await until(lambda: value(app) == "query 4")


async def test_what_cannot_be_saved_is_a_toast(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    app, watch = app_over(ScriptedIndex({}), tmp_path), Watch()
    async with app.run_test(size=(100, 30), message_hook=watch) as pilot:
        await pilot.press(*"sea", "ctrl+s", "enter")
        failed = await watch.until(messages.Failed)
        assert failed.error.hint == "check the permissions of that folder"
        assert app.search_screen.saved.searches == ()


def test_the_folders_are_the_roots_and_those_right_below_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("notes/work/deep", "notes/house", "notes/.git", "papers"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "notes" / "a.md").write_text("a")
    os.symlink(tmp_path / "papers", tmp_path / "notes" / "link")
    notes, papers = str(tmp_path / "notes"), str(tmp_path / "papers")
    folders = folders_of([notes, papers, str(tmp_path / "gone"), f"{notes}/a.md"])
    assert [folder.title for folder in folders] == [
        "Filter: notes",
        "Filter: notes/house",
        "Filter: notes/work",
        "Filter: papers",
        "Filter: gone",
    ]
    monkeypatch.setattr("tui.app.folder_filters.LISTED", 2)
    assert folders_of([notes, papers]) == [Folder(notes, notes), Folder(f"{notes}/house", notes)]


async def test_the_palette_filters_by_a_folder(tmp_path: Path) -> None:
    app, watch = app_over(ScriptedIndex({}), tmp_path), Watch()
    house = tmp_path / "notes" / "house [x]"
    house.mkdir(parents=True)
    async with app.run_test(size=(100, 80), message_hook=watch) as pilot:
        await watch.until(messages.StatusRead)
        await pilot.pause()
        app.search_screen.roots = (str(tmp_path / "notes"),)
        await pilot.press(*"tide path:other", "ctrl+x", *"house")
        await until(lambda: commands(app)[:1] == ["Filter: notes/house [x]"])
        await pilot.press("enter")
        await until(lambda: app.screen is app.search_screen)
        await pilot.press("enter")
        await until(lambda: value(app) == 'tide path:"house [x]/**"')


def test_terminals_send_alt_with_a_digit_as_an_escape_before_it() -> None:
    know_alt_digits()
    parser = XTermParser()
    keys = [key for text in ("\x1b1", "\x1b9", "£", "3") for key in parser.feed(text)]
    assert [(key.key, key.character) for key in keys if isinstance(key, events.Key)] == [
        ("alt+1", None),
        ("alt+9", None),
        ("pound_sign", "£"),
        ("3", "3"),
    ]
