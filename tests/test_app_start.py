"""The start page, the line of a running ingest, and the first run."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import RadioSet, Static

from search import FolderSize, Index, Progress, QueryResult, RecentDocument
from tui import messages
from tui.app import DocsearchApp
from tui.app.folder_line import size_line
from tui.app.no_hits import advice
from tui.app.reading import reading_line
from tui.app.screens.first_run import FirstRunScreen
from tui.app.screens.search import SearchScreen
from tui.app.usual_folder import usual_folder
from tui.app.widgets.folder_input import FolderInput
from tui.app.widgets.query_input import QueryInput
from tui.app.widgets.reading_line import ReadingLine
from tui.app.widgets.start_page import StartPage
from tui.typed import parse

from .app_driver import NOW, ROOT, ScriptedIndex, Watch, a_hit, shown, until

NEW = (
    RecentDocument(f"{ROOT}/house/boiler.md", ROOT, "Boiler", "markdown", "2026-11-23T10:00:00Z"),
    RecentDocument(f"{ROOT}/lease.pdf", ROOT, "Lease", "pdf", "2026-11-22T19:00:00Z"),
    RecentDocument(f"{ROOT}/old.txt", ROOT, "Old", "text", "2025-11-20T10:00:00Z"),
)


def an_index() -> ScriptedIndex:
    hits = [a_hit("a.md", "Fault F22 means too little water.")]
    index = ScriptedIndex({"text": hits, "hybrid": hits})
    index.new_documents = NEW
    index.new_headings = ("Fault codes", "Who pays?")
    return index


def app_over(index: object, tmp_path: Path, keys: str = "typing", **other: bool) -> DocsearchApp:
    state = tmp_path / "state"
    state.mkdir(exist_ok=True)
    # The oldest query is of a version that knew no times.
    (state / "history").write_text(
        "pangolin treasury\n"
        "2026-11-22T11:00:00Z\thow do I descale it\n"
        "2026-11-23T10:00:00Z\tradiators stay cold\n"
    )
    (state / "saved").write_text("rent type:pdf\nopen post-mortems\n")
    return DocsearchApp(index, {}, state, lambda: NOW, keys=keys, **other)  # type: ignore[arg-type]


def rows_of(app: DocsearchApp) -> list[str]:
    page = app.search_screen.query_one(StartPage)
    return [line for line in (row.strip() for row in shown(page)) if line]


async def ready(app: DocsearchApp, watch: Watch) -> None:
    """Wait until the page has its questions."""
    await watch.until(messages.StartRead, lambda message: bool(message.headings))
    await until(lambda: bool(app.search_screen.query(StartPage)) and bool(rows_of(app)))


async def test_the_empty_input_shows_what_one_can_begin_with(tmp_path: Path) -> None:
    app, watch = app_over(an_index(), tmp_path), Watch()
    async with app.run_test(size=(80, 24), message_hook=watch):
        await ready(app, watch)
        assert rows_of(app) == [
            "RECENT                                  SAVED",
            "radiators stay cold               2h    1 rent type:pdf",
            "how do I descale it               1d    2 open post-mortems",
            "pangolin treasury",
            "TRY                                     NEW SINCE YESTERDAY",
            'What is in "Fault codes"?               # boiler.md        notes/house    2h',
            "Who pays?                               ▤ lease.pdf              notes   17h",
        ]


async def test_arrows_and_enter_choose_a_row_while_the_input_has_the_focus(tmp_path: Path) -> None:
    app, watch = app_over(an_index(), tmp_path), Watch()
    async with app.run_test(size=(80, 24), message_hook=watch) as pilot:
        await ready(app, watch)
        line, page = app.search_screen.query_one(QueryInput), app.search_screen.query_one(StartPage)
        await pilot.press("down", "down", "down", "down")
        assert page.row is not None
        assert (page.row.query, line.has_focus) == ('What is in "Fault codes"?', True)
        await pilot.press("right")
        assert page.row.path == NEW[0].path
        await pilot.press("left")
        assert page.row.query == 'What is in "Fault codes"?'
        await pilot.press("enter")
        answer = await watch.until(messages.Answered, lambda message: message.final)
        assert answer.result.query == 'What is in "Fault codes"?'
        assert (line.value, page.display) == ('What is in "Fault codes"?', False)
        await pilot.press("escape")
        assert (line.value, page.display, page.row) == ("", True, None)


@pytest.mark.parametrize("keys", ["typing", "vim"])
async def test_typing_always_types(tmp_path: Path, keys: str) -> None:
    app, watch = app_over(an_index(), tmp_path, keys), Watch()
    async with app.run_test(size=(80, 24), message_hook=watch) as pilot:
        await ready(app, watch)
        await pilot.press("down", *"jam")
        assert app.search_screen.query_one(QueryInput).value == "jam"
        assert not app.search_screen.query_one(StartPage).display


async def test_with_the_keys_of_vim_enter_chooses_too(tmp_path: Path) -> None:
    app, watch = app_over(an_index(), tmp_path, "vim"), Watch()
    async with app.run_test(size=(80, 24), message_hook=watch) as pilot:
        await ready(app, watch)
        await pilot.press("down", "enter")
        assert app.search_screen.query_one(QueryInput).value == "radiators stay cold"


async def test_up_from_the_first_row_leaves_the_page_and_then_shows_older_queries(
    tmp_path: Path,
) -> None:
    app, watch = app_over(an_index(), tmp_path), Watch()
    async with app.run_test(size=(80, 24), message_hook=watch) as pilot:
        await ready(app, watch)
        page = app.search_screen.query_one(StartPage)
        await pilot.press("down", "up")
        assert page.row is None
        await pilot.press("up")
        assert app.search_screen.query_one(QueryInput).value == "radiators stay cold"


async def test_a_click_chooses_a_row(tmp_path: Path) -> None:
    app, watch = app_over(an_index(), tmp_path), Watch()
    async with app.run_test(size=(80, 24), message_hook=watch) as pilot:
        await ready(app, watch)
        page = app.search_screen.query_one(StartPage)
        line = next(y for y, row in enumerate(shown(page)) if "open post-mortems" in row)
        await pilot.click(StartPage, offset=(page.size.width // 2 + 6, line))
        assert app.search_screen.query_one(QueryInput).value == "open post-mortems"


async def test_a_new_document_is_opened(tmp_path: Path) -> None:
    index = an_index()
    note = tmp_path / "note.md"
    note.write_text("# Note\n")
    index.new_documents = (replace(NEW[0], path=str(note), root=str(tmp_path)),)
    app, watch = app_over(index, tmp_path), Watch()
    app.search_screen.actions.environment = {"EDITOR": "no-such-editor"}
    async with app.run_test(size=(80, 24), message_hook=watch) as pilot:
        await ready(app, watch)
        await pilot.press(*["down"] * 8, "enter")
        failed = await watch.until(messages.Failed)
        assert failed.error.message == "the editor no-such-editor is not installed here"


async def test_one_column_shows_all_parts(tmp_path: Path) -> None:
    app, watch = app_over(an_index(), tmp_path), Watch()
    async with app.run_test(size=(60, 30), message_hook=watch):
        await ready(app, watch)
        titles = [row for row in rows_of(app) if row.isupper()]
        assert titles == ["RECENT", "SAVED", "TRY", "NEW SINCE YESTERDAY"]


@pytest.mark.parametrize("size", [(40, 12), (30, 8), (20, 6)])
async def test_a_small_terminal_keeps_what_fits(tmp_path: Path, size: tuple[int, int]) -> None:
    app, watch = app_over(an_index(), tmp_path), Watch()
    async with app.run_test(size=size, message_hook=watch) as pilot:
        await watch.until(messages.StartRead, lambda message: bool(message.headings))
        await pilot.press("down", "down", "up", "up", "up")
        await pilot.press("x")
        assert app.search_screen.query_one(QueryInput).value.endswith("x")


async def test_signs_of_names_are_made_printable(tmp_path: Path) -> None:
    index = an_index()
    index.new_documents = (replace(NEW[0], path=f"{ROOT}/b\x1b[31m.md"),)
    index.new_headings = ("Fault\x1b codes",)
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(80, 24), message_hook=watch):
        await ready(app, watch)
        text = "\n".join(rows_of(app))
        assert "\x1b" not in text
        assert "b␛[31m.md" in text


async def test_plain_mode_has_no_icons(tmp_path: Path) -> None:
    app, watch = app_over(an_index(), tmp_path, plain=True), Watch()
    async with app.run_test(size=(80, 24), message_hook=watch) as pilot:
        await ready(app, watch)
        await pilot.press("down")
        text = "\n".join(shown(app.search_screen.query_one(StartPage)))
        assert "▤" not in text
        assert "> radiators stay cold" in text.replace(">radiators", "> radiators")


def test_headings_are_those_that_say_something(index: Index, tmp_path: Path) -> None:
    folder, filler = tmp_path / "made", "The pump runs and the water stays warm. " * 40
    folder.mkdir()
    (folder / "boiler.md").write_text(
        f"# Boiler\n\n## Introduction\n\n{filler}\n\n## 2. Fault codes\n\n{filler}\n"
    )
    (folder / "lease.md").write_text("# The lease\n\n## Rent\n\nDue.\n\n## Notice\n\nSoon.\n")
    (folder / "code.py").write_text("class Engine:\n    pass\n")
    index.ingest([folder])
    assert {document.path for document in index.newest()} == {
        str(folder / name) for name in ("boiler.md", "lease.md", "code.py")
    }
    assert len(index.newest(2)) == 2
    assert set(index.headings()) == {"Fault codes", "The lease"}
    for heading in index.headings():
        assert index.query(f'What is in "{heading}"?', mode="text").hits


async def test_an_index_without_folders_says_how_to_add_one(
    index: Index, notes: Path, tmp_path: Path
) -> None:
    index.ingest([notes])
    index.forget(notes)
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(80, 24), message_hook=watch) as pilot:
        await watch.until(messages.StartRead)
        await until(lambda: bool(app.search_screen.query(StartPage)) and bool(rows_of(app)))
        assert rows_of(app)[0] == "Nothing can be searched yet. Press F2, then a, to add a folder."
        await pilot.press("f2")
        await pilot.pause()
        assert "There are no folders: press a to add one." in text_of(app, "counts")


# A running ingest


async def test_a_running_ingest_is_one_line_that_goes_away(tmp_path: Path) -> None:
    index = an_index()
    index.gates["ingest"] = threading.Event()
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(100, 30), message_hook=watch, notifications=True) as pilot:
        await ready(app, watch)
        app.search_screen.post_message(messages.StartIngest(("/srv/notes",)))
        await watch.until(messages.Advanced)
        line = app.search_screen.query_one(ReadingLine)
        bar = "██████░░░░░░░░░░░░░░░░░░"
        whole = f"Reading /srv/notes  {bar}  1 of 4 files · 3 s left · F2"
        await until(lambda: [row.strip() for row in shown(line)] == [whole])
        await pilot.press(*"pump")
        await watch.until(
            messages.Answered, lambda message: message.final and message.result.query == "pump"
        )
        await pilot.press("escape")
        index.gates["ingest"].set()
        await watch.until(messages.IngestEnded)
        await until(lambda: not line.display)
        assert [notice.message for notice in app._notifications if notice.title == "Read"] == [
            "Documents: 3 added, 1 unchanged; 2 s"
        ]


def test_the_line_fits_its_width_and_is_words_in_plain_mode() -> None:
    progress = Progress(412, 1240, 50, 100, 9, 900, 60.0, "/a/b.md")
    assert reading_line("~/notes", progress, 90, plain=False) == (
        "Reading ~/notes  ████████████░░░░░░░░░░░░  412 of 1,240 files · 1 min 0 s left · F2"
    )
    assert reading_line("~/notes", progress, 50, plain=False) == (
        "Reading ~/notes · 412 of 1,240 files · 1 min 0 s left · F2"
    )
    assert reading_line("~/notes", progress, 90, plain=True) == (
        "Reading ~/notes: 412 of 1,240 files, 1 min 0 s left. F2: details"
    )
    assert reading_line("~/notes", None, 90, plain=False) == ("Reading ~/notes …")


# The first run


def text_of(app: DocsearchApp, name: str) -> str:
    return str(app.screen.query_one(f"#{name}", Static).content)


async def first_run(app: DocsearchApp, watch: Watch) -> FolderInput:
    await watch.until(messages.FirstRun)
    await until(lambda: isinstance(app.screen, FirstRunScreen))
    await until(lambda: isinstance(app.screen.focused, FolderInput))
    return app.screen.query_one(FolderInput)


async def test_the_first_run_tells_how_much_there_is_to_read(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "Documents"
    folder.mkdir(parents=True)
    app, watch = app_over(ScriptedIndex({}, empty=True), tmp_path), Watch()
    async with app.run_test(size=(100, 30), message_hook=watch):
        line = await first_run(app, watch)
        await watch.until(messages.FolderMeasured, lambda message: message.seconds is not None)
        assert line.folder == str(folder)
        await until(lambda: "4 min" in text_of(app, "size"))
        assert text_of(app, "size") == (
            "1,240 files, 31 MB: about 2 to 4 min. You can search while they are read."
        )
        assert not app.screen.query(RadioSet)


async def test_the_first_run_ends_on_the_start_page_with_questions(
    index: Index, notes: Path, tmp_path: Path
) -> None:
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(100, 30), message_hook=watch) as pilot:
        line = await first_run(app, watch)
        line.value = str(notes)
        await pilot.press("enter")
        await watch.until(messages.IngestEnded)
        assert isinstance(app.screen, SearchScreen)
        await ready(app, watch)
        assert any(row.startswith("NOW ASK") for row in rows_of(app))


async def test_nothing_says_that_nothing_was_ingested_while_the_first_run_reads(
    tmp_path: Path,
) -> None:
    index = ScriptedIndex({}, empty=True)
    index.gates["ingest"] = threading.Event()
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(100, 30), message_hook=watch) as pilot:
        line = await first_run(app, watch)
        line.value = str(tmp_path)
        await pilot.press("enter")
        await watch.until(messages.Advanced)
        await pilot.pause()
        assert text_of(app, "narration") == (
            "the first documents are being read; type, and the hits come as they are read"
        )
        assert rows_of(app)[0].startswith("radiators") or "being read" in "".join(rows_of(app))
        await pilot.press("f2")
        await pilot.pause()
        assert text_of(app, "counts") == (
            "The first folder is being read. What is read can be searched already."
        )
        index.gates["ingest"].set()
        await watch.until(messages.IngestEnded)


async def test_tab_completes_a_folder_as_a_shell_does(tmp_path: Path) -> None:
    for name in ("notes-a", "notes-b", "papers"):
        (tmp_path / "made" / name).mkdir(parents=True)
    app, watch = app_over(ScriptedIndex({}, empty=True), tmp_path), Watch()
    async with app.run_test(size=(100, 30), message_hook=watch) as pilot:
        line = await first_run(app, watch)
        line.value = f"{tmp_path}/made/p"
        await pilot.press("tab")
        assert line.value == f"{tmp_path}/made/papers/"
        line.value = f"{tmp_path}/made/n"
        await pilot.press("tab")
        assert line.value == f"{tmp_path}/made/notes-"
        await pilot.press("tab")
        await until(lambda: text_of(app, "size") == "notes-a/ notes-b/")
        assert line.has_focus


async def test_the_suggestion_comes_back_with_the_focus(tmp_path: Path) -> None:
    (tmp_path / "made" / "papers").mkdir(parents=True)
    app, watch = app_over(ScriptedIndex({}, empty=True), tmp_path), Watch()
    async with app.run_test(size=(100, 30), message_hook=watch) as pilot:
        line = await first_run(app, watch)
        line.value = f"{tmp_path}/made/pa"
        line.cursor_position = len(line.value)
        await until(lambda: bool(line._suggestion))
        app.screen.set_focus(None)
        await pilot.pause()
        line.focus()
        await pilot.pause()
        await until(lambda: bool(line._suggestion))
        await pilot.press("right")
        assert line.value == f"{tmp_path}/made/papers/"


def test_the_usual_folder_is_one_of_the_home_folder_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert usual_folder() == ""
    (tmp_path / "notes").mkdir()
    assert usual_folder() == "~/notes"
    (tmp_path / "Papiere").mkdir()
    (tmp_path / ".config").mkdir()
    settings = 'XDG_MUSIC_DIR="$HOME/Musik"\nXDG_DOCUMENTS_DIR="$HOME/Papiere"\n'
    (tmp_path / ".config" / "user-dirs.dirs").write_text(settings)
    assert usual_folder() == "~/Papiere"


def test_the_size_of_a_folder_in_words() -> None:
    def told(*seconds: float) -> str:
        return size_line(FolderSize(9, 2000, 500, 800), (seconds[0], seconds[1]))

    assert size_line(FolderSize(0, 0, 0, 0), None) == "No file that can be read is in it."
    assert size_line(FolderSize(1, 2000, 500, 800), None) == "1 file, 2 kB."
    searched = "You can search while they are read."
    assert told(3.0, 60.0) == "9 files, 2 kB: less than a minute."
    assert told(59.0, 61.0) == f"9 files, 2 kB: 2 min at most. {searched}"
    assert told(60.0, 96.0) == f"9 files, 2 kB: about 1 to 2 min. {searched}"
    assert told(120.0, 5400.0) == f"9 files, 2 kB: about 2 to 90 min. {searched}"
    assert told(3500.0, 5600.0) == f"9 files, 2 kB: 2 hours at most. {searched}"
    assert told(7300.0, 11_680.0) == f"9 files, 2 kB: about 2 to 4 hours. {searched}"


def test_the_size_of_a_folder_that_is_too_large_to_look_through() -> None:
    def told(least: float) -> str:
        return size_line(FolderSize(200_000, 4_000_000_000, 1, 2, whole=False), (least, 2 * least))

    what, searched = "More than 200,000 files, 4.0 GB", "You can search while they are read."
    assert told(30.0) == f"{what}: a minute or more. {searched}"
    assert told(300.0) == f"{what}: more than 5 min. {searched}"
    assert told(9000.0) == f"{what}: more than 2 hours. {searched}"


def test_a_folder_is_measured_without_opening_files(index: Index, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "a.md").write_text("x" * 400)
    (folder / "b.pdf").write_bytes(b"x" * 1200)
    (folder / "film.mp4").write_bytes(b"x" * 900)
    (folder / ".hidden.md").write_text("x")
    assert index.folder_size(folder) == FolderSize(2, 1600, 110, 260)
    assert index.pace() > 0


# Nothing found


def test_no_hits_say_what_to_take_off() -> None:
    def told(line: str, cut: tuple[tuple[str, int], ...] = ()) -> tuple[str, ...]:
        result = QueryResult("x", "hybrid", False, "toy", None, 1.0, (), False, cut, ())
        return advice(parse(line), result)

    assert told("x") == ("other words may",)
    assert told("x type:pdf path:work/**") == ("take off path:work/** or type:pdf",)
    assert told('"x y"', (("phrase", 3),)) == ("take off the quotation marks",)
