"""Text from outside neither acts on the terminal nor is markup, and no failure ends the app."""

from __future__ import annotations

from pathlib import Path

from textual import events
from textual.app import App
from textual.widgets import Input, Static
from textual.widgets._toast import Toast
from textual.worker import Worker, WorkerState

from search.results import IndexModels, Status
from tui import messages
from tui.app import DocsearchApp
from tui.app.widgets.folder_input import FolderInput, completed
from tui.app.widgets.query_input import QueryInput

from .app_driver import NOW, ScriptedIndex, Watch, commands, shown, until

EVIL = "[/red] [bold\x1b]0;owned\x07"
SAFE = "[/red] [bold␛]0;owned␇"


def app_over(index: ScriptedIndex, tmp_path: Path) -> DocsearchApp:
    return DocsearchApp(index, {}, tmp_path / "state", lambda: NOW)  # type: ignore[arg-type]


def whole_screen(app: App[None]) -> str:
    """Every row of the screen as it goes to the terminal."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def toasts(app: App[None]) -> str:
    return " ".join(" ".join(" ".join(shown(toast)).split()) for toast in app.screen.query(Toast))


async def test_saved_searches_are_no_markup_in_the_palette(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "saved").write_text(f"{EVIL}\n")
    app, watch = app_over(ScriptedIndex({}), tmp_path), Watch()
    async with app.run_test(size=(120, 50), message_hook=watch) as pilot:
        await watch.until(messages.StatusRead)
        await pilot.press("ctrl+x")
        await until(lambda: f"Search: {SAFE} (Alt+1)" in commands(app))
        assert "\x1b" not in whole_screen(app)
        await pilot.press(*"red")
        await until(lambda: commands(app)[:1] == [f"Search: {SAFE} (Alt+1)"])
        await until(lambda: f"Search: {SAFE}" in whole_screen(app))
        assert "\x1b" not in whole_screen(app)
        await pilot.press("enter")
        await until(lambda: app.screen is app.search_screen)
        await pilot.press("enter")
        await until(lambda: app.screen.query_one(QueryInput).value == SAFE)


async def test_control_characters_of_pastes_and_folders_are_made_visible(tmp_path: Path) -> None:
    (tmp_path / "disk" / "evil\x1b]0;owned\x07").mkdir(parents=True)
    app, watch = app_over(ScriptedIndex({}), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await watch.until(messages.StatusRead)
        app.screen.query_one(QueryInput).post_message(events.Paste(EVIL))
        await pilot.pause()
        assert app.screen.query_one(QueryInput).value == SAFE
        await pilot.press("f2", "a")
        line = app.screen.query_one(FolderInput)
        line.post_message(events.Paste(EVIL))
        await pilot.pause()
        assert line.value == SAFE
        assert completed(f"{tmp_path}/disk/e") is None
        assert "\x1b" not in whole_screen(app)


async def test_control_characters_of_the_index_are_made_visible(tmp_path: Path) -> None:
    class EvilIndex(ScriptedIndex):
        def status(self) -> Status:
            status = super().status()
            root = type(status.roots[0])(f"/notes/{EVIL}", 1, 1, None, True)
            models = IndexModels(EVIL, EVIL, EVIL, EVIL, EVIL, 5, EVIL, EVIL, 256, 32, 24)
            kinds = ((EVIL, 1),)
            return Status(
                f"/home/{EVIL}",
                EVIL,
                5,
                (root,),
                1,
                1,
                1,
                0,
                1,
                kinds,
                skipped=kinds,
                failed=kinds,
                health=EVIL,
                models=models,
            )

    app, watch = app_over(EvilIndex({}), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await watch.until(messages.StatusRead)
        for keys in ([], ["f2"], ["f"], ["escape", "f5"]):
            await pilot.press(*keys)
            await app.workers.wait_for_complete(list(app.workers))
            await pilot.pause()
            assert SAFE in whole_screen(app) or SAFE.split()[0] in whole_screen(app)
            assert not set(whole_screen(app)) & {"\x1b", "\x07"}


async def test_preferences_that_cannot_be_saved_are_a_toast(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    app, watch = app_over(ScriptedIndex({}), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch, notifications=True) as pilot:
        await watch.until(messages.StatusRead)
        await pilot.press("f4")
        await pilot.pause()
        assert "the app forgets it when it ends" in toasts(app)
        await pilot.press(*"tide", "escape")
        await watch.until(messages.Failed)
        await pilot.pause()
        assert app.screen.query_one(Input).value == ""


async def test_a_crash_of_any_worker_is_a_toast(tmp_path: Path) -> None:
    class BrokenIndex(ScriptedIndex):
        def status(self) -> Status:
            raise RuntimeError("[red]no status")

        def ingest(self, *paths: object, **options: object) -> None:  # type: ignore[override]
            raise RuntimeError("no ingest")

    app, watch = app_over(BrokenIndex({}), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch, notifications=True) as pilot:
        await watch.until(Worker.StateChanged, lambda message: message.state is WorkerState.ERROR)
        await pilot.pause()
        assert "unexpected RuntimeError: [red]no status go on; please report it" in toasts(app)
        await pilot.press("f2", "r")
        await watch.until(messages.IngestEnded)
        await watch.until(Worker.StateChanged, lambda message: message.state is WorkerState.ERROR)
        await pilot.pause()
        assert "unexpected RuntimeError: no ingest" in toasts(app)
        assert not app.index_screen.busy
        await pilot.press("escape", "x")
        await watch.until(messages.Answered, lambda message: message.final)
        await pilot.pause()
        assert "no passage answers that" in shown(app.screen.query_one("#narration", Static))[0]
