"""The index screen and the first run, driven by keys."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from textual.app import App
from textual.widgets import DataTable, Static

from search import Index, Progress
from search.documents import Reason, Skip
from tui import messages
from tui.app import DocsearchApp
from tui.app.screens.dialogs import ConfirmScreen, FolderScreen
from tui.app.screens.first_run import FirstRunScreen
from tui.app.screens.search import SearchScreen
from tui.app.widgets.folder_input import FolderInput, completed
from tui.app.widgets.hit_list import HitList
from tui.remedies import REMEDIES, remedy_in_the_app

from .app_driver import NOW, ROOT, ScriptedIndex, Watch, a_hit, shown

LEFT_OUT = [
    ["1 corrupt", remedy_in_the_app("corrupt")],
    ["", f"{ROOT}/b␛.pdf\nit is cut off"],
    ["2 hidden", remedy_in_the_app("hidden")],
    ["1 no_text", remedy_in_the_app("no_text")],
    ["", f"{ROOT}/c.pdf\nits pages are pictures"],
]


def app_over(index: object, tmp_path: Path) -> DocsearchApp:
    return DocsearchApp(index, {}, tmp_path / "state", lambda: NOW)  # type: ignore[arg-type]


def cells(app: App[None], table: str) -> list[list[str]]:
    data = app.screen.query_one(f"#{table}", DataTable)
    return [[str(cell) for cell in data.get_row_at(row)] for row in range(data.row_count)]


def text_of(app: App[None], name: str) -> str:
    return "\n".join(row.strip() for row in shown(app.screen.query_one(f"#{name}", Static))).strip()


async def test_first_run_reads_a_folder_and_finds_in_it(
    index: Index, notes: Path, tmp_path: Path
) -> None:
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await watch.until(messages.FirstRun)
        await pilot.pause()
        assert isinstance(app.screen, FirstRunScreen)
        await pilot.press(*"/nowhere", "enter")
        assert text_of(app, "problem") == "There is no such folder or file."
        app.screen.query_one(FolderInput).value = str(notes)
        await pilot.press("enter")
        ended = await watch.until(messages.IngestEnded)
        assert ended.report is not None
        assert ended.report.added == 4
        await watch.until(messages.StatusRead, lambda message: message.status is not None)
        await pilot.pause()
        assert isinstance(app.screen, SearchScreen)
        await pilot.press("f2")
        await pilot.pause()
        assert [row[:2] for row in cells(app, "roots")] == [[str(notes), "4"]]
        await pilot.press("f2", *"tide")
        answer = await watch.until(
            messages.Answered, lambda message: message.final and message.result.query == "tide"
        )
        assert answer.result.hits[0].path == str(notes / "sea.rst")
        models = index.status().models
        assert models is not None
        assert models.profile == "starter"


async def test_one_enter_reads_the_usual_folder_with_the_fitting_profile(
    index: Index, notes: Path, tmp_path: Path
) -> None:
    documents = tmp_path / "home" / "Documents"
    documents.parent.mkdir()
    notes.rename(documents)
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await watch.until(messages.FirstRun)
        await pilot.pause()
        assert app.screen.query_one(FolderInput).value == "~/Documents"
        await pilot.press("enter")
        assert (await watch.until(messages.IngestEnded)).report.added == 4
        assert [root.path for root in index.status().roots] == [str(documents)]


async def test_the_first_run_can_be_left(index: Index, tmp_path: Path) -> None:
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await watch.until(messages.FirstRun)
        await pilot.pause()
        await pilot.press("escape")
        assert isinstance(app.screen, SearchScreen)
        assert (
            text_of(app, "narration")
            == "nothing was ingested yet: press F2, then a, to add a folder"
        )


async def test_the_screen_shows_what_the_index_holds(tmp_path: Path) -> None:
    app, watch = app_over(ScriptedIndex({}), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press("f2")
        await watch.until(messages.StatusRead)
        await watch.until(messages.StatusRead)
        await pilot.pause()
        assert text_of(app, "counts") == (
            "6 documents (4 markdown, 2 pdf), 52 passages, 121 KB in /home/ann/index\n"
            "Model: toy, 5 dimensions"
        )
        assert [row[:3] for row in cells(app, "roots")] == [
            [ROOT, "4", "12"],
            ["/media/disk/papers", "2", "40"],
        ]
        assert cells(app, "roots")[1][3] == "not there now; its documents are kept"
        assert text_of(app, "left-title") == "Failed: 1 corrupt. Passed over: 2 hidden, 1 no_text"
        assert cells(app, "left") == LEFT_OUT
        await pilot.press("f2")
        assert isinstance(app.screen, SearchScreen)


async def test_refreshing_shows_progress_and_what_was_left_out_and_why(tmp_path: Path) -> None:
    index = ScriptedIndex({"text": [a_hit("a.md", "old")], "hybrid": [a_hit("a.md", "old")]})
    index.report = replace(
        index.report,
        failed=(Skip(f"{ROOT}/b\x1b.pdf", Reason.CORRUPT, "it is cut off"),),
        warnings=("1 document stays",),
    )
    index.gates["ingest"] = threading.Event()
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch, notifications=True) as pilot:
        await pilot.press("f2", "r")
        await watch.until(messages.Advanced)
        await pilot.pause()
        assert (
            text_of(app, "ingest-line")
            == "1 of 4 files · 5 passages · 200 tokens/s · 3 s left · a.md"
        )
        await pilot.press("r")
        assert index.ingested == [()]
        await pilot.press("escape", *"old")
        await watch.until(
            messages.Answered, lambda message: message.final and message.result.query == "old"
        )
        index.answers = {"text": [], "hybrid": [a_hit("new.md", "new")]}
        index.gates["ingest"].set()
        await watch.until(messages.IngestEnded)
        await watch.until(messages.Answered, lambda message: message.final)
        await pilot.pause()
        assert [hit.text for hit in app.screen.query_one(HitList).hits] == ["new"]
        await pilot.press("escape", "f2")
        await pilot.pause()
        assert (
            text_of(app, "ingest-line")
            == "Documents: 3 added, 1 unchanged, 1 failed; 2 s. 1 document stays"
        )
        assert cells(app, "left") == LEFT_OUT


async def test_a_run_does_not_tell_of_its_own_writing_or_of_no_speed(tmp_path: Path) -> None:
    index = ScriptedIndex({})
    app, watch = app_over(index, tmp_path), Watch()
    writing = replace(index.status(), health="process 7 is writing to it now")
    counts = (
        "6 documents (4 markdown, 2 pdf), 52 passages, 121 KB in /home/ann/index\n"
        "Model: toy, 5 dimensions"
    )
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press("f2")
        await watch.until(messages.StatusRead)
        await watch.until(messages.StatusRead)
        app.index_screen.show_status(writing)
        await pilot.pause()
        assert text_of(app, "counts") == f"{counts}\nprocess 7 is writing to it now"
        app.index_screen.begin()
        app.index_screen.advance(Progress(1, 4, 100, 400, 0, 0, 1.0, f"{ROOT}/a.md", stage="words"))
        await pilot.pause()
        assert text_of(app, "counts") == counts
        assert text_of(app, "ingest-line") == "Reading words · 1 of 4 files · a.md"


async def test_a_run_stops_after_its_batch(tmp_path: Path) -> None:
    index = ScriptedIndex({})
    index.gates["ingest"] = threading.Event()
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press("f2", "r")
        await watch.until(messages.Advanced)
        await pilot.press("s")
        await pilot.pause()
        assert text_of(app, "ingest-line") == "Stopping after this batch …"
        index.gates["ingest"].set()
        assert (await watch.until(messages.IngestEnded)).report is None
        await pilot.pause()
        assert text_of(app, "ingest-line") == "Not finished; what was stored is kept, r goes on."


async def test_an_added_folder_is_ingested(tmp_path: Path) -> None:
    index = ScriptedIndex({})
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press("f2", "a")
        assert isinstance(app.screen, FolderScreen)
        await pilot.press("enter")
        assert text_of(app, "problem") == "Type a folder or a file."
        app.screen.query_one(FolderInput).value = str(tmp_path)
        await pilot.press("enter")
        await watch.until(messages.IngestEnded)
        assert index.ingested == [(str(tmp_path),)]


async def test_forgetting_asks_first(index: Index, notes: Path, tmp_path: Path) -> None:
    index.ingest([notes])
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await watch.until(messages.StatusRead)
        await pilot.press("f2", "f", "n")
        assert index.status().documents == 4
        await pilot.press("f")
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("y")
        forgotten = await watch.until(messages.Forgotten)
        assert (forgotten.path, forgotten.documents) == (str(notes), 4)
        await watch.until(
            messages.StatusRead,
            lambda message: message.status is not None and not message.status.roots,
        )
        await pilot.pause()
        assert cells(app, "roots") == []


def test_folders_are_completed(tmp_path: Path) -> None:
    for name in ("notes", "novels", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "note.txt").touch()
    assert completed(f"{tmp_path}/no") == f"{tmp_path}/notes/"
    assert completed(f"{tmp_path}/nov") == f"{tmp_path}/novels/"
    assert completed(f"{tmp_path}/.h") == f"{tmp_path}/.hidden/"
    assert completed(f"{tmp_path}/x") is None
    assert completed(f"{tmp_path}/nowhere/x") is None


async def test_watching_is_switched_on_and_off_and_finds_what_changes(
    index: Index, notes: Path, tmp_path: Path
) -> None:
    index.ingest([notes])
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press("f2", "w")
        assert (await watch.until(messages.Refreshed)).report.unchanged == 4
        await pilot.pause()
        assert "Watching: what changes in the folders is read at once." in text_of(app, "counts")
        await pilot.press("escape", *"quince")
        await watch.until(
            messages.Answered, lambda message: message.final and message.result.query == "quince"
        )
        (notes / "jam.md").write_text("# Jam\n\nA quince has hard flesh.\n")
        assert (await watch.until(messages.Refreshed)).report.added == 1
        found = str(notes / "jam.md")
        await watch.until(
            messages.Answered,
            lambda message: message.final and message.result.hits[0].path == found,
        )
        await pilot.pause()
        assert text_of(app, "narration").endswith(" · watching")
        await pilot.press("f2", "w")
        await watch.until(messages.WatchEnded)
        await pilot.pause()
        assert "Watching" not in text_of(app, "counts")
        await pilot.press("f2")
        assert "watching" not in text_of(app, "narration")


def test_each_reason_has_a_remedy() -> None:
    assert {str(reason) for reason in Reason} <= set(REMEDIES)


async def test_only_some_of_many_left_out_files_are_listed(tmp_path: Path) -> None:
    index = ScriptedIndex({})
    skips = tuple(
        Skip(f"{ROOT}/{number}.pdf", Reason.CORRUPT, "it is cut off") for number in range(1000)
    )
    index.skips = lambda: skips  # type: ignore[method-assign]
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await watch.until(messages.StatusRead)
        await pilot.press("f2")
        await pilot.pause()
        rows = cells(app, "left")
        assert (len(rows), rows[201]) == (204, ["", "and 800 more"])


def test_the_folders_that_a_text_may_mean_are_told_in_one_way() -> None:
    assert FolderInput.Candidates(["notes", "no\x1bdes"]).text == "notes/ no␛des/"
    names = [f"n{number}" for number in range(14)]
    told = " ".join(f"{name}/" for name in names[:12])
    assert FolderInput.Candidates(names).text == f"{told} and 2 more"
