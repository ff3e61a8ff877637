"""The models screen, driven by keys.

The hub is on the loopback, the model folders are real, and models are tested in real processes.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Static
from textual.widgets._toast import Toast

from search.errors import DocsearchError
from search.models.caches import repository_folder
from search.supply.hub import Hub
from tui import messages
from tui.app import DocsearchApp
from tui.app.command import Stopped, run_command
from tui.app.model_errands import ModelErrands
from tui.app.screens.dialogs import BitsScreen, ConfirmScreen, NameScreen
from tui.app.screens.first_run import FirstRunScreen
from tui.app.screens.models import ModelsScreen
from tui.app.widgets.model_table import ModelTable, ProfileTable

from .app_driver import NOW, ScriptedIndex, Watch, shown
from .hub_server import HubServer
from .made_models import empty_caches, made, write_model

BGE, RERANKER = "mlx-community/bge-small-en-v1.5-4bit", "Qwen/Qwen3-Reranker-0.6B"


@pytest.fixture(autouse=True)
def no_discovered_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    empty_caches(monkeypatch, tmp_path)


class GatedHub(HubServer):
    """A hub that sends no weights until its gate is open."""

    def __init__(self, name: str) -> None:
        super().__init__({name: made(name)})
        self.gate = threading.Event()

    def _answer(self, request: BaseHTTPRequestHandler, body: bool) -> None:
        if "/cdn/" in request.path and "model.safetensors" in request.path:
            assert self.gate.wait(30)
        super()._answer(request, body)


def app_over(tmp_path: Path, empty: bool = False, hub: HubServer | None = None) -> DocsearchApp:
    models = ModelErrands("cpu", Hub(hub.address) if hub is not None else None)
    index = ScriptedIndex({}, empty=empty)
    index.reranker = RERANKER
    return DocsearchApp(index, {}, tmp_path / "state", lambda: NOW, models=models)  # type: ignore[arg-type]


def put(tmp_path: Path, name: str) -> Path:
    """Write the made model of that name into the hub's cache."""
    return write_model(
        tmp_path / "hub" / repository_folder(name) / "snapshots" / ("0" * 40), made(name)
    )


def text_of(app: App[None], name: str) -> str:
    return "\n".join(row.strip() for row in shown(app.screen.query_one(f"#{name}", Static))).strip()


def toasts(app: App[None]) -> str:
    return " ".join(" ".join(" ".join(shown(toast)).split()) for toast in app.screen.query(Toast))


def states(app: App[None]) -> dict[str, str]:
    table = app.screen.query_one(ModelTable)
    return {str(row[0]): str(row[6]) for row in map(table.get_row_at, range(table.row_count))}


def profiles(app: App[None]) -> list[list[str]]:
    table = app.screen.query_one(ProfileTable)
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


async def opened(pilot: Pilot[None], watch: Watch) -> None:
    """Open the models screen, and wait for its inventory."""
    await watch.until(messages.StatusRead)
    await pilot.pause()
    await pilot.press("f5")
    await watch.until(messages.ModelsRead)
    await pilot.pause()
    watch.seen.clear()


async def chosen(pilot: Pilot[None], fits: Callable[[str], bool]) -> None:
    """Move the cursor to the first model whose name fits."""
    table = pilot.app.screen.query_one(ModelTable)
    table.focus()
    table.move_cursor(row=next(row for row, model in enumerate(table.models) if fits(model.name)))
    await pilot.pause()


async def ended(pilot: Pilot[None], watch: Watch) -> messages.ModelWorkEnded:
    """Wait for the end of the work on a model, and for the inventory after it."""
    report = await watch.until(messages.ModelWorkEnded)
    # The screen and the app both see a message, so an earlier inventory may still come in.
    await watch.until(messages.ModelsRead, lambda read: read.time >= report.time)
    await pilot.pause()
    watch.seen.clear()
    return report


async def test_the_screen_shows_the_models_here_and_the_profile_in_use(tmp_path: Path) -> None:
    put(tmp_path, RERANKER)
    app, watch = app_over(tmp_path), Watch()
    async with app.run_test(size=(160, 40), message_hook=watch) as pilot:
        await opened(pilot, watch)
        assert text_of(app, "in-use").startswith("This index has the profile fast.")
        assert [row[:5] for row in profiles(app)][:3] == [
            ["", "starter", "starter", "starter-reranker", "yes"],
            [
                "in use",
                "fast",
                "bge-small-en-v1.5-bf16",
                "Qwen3-Reranker-0.6B",
                "the reranker; ~67 MB to pull",
            ],
            [
                "",
                "balanced",
                "Qwen3-Embedding-0.6B-4bit-DWQ",
                "Qwen3-Reranker-0.6B",
                "the reranker; ~335 MB to pull",
            ],
        ]
        assert {name for name, state in states(app).items() if state == "available"} == {
            "starter",
            "starter-reranker",
            RERANKER,
        }
        await pilot.press("f5")
        assert not isinstance(app.screen, ModelsScreen)
        await pilot.press("f2", "f5")
        assert isinstance(app.screen, ModelsScreen)
        await pilot.press("f2", "escape")
        assert app.screen is app.search_screen


async def test_a_pull_shows_progress_can_be_stopped_and_goes_on(tmp_path: Path) -> None:
    with GatedHub(BGE) as hub:
        app, watch = app_over(tmp_path, hub=hub), Watch()
        async with app.run_test(size=(160, 40), message_hook=watch, notifications=True) as pilot:
            await opened(pilot, watch)
            await pilot.press("a")
            assert isinstance(app.screen, NameScreen)
            app.screen.query_one(Input).value = BGE
            await pilot.press("enter")
            await watch.until(messages.PullAdvanced)
            await pilot.pause()
            assert re.match(rf" *\d+% of \d+ MB .*{BGE}: \S+$", text_of(app, "work-line"))
            await pilot.press("p")
            await pilot.pause()
            assert "One thing at a time" in toasts(app)
            await pilot.press("s")
            await pilot.pause()
            assert text_of(app, "work-line") == "Stopping …"
            hub.gate.set()
            assert (await ended(pilot, watch)).line.startswith("Stopped; a download goes on")
            assert states(app)[BGE].startswith("partial")
            await chosen(pilot, lambda name: name == BGE)
            await pilot.press("p")
            assert (await ended(pilot, watch)).line == f"{BGE} is here and whole"
            assert states(app)[BGE] == "available"


async def test_much_is_pulled_only_if_the_user_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.app.model_errands.MUCH_BYTES", 1000)
    monkeypatch.setattr("search.supply.pulling.free_bytes", lambda folder: 80_000_000_000)
    with HubServer({BGE: made(BGE)}) as hub:
        app, watch = app_over(tmp_path, hub=hub), Watch()
        async with app.run_test(size=(160, 40), message_hook=watch) as pilot:
            await opened(pilot, watch)
            await chosen(pilot, lambda name: name == BGE)
            await pilot.press("p")
            await watch.until(messages.PullAsked)
            await pilot.pause()
            assert isinstance(app.screen, ConfirmScreen)
            assert re.fullmatch(
                rf"Pull {BGE}\? It is \S+ kB; the disk has 80.0 GB free\.", app.screen.question
            )
            await pilot.press("n")
            await watch.until(messages.ModelsRead)
            assert states(app)[BGE] == "missing"
            watch.seen.clear()
            await pilot.press("p")
            await watch.until(messages.PullAsked)
            await pilot.pause()
            watch.seen.clear()
            await pilot.press("y")
            assert (await ended(pilot, watch)).line == f"{BGE} is here and whole"
            assert states(app)[BGE] == "available"


async def test_a_disk_with_too_little_room_refuses_a_pull(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.supply.pulling.free_bytes", lambda folder: 1000)
    with HubServer({BGE: made(BGE)}) as hub:
        app, watch = app_over(tmp_path, hub=hub), Watch()
        async with app.run_test(size=(160, 40), message_hook=watch) as pilot:
            await opened(pilot, watch)
            await chosen(pilot, lambda name: name == BGE)
            await pilot.press("p")
            error = (await watch.until(messages.Failed)).error
            assert "the disk of " in error.message
            assert error.hint == (
                "make room, or set HF_HUB_CACHE to a folder on another disk and start the app anew"
            )


async def test_the_hint_of_a_pull_that_fails_names_no_command(tmp_path: Path) -> None:
    hub = HubServer({BGE: made(BGE)})
    hub.faults.refuse = (429, {})
    with hub:
        app, watch = app_over(tmp_path, hub=hub), Watch()
        async with app.run_test(size=(160, 40), message_hook=watch) as pilot:
            await opened(pilot, watch)
            await chosen(pilot, lambda name: name == BGE)
            await pilot.press("p")
            error = (await watch.until(messages.Failed)).error
            assert error.hint == "wait, then pull it again: it goes on where it stopped"


async def test_a_pull_that_fails_is_a_toast(tmp_path: Path) -> None:
    with HubServer({}) as hub:
        app, watch = app_over(tmp_path, hub=hub), Watch()
        async with app.run_test(size=(160, 40), message_hook=watch, notifications=True) as pilot:
            await opened(pilot, watch)
            await pilot.press("down", "down", "p")
            assert (await ended(pilot, watch)).line == "Not finished."
            assert "the hub has no model mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ" in toasts(app)


async def test_a_model_is_tested_converted_and_deleted(tmp_path: Path) -> None:
    put(tmp_path, RERANKER)
    app, watch = app_over(tmp_path), Watch()
    async with app.run_test(size=(160, 40), message_hook=watch, notifications=True) as pilot:
        await opened(pilot, watch)
        await pilot.press("t")
        await pilot.pause()
        assert "Choose a model in the lower list first" in toasts(app)
        await chosen(pilot, lambda name: name == "Qwen/Qwen3-Reranker-8B")
        await pilot.press("t")
        await pilot.pause()
        assert "Qwen/Qwen3-Reranker-8B is not here; p pulls it" in toasts(app)
        await chosen(pilot, lambda name: name == RERANKER)
        await pilot.press("t")
        report = await ended(pilot, watch)
        assert report.line == f"{RERANKER} is tested"
        assert text_of(app, "report").startswith(
            "Qwen3-Reranker-0.6B (reranker, cpu): works with these differences"
        )
        await pilot.press("c")
        assert isinstance(app.screen, BitsScreen)
        await pilot.press("4")
        assert (await ended(pilot, watch)).line == f"{RERANKER} is converted to 4 bits"
        assert "weights: " in text_of(app, "report")
        assert states(app)["Qwen3-Reranker-0.6B-4bit"] == "available"
        await chosen(pilot, lambda name: name == "Qwen3-Reranker-0.6B-4bit")
        await pilot.press("d")
        assert isinstance(app.screen, ConfirmScreen)
        assert re.fullmatch(
            r"Delete Qwen3-Reranker-0.6B-4bit \(\S+ kB\) from the disk\?", app.screen.question
        )
        await pilot.press("n")
        await pilot.press("d", "y")
        assert "is deleted: " in (await ended(pilot, watch)).line
        assert "Qwen3-Reranker-0.6B-4bit" not in states(app)
        await chosen(pilot, lambda name: name == RERANKER)
        await pilot.press("d")
        assert isinstance(app.screen, ConfirmScreen)
        assert app.screen.question.endswith("The queries of this index need it.")
        await pilot.press("escape")
        await chosen(pilot, lambda name: name == "starter")
        await pilot.press("d", "y")
        assert (await ended(pilot, watch)).line == "Not finished."
        assert "starter belongs to docsearch and stays with it" in toasts(app)


async def test_a_change_of_profile_shows_its_cost_first(tmp_path: Path) -> None:
    app, watch = app_over(tmp_path), Watch()
    async with app.run_test(size=(160, 40), message_hook=watch, notifications=True) as pilot:
        await opened(pilot, watch)
        await pilot.press("down", "u")
        await pilot.pause()
        assert "The index has the profile fast already" in toasts(app)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "Its embedder is not here; p pulls the models of balanced" in toasts(app)
        app.screen.query_one(ProfileTable).move_cursor(row=0)
        await pilot.press("enter")
        rate = (await watch.until(messages.EmbedderMeasured)).tokens_per_second
        await pilot.pause()
        assert isinstance(app.screen, ConfirmScreen)
        assert app.screen.question.startswith(
            "Make starter the profile of this index? Its 52 passages, 4,000 tokens, are then "
            "embedded anew: about "
        )
        assert app.screen.question.endswith(f" at {rate:,.0f} tokens/s as measured here.")
        await pilot.press("n", "enter")
        # The speed was measured before, so the question comes at once.
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("y")
        await watch.until(messages.IngestEnded)
        assert app.errands.index.reembedded == ["starter"]  # type: ignore[attr-defined]


async def test_a_profile_is_chosen_in_the_first_run_where_no_index_is(tmp_path: Path) -> None:
    app, watch = app_over(tmp_path, empty=True), Watch()
    async with app.run_test(size=(160, 40), message_hook=watch) as pilot:
        await watch.until(messages.FirstRun)
        await pilot.pause()
        assert isinstance(app.screen, FirstRunScreen)
        await pilot.press("escape", "f5")
        await watch.until(messages.ModelsRead)
        await pilot.pause()
        assert text_of(app, "in-use").startswith("There is no index yet.")
        app.screen.query_one(DataTable).focus()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, FirstRunScreen)


def test_a_command_that_nobody_waits_for_is_ended() -> None:
    with pytest.raises(Stopped):
        run_command(["models", "test", "starter"], lambda: True)


def test_a_command_that_fails_is_an_error_with_its_hint() -> None:
    with pytest.raises(DocsearchError) as caught:
        run_command(["models", "test", "--", "nobody/nothing"], lambda: False)
    assert (caught.value.message, caught.value.hint) == (
        "the model nobody/nothing is not here",
        "run: docsearch models pull nobody/nothing",
    )
    with pytest.raises(DocsearchError, match="No such command 'dance'; see: docsearch --help"):
        run_command(["dance"], lambda: False)
