"""Plain mode on every screen, and the app with and without colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.app import App
from textual.color import Color

from tui import messages
from tui.app import DocsearchApp
from tui.app.model_errands import ModelErrands
from tui.app.widgets.document_view import DocumentView
from tui.app.widgets.hit_list import HitList

from .app_driver import NOW, ScriptedIndex, Watch, shown
from .made_models import empty_caches
from .test_app_snapshots import DOCUMENTS, HITS

DRAWN = re.compile("[\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
"""The blocks of arrows, technical signs, boxes, blocks, shapes, dingbats and emoji."""


@pytest.fixture(autouse=True)
def no_discovered_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    empty_caches(monkeypatch, tmp_path)


def app_over(tmp_path: Path, empty: bool = False, **wanted: bool) -> DocsearchApp:
    index = ScriptedIndex({"text": HITS, "hybrid": HITS}, DOCUMENTS, empty)
    return DocsearchApp(
        index, {}, tmp_path / "state", lambda: NOW, models=ModelErrands("cpu"), **wanted
    )  # type: ignore[arg-type]


def drawn(app: App[None]) -> set[str]:
    return set(DRAWN.findall(app.export_screenshot()))


SCREENS = [
    [],
    ["f1"],
    ["f2"],
    ["f2", "a"],
    ["f2", "f"],
    ["f5"],
    ["f5", "a"],
    [*"notice", "down"],
    ["ctrl+x"],
    ["f2", "r"],
]


@pytest.mark.parametrize("keys", SCREENS, ids=lambda keys: "-".join(keys))
async def test_no_screen_draws_boxes_or_icons(tmp_path: Path, keys: Sequence[str]) -> None:
    app, watch = app_over(tmp_path, plain=True), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await watch.until(messages.StatusRead)
        for key in keys:
            await pilot.press(key)
            await app.workers.wait_for_complete(list(app.workers))
            await pilot.pause()
        assert drawn(app) == set()
        assert app.animation_level == "none"


async def test_boxes_and_icons_are_drawn_without_plain_mode(tmp_path: Path) -> None:
    app, watch = app_over(tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press(*"notice", "down")
        await watch.until(messages.Answered, lambda message: message.final)
        await pilot.pause()
        assert {"╭", "█", "▌"} <= drawn(app)


async def test_the_selected_hit_and_its_passage_have_a_sign(tmp_path: Path) -> None:
    app, watch = app_over(tmp_path, plain=True), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press(*"notice")
        await watch.until(
            messages.Answered, lambda message: message.final and message.result.query == "notice"
        )
        await watch.until(messages.DocumentRead)
        await pilot.pause()
        hits = app.screen.query_one(HitList)
        assert shown(hits)[:2] == [
            " lease.md  notes/house                      0.93    2d",
            ">  line 9  5. Ending th…  5.1 Either side may end the…",
        ]
        assert any(
            re.fullmatch(r"> +10 in writing\.", row)
            for row in shown(app.screen.query_one(DocumentView))
        )
        await pilot.press("shift+tab", "down")
        await pilot.pause()
        assert [row[:9] for row in shown(hits) if "notes/" not in row and row] == [
            "   line 9",
            ">  line 4",
            "  page 12",
        ]


async def test_the_first_run_can_be_read_without_colours(tmp_path: Path) -> None:
    app, watch = app_over(tmp_path, empty=True, plain=True), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await watch.until(messages.FirstRun)
        await pilot.pause()
        assert drawn(app) == set()
        assert shown(app.screen.query_one("#purpose"))[0].strip().startswith("Models: starter,")


@pytest.mark.parametrize("environment", [None, "1"])
@pytest.mark.parametrize("color", [True, False])
async def test_colours_are_as_the_command_line_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, color: bool, environment: str | None
) -> None:
    if environment is not None:
        monkeypatch.setenv("NO_COLOR", environment)
    app = app_over(tmp_path, color=color)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        # The screenshot has an ink of its own, which is not the app's.
        colours = [
            Color.parse(text)
            for text in re.findall(r"fill: (#\w{6})", app.export_screenshot())
            if text != "#c5c8c6"
        ]
        assert any(len({colour.r, colour.g, colour.b}) > 1 for colour in colours) is color
