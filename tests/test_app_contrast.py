"""What the hits, the start page and the document show can be told from their background."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color
from textual.widget import Widget

from tui import messages
from tui.app import DocsearchApp
from tui.app.widgets.document_view import DocumentView
from tui.app.widgets.hit_list import HitList
from tui.app.widgets.start_page import StartPage

from .app_driver import NOW, ScriptedIndex, Watch, until

LEAST = 2.5
"""The ratio of contrast that the palest of the colours has, and a little less."""


def luminance(color: Color) -> float:
    """The relative luminance of WCAG 2."""
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: Color, other: Color) -> float:
    darker, brighter = sorted((luminance(one), luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)


def pale(widget: Widget) -> dict[str, float]:
    """The styles of the widget whose text is hard to read, with the ratio of their contrast.

    Bars and rules are no text.
    """
    ground = widget.visual_style.background
    ratios = {}
    for name in sorted(widget.COMPONENT_CLASSES):
        style = widget.get_visual_style(name, partial=True)
        has_own_colour = style.foreground is not None and style.foreground.a > 0
        if has_own_colour and not name.endswith(("--mark", "--bar", "--rule")):
            ratios[name] = round(ratio(ground + style.foreground, ground), 1)
    return {name: value for name, value in ratios.items() if value < LEAST}


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_no_colour_is_pale(tmp_path: Path, theme: str) -> None:
    app, watch = DocsearchApp(ScriptedIndex({}), {}, tmp_path, lambda: NOW), Watch()
    async with app.run_test(message_hook=watch) as pilot:
        app.theme = theme
        await watch.until(messages.StartRead)
        await until(lambda: bool(app.screen.query(StartPage)))
        await pilot.pause()
        for kind in (HitList, StartPage, DocumentView):
            assert pale(app.screen.query_one(kind)) == {}
