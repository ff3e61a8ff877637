"""Make docs/screenshots/*.svg: pictures of the app over sample_corpus, which keys drive.

    python scripts/make_screenshots.py [NAME...]

Without a NAME, all pictures are made anew.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo_documents import copy_with_ages

from search import Index
from tui import messages
from tui.app import DocsearchApp

HERE = Path(__file__).resolve().parent.parent
FOLDER = HERE / "docs" / "screenshots"
RECENT = (
    ("Can I get a refund for a delayed journey?", timedelta(days=5)),
    ("how do I descale it", timedelta(days=1)),
    ("the radiators stay cold", timedelta(hours=2)),
)
"""The queries that were typed before, the newest last, with their ages."""
SAVED = ("rent and deposit\trent deposit type:md", "post-mortems\tpost-mortem path:work/**")
"""The lines of the file of the saved searches."""


@dataclass(frozen=True)
class Shot:
    """One picture: what is typed and pressed, and how the app looks meanwhile.

    `answer` is the sentence that the first hit has to mark; where it is empty, nothing is checked.
    """

    name: str
    query: str
    keys: Sequence[str] = ()
    theme: str = "textual-dark"
    size: tuple[int, int] = (120, 34)
    answer: str = ""


SHOTS = (
    Shot(
        "search",
        "the radiators stay cold",
        answer="A radiator that is hot below and cold above has trapped air.",
    ),
    Shot("start", ""),
    Shot("light", "how long to wait before a retry type:py,md", theme="textual-light"),
    Shot("narrow", "sourdough stays flat", size=(64, 30)),
    Shot("index", "", ["f2"]),
    Shot("models", "", ["f5"]),
    Shot("help", "", ["f1"], size=(100, 50)),
)


async def take(index: Index, state: Path, shot: Shot) -> None:
    """Drive the app as the shot says and write its picture."""
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


def new_state(folder: Path) -> Path:
    """A state folder with queries and saved searches, the same for each picture."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    now = datetime.now(UTC)
    lines = (f"{(now - age).isoformat(timespec='seconds')}\t{query}\n" for query, age in RECENT)
    (folder / "history").write_text("".join(lines))
    (folder / "saved").write_text("".join(f"{line}\n" for line in SAVED))
    return folder


def check(index: Index, shot: Shot) -> None:
    """Stop where the first hit of a picture marks another sentence than the picture is to show."""
    first = index.query(shot.query).hits[0]
    marked = first.text[slice(*first.sentence)] if first.sentence else ""
    if marked != shot.answer:
        raise SystemExit(f"{shot.name}: the first hit marks {marked!r}, not {shot.answer!r}")


async def main(names: Sequence[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    # The pictures show paths, so the folder always has the same name.
    folder = Path(tempfile.gettempdir()) / "docsearch-demo"
    # Models that happen to be on this machine must not show in the pictures.
    for name in ("HF_HUB_CACHE", "DOCSEARCH_MODELS", "XDG_DATA_HOME"):
        os.environ[name] = str(folder)
    copy_with_ages(HERE / "sample_corpus", folder / "documents")
    try:
        with Index.open(folder / "index") as index:
            index.ingest([folder / "documents"])
            for shot in SHOTS:
                if names and shot.name not in names:
                    continue
                if shot.answer:
                    check(index, shot)
                await take(index, new_state(folder / "state"), shot)
                sys.stderr.write(f"{shot.name}.svg\n")
    finally:
        shutil.rmtree(folder)


asyncio.run(main(sys.argv[1:]))
