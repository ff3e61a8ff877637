"""Make docs/screenshots/first-minute.svg: the first minute with the app, as a moving picture.

    python scripts/make_cast.py

The app runs over sample_corpus, and keys drive it as a user would. Each step is a picture of the
app; the SVG shows one after the other, for ever.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo_documents import copy_with_ages

from search import Index
from tui.app import DocsearchApp

HERE = Path(__file__).resolve().parent.parent
TARGET = HERE / "docs" / "screenshots" / "first-minute.svg"
SIZE = (100, 28)
PATIENCE = 60
"""Seconds in which a step must come to its picture."""


@dataclass(frozen=True)
class Step:
    """Keys to press, the text on the screen to wait for, and for how long the picture is shown."""

    keys: Sequence[str]
    wait_for: str
    seconds: float


STEPS = (
    Step((), "38 files, 84 kB: ", 3.0),
    Step(("enter",), "Reading", 2.0),
    Step((), "NOW ASK", 3.0),
    Step(tuple("the radi"), "hits in", 1.2),
    Step(tuple("ators stay cold"), "trapped air", 3.5),
    Step(("tab",), "1 marked", 2.5),
    Step(("up", "ctrl+o", "ctrl+o"), "Service history", 3.5),
    Step(("escape", "f1"), "WHILE YOU TYPE", 3.0),
)


async def frames(index: Index, state: Path) -> list[str]:
    """The picture of each step, as SVG."""
    app = DocsearchApp(index, {}, state)
    pictures = []
    async with app.run_test(size=SIZE) as pilot:
        for step in STEPS:
            await pilot.press(*step.keys)
            await until(lambda text=step.wait_for: text in screen_text(app))
            # What comes behind the text, such as the document, has a moment to be drawn.
            await asyncio.sleep(0.6)
            pictures.append(app.export_screenshot(title="docsearch", simplify=True))
    return pictures


async def until(holds: Callable[[], bool]) -> None:
    """Wait until the screen shows what a step is for."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.02)


def screen_text(app: DocsearchApp) -> str:
    """The text of the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def moving(pictures: Sequence[str]) -> str:
    """One SVG that shows the pictures in turn."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', pictures[0])
    assert found is not None, "an exported picture has a size"
    width, height = found.groups()
    total = sum(step.seconds for step in STEPS)
    rules, images, start = [], [], 0.0
    for number, (step, picture) in enumerate(zip(STEPS, pictures, strict=True)):
        end = start + step.seconds
        begin, stop = 100 * start / total, 100 * end / total
        rules.append(
            f"@keyframes f{number} {{ 0%, {begin:.2f}% {{ visibility: hidden }} "
            f"{begin:.2f}%, {stop:.2f}% {{ visibility: visible }} "
            f"{stop:.2f}%, 100% {{ visibility: hidden }} }} "
            f"#f{number} {{ animation: f{number} {total:.1f}s step-end infinite }}"
        )
        data = base64.b64encode(picture.encode()).decode()
        images.append(
            f'<image id="f{number}" width="{width}" height="{height}" '
            f'href="data:image/svg+xml;base64,{data}"/>'
        )
        start = end
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">\n'
        f"<style>{' '.join(rules)}</style>\n" + "\n".join(images) + "\n</svg>\n"
    )


async def main() -> None:
    folder = Path(tempfile.gettempdir()) / "docsearch-demo"
    # Models and folders that happen to be on this machine must not show in the picture.
    for name in ("HF_HUB_CACHE", "DOCSEARCH_MODELS", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        os.environ[name] = str(folder / "none")
    os.environ["HOME"] = str(folder)
    copy_with_ages(HERE / "sample_corpus", folder / "Documents")
    try:
        with Index.open(folder / "index") as index:
            TARGET.write_text(moving(await frames(index, folder / "state")))
    finally:
        shutil.rmtree(folder)


asyncio.run(main())
