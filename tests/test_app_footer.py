"""The footer shows whole keys, and only those that do something now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.app import DocsearchApp

from .app_driver import NOW, ScriptedIndex, Watch, a_hit, until
from .test_app_own import ask

BEGINNING_KEYS = "Enter Open F1 Help F2 Index F5 Models"
HIT_KEYS = "Enter Open Tab Mark ^y Copy ^e Why F1 Help F2 Index F5 Models"
INDEX_KEYS = "a Add r Refresh f Forget w Watch s Stop esc Search F1 Help F5 Models"


def an_app(tmp_path: Path) -> DocsearchApp:
    hits = [a_hit("a.md", "Fault F22 means too little water.")]
    index = ScriptedIndex({"text": hits, "hybrid": hits})
    return DocsearchApp(index, {}, tmp_path / "state", lambda: NOW)  # type: ignore[arg-type]


def footer(app: DocsearchApp) -> str:
    """The last line, without its blanks: some keys have one, others two between them."""
    return app.screen._compositor.render_strips()[-1].text.replace(" ", "")


@pytest.mark.parametrize(
    ("width", "search", "index"),
    [
        (80, HIT_KEYS, INDEX_KEYS),
        (60, HIT_KEYS.removesuffix(" F2 Index F5 Models"), INDEX_KEYS.removesuffix(" F5 Models")),
        (40, "Enter Open Tab Mark F1 Help", "a Add r Refresh esc Search F1 Help"),
    ],
)
async def test_the_footer_has_whole_keys_only(
    tmp_path: Path, width: int, search: str, index: str
) -> None:
    app, watch = an_app(tmp_path), Watch()
    async with app.run_test(size=(200, 24), message_hook=watch) as pilot:
        await ask(pilot, watch, "fault")
        await pilot.resize_terminal(width, 24)
        await until(lambda: footer(app) == f"{search}▏^x palette".replace(" ", ""))
        await pilot.press("f2")
        await until(lambda: footer(app) == index.replace(" ", ""))


async def test_the_footer_has_keys_for_hits_while_there_are_hits_or_marks(tmp_path: Path) -> None:
    app, watch = an_app(tmp_path), Watch()
    beginning, with_hits = (
        f"{keys}▏^x palette".replace(" ", "") for keys in (BEGINNING_KEYS, HIT_KEYS)
    )
    async with app.run_test(size=(80, 24), message_hook=watch) as pilot:
        await until(lambda: footer(app) == beginning)
        await ask(pilot, watch, "fault")
        await until(lambda: footer(app) == with_hits)
        await pilot.press("escape")
        await until(lambda: footer(app) == beginning)
        await ask(pilot, watch, "fault")
        await pilot.press("tab", "escape")
        await pilot.pause()
        assert footer(app) == with_hits
        await pilot.press("escape")
        await until(lambda: footer(app) == beginning)
