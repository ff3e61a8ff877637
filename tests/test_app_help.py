"""The help explains the signs before files."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from tui.app import DocsearchApp
from tui.app.screens.help import HelpScreen

from .app_driver import NOW, ScriptedIndex, shown, until

SIGNS = [
    "SIGNS BEFORE FILES",
    "# Markdown",
    "≡ text, subtitles",
    "§ rst, Org, AsciiDoc, LaTeX, manual pages",
    "▤ PDF",
    "¶ Word, OpenDocument text, RTF",
    "▦ spreadsheets, tables, notebooks",
    "▭ slides, drawings",
    "❡ electronic books",
    "◇ web pages",
    "λ source code",
    "@ mail",
    "· all other files",
]


@pytest.mark.parametrize(("plain", "signs"), [(False, SIGNS), (True, [])])
async def test_the_help_has_the_signs_that_are_shown(
    tmp_path: Path, plain: bool, signs: list[str]
) -> None:
    app = DocsearchApp(ScriptedIndex({}), {}, tmp_path, lambda: NOW, plain=plain)
    async with app.run_test(size=(120, 120)) as pilot:
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, HelpScreen))
        await pilot.pause()
        rows = [" ".join(row.split()) for text in app.screen.query(Static) for row in shown(text)]
        lines = [row for row in rows if row]
        first = lines.index(SIGNS[0]) if SIGNS[0] in lines else len(lines)
        assert lines[first:] == signs
