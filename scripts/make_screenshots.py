"""Make docs/screenshots/*.svg: the app over sample_corpus, driven by keys. Run: python scripts/make_screenshots.py"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from search import Index
from tui import messages
from tui.app import DocsearchApp

HERE = Path(__file__).resolve().parent.parent
FOLDER = HERE / "docs" / "screenshots"


@dataclass(frozen=True)
class Shot:
    """What to type and press, and how the app looks meanwhile."""

    name: str
    query: str
    keys: Sequence[str] = ()
    theme: str = "textual-dark"
    size: tuple[int, int] = (120, 34)


SHOTS = (
    Shot("search", "how much notice must a tenant give", ["down"]),
    Shot("light", "how long to wait before a retry type:py,md", ["down"], "textual-light"),
    Shot("narrow", "sourdough stays flat", ["down"], size=(64, 30)),
    Shot("index", "", ["f2"]),
    Shot("models", "", ["f5"]),
    Shot("help", "", ["f1"], size=(100, 50)),
)


async def take(index: Index, state: Path, shot: Shot) -> None:
    answered = asyncio.Event()

    def hook(message: object) -> None:
        if (
            isinstance(message, messages.Answered)
            and message.final
            and message.result.query == shot.query.split(" type:")[0]
        ):
            answered.set()

    app = DocsearchApp(index, {}, state)
    async with app.run_test(size=shot.size, message_hook=hook) as pilot:
        app.theme = shot.theme
        await pilot.press(*shot.query)
        if shot.query:
            await answered.wait()
        await pilot.press(*shot.keys)
        await pilot.pause()
        await app.workers.wait_for_complete(list(app.workers))
        # The document is asked for when the selection has rested on its hit.
        await pilot.pause(0.5)
        await app.workers.wait_for_complete(list(app.workers))
        await pilot.pause()
        (FOLDER / f"{shot.name}.svg").write_text(
            app.export_screenshot(title="docsearch", simplify=True)
        )


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Paths stand in the pictures, so that the folder's name is always the same.
    folder = Path(tempfile.gettempdir()) / "docsearch-demo"
    # The models that are here by chance are in no picture.
    for name in ("HF_HUB_CACHE", "DOCSEARCH_MODELS", "XDG_DATA_HOME"):
        os.environ[name] = str(folder)
    shutil.copytree(HERE / "sample_corpus", folder / "documents")
    try:
        with Index.open(folder / "index") as index:
            index.ingest([folder / "documents"])
            for shot in SHOTS:
                await take(index, folder, shot)
                sys.stderr.write(f"{shot.name}.svg\n")
    finally:
        shutil.rmtree(folder)


asyncio.run(main())
