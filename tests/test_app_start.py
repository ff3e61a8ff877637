"""The start page, the line of a running ingest, and the first run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from search import Index, RecentDocument
from tui import messages
from tui.app import DocsearchApp
from tui.app.widgets.query_input import QueryInput
from tui.app.widgets.start_page import StartPage

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
    (state / "history").write_text("pangolin treasury\nhow do I descale it\nradiators stay cold\n")
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
            "radiators stay cold                     1 rent type:pdf",
            "how do I descale it                     2 open post-mortems",
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
    app.search_screen.environment = {"EDITOR": "no-such-editor"}
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
