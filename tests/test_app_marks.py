"""Hits are marked, and opened, copied or chosen together."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from search.results import Hit
from tui import messages
from tui.app import DocsearchApp
from tui.app.clipboard import quotes
from tui.app.editor import editor_commands
from tui.app.marks import Marks
from tui.app.widgets.hit_list import HitList
from tui.app.widgets.query_input import QueryInput

from .app_driver import NOW, ROOT, Pipe, ScriptedIndex, Watch, a_hit, shown
from .test_app_search import (
    ANNEX,
    BOILER,
    DOCUMENTS,
    LEASE,
    always,
    app_over,
    ask,
    hits_of,
    narration,
    on_disk,
)


def rows(hits: HitList) -> list[str]:
    return [row.rstrip() for row in shown(hits) if row.strip()]


def test_a_hit_is_known_by_its_file_and_place() -> None:
    marks = Marks()
    marks.switch(LEASE)
    marks.switch(BOILER)
    again = replace(LEASE, score=0.1, highlights=())
    assert (again in marks, ANNEX in marks, marks.hits) == (True, False, (LEASE, BOILER))
    marks.switch(again)
    assert marks.hits == (BOILER,)
    marks.clear()
    assert (len(marks), bool(marks)) == (0, False)


@pytest.mark.parametrize(("plain", "sign", "mark"), [(False, "✓", "▌"), (True, "*", ">")])
async def test_tab_marks_and_moves_down(tmp_path: Path, plain: bool, sign: str, mark: str) -> None:
    index = ScriptedIndex(always([BOILER, LEASE, ANNEX]), DOCUMENTS)
    app = DocsearchApp(index, {}, tmp_path / "state", lambda: NOW, plain=plain)  # type: ignore[arg-type]
    watch = Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("tab", "tab")
        await pilot.pause()
        signs = [row[:2] for row in rows(hits_of(app))]
        assert signs[1::2] == [f" {sign}", f" {sign}"]
        assert signs[4] == f"{mark} "
        assert app.focused is app.screen.query_one(QueryInput)
        assert narration(app).startswith("2 marked · 3 hits in 2 files")
        # The same key takes a mark off.
        await pilot.press("up", "tab")
        await pilot.pause()
        assert narration(app).startswith("1 marked · ")
        assert app.search_screen.marks.hits == (BOILER,)


async def test_marks_stay_while_the_query_changes_and_two_keys_clear_them(tmp_path: Path) -> None:
    index = ScriptedIndex(always([BOILER, LEASE]), DOCUMENTS)
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("tab", "escape")
        await pilot.pause()
        assert narration(app).startswith("1 marked · 6 documents")
        await ask(pilot, watch, "cold")
        await pilot.pause()
        assert [row[:2] for row in rows(hits_of(app))][1] == "▌✓"
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert "marked" not in narration(app)
        await ask(pilot, watch, "cold")
        await pilot.press("tab", "shift+tab", "u")
        await pilot.pause()
        assert "marked" not in narration(app)
        assert not any("✓" in row for row in rows(hits_of(app)))


async def test_a_fold_says_how_many_are_marked_and_tab_opens_it(tmp_path: Path) -> None:
    weak = replace(ANNEX, score=0.01)
    index = ScriptedIndex(always([LEASE, weak]), DOCUMENTS)
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("down", "tab")
        await pilot.pause()
        assert hits_of(app).hit == weak
        await pilot.press("tab", "escape")
        await ask(pilot, watch, "inspection")
        await pilot.pause()
        assert rows(hits_of(app))[-1].endswith("+ 1 weaker, 1 marked")


async def test_the_marked_hits_are_copied_as_places_and_as_quotes(tmp_path: Path) -> None:
    index = ScriptedIndex(always([BOILER, LEASE]), DOCUMENTS)
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("down", "tab", "up", "tab", "ctrl+y")
        assert app.clipboard == f"{LEASE.path}:7\n{BOILER.path}:3"
        await pilot.press("ctrl+t")
        assert app.clipboard == (
            f"> {LEASE.text}\n\n— {LEASE.path}:7\n\n> {BOILER.text}\n\n— {BOILER.path}:3"
        )


def test_a_quote_has_all_lines_and_the_page() -> None:
    hit = a_hit("a.pdf", "One.\n\n  Two\x1b[31m.\n", page=4, page_label="iv", kind="pdf")
    assert quotes([hit]) == f"> One.\n>\n>   Two␛[31m.\n\n— {ROOT}/a.pdf, page 4 (iv)"


async def test_a_path_that_is_not_utf8_can_be_copied(tmp_path: Path) -> None:
    hit = replace(LEASE, path=os.fsdecode(b"/notes/caf\xe9.md"))
    app, watch = app_over(ScriptedIndex(always([hit]), {}), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("ctrl+y")
        assert app.clipboard == "/notes/caf\ufffd.md:7"
        await pilot.press("ctrl+t")
        assert app.clipboard.endswith("— /notes/caf\ufffd.md:7")


async def test_enter_opens_all_marked_files_and_takes_the_marks_off(tmp_path: Path) -> None:
    first, second = on_disk(BOILER, tmp_path), on_disk(LEASE, tmp_path)
    third = replace(on_disk(ANNEX, tmp_path), kind="text")
    gone = replace(LEASE, path=str(tmp_path / "gone.md"), char_start=9, id="gone")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    editor = tmp_path / "code"
    editor.write_text(f'#!/bin/sh\necho "$*" >{pipe}\n')
    editor.chmod(0o755)
    index = ScriptedIndex(always([first, second, third, gone]), {})
    app, watch = app_over(index, tmp_path, EDITOR=str(editor)), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("tab", "tab", "tab")
        await pilot.pause()
        with Pipe(pipe) as opened:
            await pilot.press("enter")
            # One file is opened once, at the place that was marked first.
            assert await opened.line() == f"--goto {first.path}:3 {second.path}:7\n"
        await pilot.pause()
        assert "marked" not in narration(app)
        # A double click opens what is clicked alone, and leaves the marks.
        app.search_screen.marks.switch(first)
        with Pipe(pipe) as opened:
            await pilot.click(HitList, offset=(10, 3), times=2)
            assert await opened.line() == f"--goto {second.path}:7\n"
        assert app.search_screen.marks.hits == (first,)
        app.search_screen.marks.clear()
        # The others are opened although one is gone, and the marks stay.
        app.search_screen.marks.switch(gone)
        app.search_screen.marks.switch(first)
        with Pipe(pipe) as opened:
            await pilot.press("enter")
            assert await opened.line() == f"--goto {first.path}:3\n"
        told = f"{gone.path} is gone"
        await watch.until(messages.Failed, lambda failed: failed.error.message == told)
        assert app.search_screen.marks.hits == (gone, first)


@pytest.mark.parametrize(
    ("editor", "expected"),
    [
        ("vim -n", ["vim -n +3 a b c -c silent next +7 | silent next +9 | silent rewind"]),
        ("nano", ["nano +3 a +7 b +9 c"]),
        ("hx", ["hx a:3 b:7 c:9"]),
        ("code -n", ["code -n --goto a:3 b:7 c:9"]),
        ("kak", ["kak +3 a", "kak +7 b", "kak +9 c"]),
        ("idea", ["idea --line 3 a", "idea --line 7 b", "idea --line 9 c"]),
        ("something", ["something a", "something b", "something c"]),
    ],
)
def test_several_files_are_opened_in_one_call_where_the_editor_can(
    editor: str, expected: list[str]
) -> None:
    places = [("a", 3), ("b", 7), ("c", 9)]
    commands = editor_commands(places, {"EDITOR": editor})
    assert [" ".join(command.argv) for command in commands] == expected


async def test_where_hits_are_chosen_enter_ends_the_app_with_them(tmp_path: Path) -> None:
    index = ScriptedIndex(always([BOILER, LEASE]), DOCUMENTS)

    async def chosen(*keys: str) -> tuple[Hit, ...]:
        app = DocsearchApp(index, {}, tmp_path / "state", lambda: NOW, line="boiler", picks=True)  # type: ignore[arg-type]
        watch = Watch()
        async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
            await watch.until(messages.Answered, lambda message: message.final)
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
        return app.chosen

    assert await chosen("down", "enter") == (LEASE,)
    assert await chosen("tab", "tab", "enter") == (BOILER, LEASE)
    # The first Escape clears the input, the second one the marks, and the third one leaves.
    assert await chosen("tab", "escape", "escape", "escape") == ()
