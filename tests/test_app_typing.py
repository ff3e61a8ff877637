"""Typing always types: the input keeps the focus and its text, and other keys act on the hits."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from search import StoredText
from tui import messages
from tui.app import DocsearchApp, asked_queries
from tui.app.history import History
from tui.app.screens.recent import RecentScreen
from tui.app.widgets.document_view import DocumentView
from tui.app.widgets.query_input import QueryInput

from .app_driver import NOW, ScriptedIndex, Watch, a_hit, until
from .test_app_search import (
    ANNEX,
    BOILER,
    DOCUMENTS,
    LEASE,
    always,
    app_over,
    ask,
    hits_of,
    on_disk,
)


def history(tmp_path: Path) -> str:
    return "".join(f"{line}\n" for line in History(tmp_path / "state" / "history").lines)


async def test_keys_act_on_the_hits_while_the_input_keeps_the_focus(tmp_path: Path) -> None:
    app, watch = (
        app_over(ScriptedIndex(always([BOILER, LEASE, ANNEX]), DOCUMENTS), tmp_path),
        Watch(),
    )
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        moved = []
        for key in ("down", "ctrl+n", "down", "up", "ctrl+p", "up"):
            await pilot.press(key)
            moved.append(hits_of(app).hit)
        assert moved == [LEASE, ANNEX, ANNEX, LEASE, BOILER, BOILER]
        await pilot.press("down", "ctrl+y")
        assert app.clipboard == f"{LEASE.path}:7"
        await pilot.press("ctrl+t")
        assert app.clipboard == f"> {LEASE.text}\n\n— {LEASE.path}:7"
        await watch.until(messages.DocumentRead)
        await pilot.pause()
        view = app.screen.query_one(DocumentView)
        top = view.scroll_offset.y
        await pilot.press("pagedown")
        assert view.scroll_offset.y > top
        await pilot.press("pageup")
        assert view.scroll_offset.y == top
        await pilot.press("e", "o", "question_mark", "j")
        line = app.screen.query_one(QueryInput)
        assert (line.value, app.focused) == ("boilereo?j", line)


async def test_coming_back_to_the_input_keeps_the_query_and_the_cursor(tmp_path: Path) -> None:
    app, watch = app_over(ScriptedIndex(always([BOILER, LEASE]), DOCUMENTS), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "radiators cold")
        line = app.screen.query_one(QueryInput)
        for key in ("escape", "slash", "up", "i"):
            await pilot.press("shift+tab")
            assert app.focused is hits_of(app)
            await pilot.press(key)
            await pilot.pause()
            assert (app.focused, line.value, line.cursor_position) == (line, "radiators cold", 14)
        await pilot.press("left", "left", "shift+tab", "escape", "x")
        assert line.value == "radiators coxld"


async def test_a_click_on_a_hit_leaves_the_focus_in_the_input(tmp_path: Path) -> None:
    app, watch = app_over(ScriptedIndex(always([BOILER, LEASE]), DOCUMENTS), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.click(DocumentView)
        assert app.focused is app.screen.query_one(QueryInput)


async def test_a_pasted_paragraph_becomes_one_line(tmp_path: Path) -> None:
    app = app_over(ScriptedIndex({}), tmp_path)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press(*"ab", "left")
        line = app.screen.query_one(QueryInput)
        line.post_message(events.Paste("first\n  second\r\nthird\n\n"))
        await pilot.pause()
        assert line.value == "afirst second thirdb"
        assert line.cursor_position == len("afirst second third")


async def test_enter_does_not_open_the_hits_of_an_older_question(tmp_path: Path) -> None:
    index = ScriptedIndex(always([LEASE]), DOCUMENTS)
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        index.gates["text"] = threading.Event()
        await pilot.press("s", "enter")
        await pilot.pause()
        index.gates["text"].set()
        await watch.until(messages.Answered, lambda message: message.result.query == "boilers")
        assert not any(isinstance(message, messages.Failed) for message in watch.seen)


async def test_the_keys_of_vim_leave_the_input_for_the_hits(tmp_path: Path) -> None:
    index = ScriptedIndex(always([BOILER, LEASE]), DOCUMENTS)
    app, watch = DocsearchApp(index, {}, tmp_path / "state", lambda: NOW, keys="vim"), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        line = app.screen.query_one(QueryInput)
        for key in ("enter", "down", "escape"):
            await pilot.press(key)
            assert app.focused is hits_of(app)
            await pilot.press("j", "y", "g", "i")
            assert app.focused is line
        assert app.clipboard == f"{LEASE.path}:7"
        assert line.value == "boiler"


async def test_a_deleted_file_is_gone(tmp_path: Path) -> None:
    hit = on_disk(LEASE, tmp_path)
    os.unlink(hit.path)
    document = StoredText(hit.path, "text", "lease", hit.text, ())
    index = ScriptedIndex(always([hit]), {hit.path: document})
    app, watch = app_over(index, tmp_path, EDITOR="true"), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        for key in ("enter", "ctrl+g"):
            await pilot.press(key)
            failed = await watch.until(messages.Failed)
            assert str(failed.error) == (
                f"{hit.path} is gone; press F2, then r, to bring the index up to date with the "
                "folders"
            )


async def test_a_query_that_is_shown_for_a_while_enters_the_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked_queries, "SHOWN_SECONDS", 0.05)
    app, watch = app_over(ScriptedIndex(always([LEASE]), DOCUMENTS), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        for more, kept in (("rent", "rent\n"), (" due", "rent due\n"), ("x", "rent duex\n")):
            await ask(pilot, watch, more)
            await pilot.pause(0.2)
            assert history(tmp_path) == kept
        await pilot.press("escape")
        await ask(pilot, watch, "tide")
        await pilot.pause(0.2)
        assert history(tmp_path) == "rent duex\ntide\n"


async def test_ctrl_r_searches_the_history(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "history").write_text("rent of March\n[bold]tide\nthe rent\n")
    app, watch = app_over(ScriptedIndex(always([LEASE]), DOCUMENTS), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press("ctrl+r", *"rent", "down", "enter")
        await pilot.pause()
        line = app.screen.query_one(QueryInput)
        assert line.value == "rent of March"
        await pilot.press("ctrl+r")
        assert isinstance(app.screen, RecentScreen)
        assert isinstance(app.focused, Input)
        await pilot.press("escape")
        assert line.value == "rent of March"


async def test_a_pdf_without_a_viewer_is_read_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    hit = on_disk(a_hit("heat.pdf", "The boiler.", page=12, kind="pdf"), tmp_path)
    document = StoredText(hit.path, "pdf", "heat", hit.text, (0,))
    app, watch = app_over(ScriptedIndex(always([hit]), {hit.path: document}), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("enter")
        assert (await watch.until(messages.TextRead)).text == "The boiler."
        failed = await watch.until(messages.Failed)
        assert failed.error.message == "there is no program here that shows this document"


async def test_keys_that_come_at_once_act_in_their_order(tmp_path: Path) -> None:
    app, watch = app_over(ScriptedIndex(always([LEASE]), DOCUMENTS), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        line = app.screen.query_one(QueryInput)
        for keys, value in (
            (("r", "e", "ctrl+u", "s", "e", "a"), "sea"),
            (("home", "a", "end", "b", "left", "c"), "aseacb"),
            (("ctrl+w", "x", "backspace", "y"), "yb"),
        ):
            # A terminal may hand them over in one read.
            for key in keys:
                app.post_message(events.Key(key, key if len(key) == 1 else None))
            await pilot.pause()
            await until(lambda value=value: line.value == value)
