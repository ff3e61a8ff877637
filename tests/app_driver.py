"""Helpers that drive the app in tests.

`Watch` awaits messages, `Pipe` receives a line from another process, `ScriptedIndex` stands in for
an index.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeVar

from textual.app import App
from textual.command import Command, CommandList
from textual.message import Message
from textual.widget import Widget

from search import (
    Filter,
    FolderSize,
    Hit,
    IngestReport,
    ModelChoice,
    Picture,
    Progress,
    QueryResult,
    RecentDocument,
    Scores,
    Status,
    StoredPart,
    StoredText,
)
from search.documents import Reason, Skip
from search.errors import NoIndex, Unreadable, UsageError
from search.results import IndexModels, RootStatus

M = TypeVar("M", bound=Message)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROOT = "/home/ann/notes"


class Watch:
    """Sees every message that the app handles: `app.run_test(message_hook=watch)`."""

    def __init__(self) -> None:
        self.seen: list[Message] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._new = asyncio.Event()

    def __call__(self, message: Message) -> None:
        self.seen.append(message)
        self._new.set()

    async def until(
        self, kind: type[M], fits: Callable[[M], bool] = lambda message: True, seconds: float = 30
    ) -> M:
        """Wait for the first message of a kind that fits.

        That message and the earlier ones of its kind are dropped: no later call returns them.
        """
        async with asyncio.timeout(seconds):
            while True:
                for place, message in enumerate(self.seen):
                    if isinstance(message, kind) and fits(message):
                        before = [
                            other for other in self.seen[:place] if not isinstance(other, kind)
                        ]
                        self.seen[: place + 1] = before
                        return message
                self._new.clear()
                await self._new.wait()


async def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until what no message announces holds: what Textual draws after a timer of its own."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)


def commands(app: App[None]) -> list[str]:
    """The first line of each command that the palette lists."""
    return [
        str(option.prompt).splitlines()[0]
        for line in app.screen.query(CommandList)
        for option in line.options
        if isinstance(option, Command)
    ]


class Pipe:
    """A named pipe into which another process writes a line."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        # The pipe is opened for writing too: opening it for reading alone waits for a writer.
        self._file = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._file)

    async def line(self, seconds: float = 30) -> str:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self._file, ready.set)
        async with asyncio.timeout(seconds):
            await ready.wait()
        loop.remove_reader(self._file)
        return os.read(self._file, 10_000).decode()


def shown(widget: Widget) -> list[str]:
    """The rows of a widget as the screen shows them."""
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


def a_hit(
    name: str,
    text: str,
    line: int = 1,
    start: int = 0,
    score: float = 0.5,
    words: Sequence[str] = (),
    **other: object,
) -> Hit:
    """A hit in ROOT/name; its highlights are the first place of each of `words`."""
    marks = tuple(sorted((text.index(word), text.index(word) + len(word)) for word in words))
    values: dict[str, object] = {
        "rank": 1,
        "score": score,
        "id": f"{name}-{start}",
        "path": f"{ROOT}/{name}",
        "root": ROOT,
        "title": name.rsplit("/")[-1],
        "headings": (),
        "page": None,
        "line_start": line,
        "line_end": line + text.count("\n"),
        "char_start": start,
        "char_end": start + len(text),
        "kind": "markdown",
        "modified": "2026-11-21T10:00:00Z",
        "text": text,
        "highlights": marks,
        "scores": Scores(score, None, score, None),
    }
    return Hit(**{**values, **other})  # type: ignore[arg-type]


class ScriptedIndex:
    """An index that answers each mode with the given hits.

    A query in a mode of `gates` waits until the gate's event is set.
    """

    def __init__(
        self,
        answers: Mapping[str, Sequence[Hit]],
        documents: Mapping[str, StoredText] | None = None,
        empty: bool = False,
    ) -> None:
        self.answers = answers
        self.documents = documents or {}
        self.empty = empty
        self.gates: dict[str, threading.Event] = {}
        self.waiting = threading.Event()
        """This event is set when a query waits at a gate."""
        self.orders: Sequence[Sequence[Hit]] = ()
        self.reranker = ""
        self.rerank_fails: Exception | None = None
        self.read = 0
        self.asked: list[tuple[str, str, Filter | None]] = []
        self.finished: list[tuple[str, str]] = []
        self.fails: Exception | None = None
        self.reembedded: list[str | None] = []
        """The profile of each run that embeds all documents anew."""
        self.gone: frozenset[str] = frozenset()
        """The files that are not there."""
        self.unplugged: frozenset[str] = frozenset()
        """Those of them that lie on a disk that is not mounted."""
        self.ingested: list[tuple[str, ...]] = []
        self.parts: list[tuple[int, int]] = []
        self.drawn: list[tuple[str, int, tuple[int, int]]] = []
        """What was asked for of `picture`."""
        self.size = FolderSize(1240, 31_000_000, 130_000, 205_000)
        self.new_documents: Sequence[RecentDocument] = ()
        self.new_headings: Sequence[str] = ()
        self.report = IngestReport(3, 0, 0, 1, 0, 12, 400, 2.0, (), (), (("hidden", 2),), ())

    def query(
        self,
        text: str,
        limit: int,
        mode: str,
        where: Filter | None = None,
        explain: bool = False,
        rerank: bool = False,
        on_order: Callable[[QueryResult], None] = lambda order: None,
        on_step: Callable[[], None] = lambda: None,
    ) -> QueryResult:
        if rerank:
            return self._rerank(text, mode, on_order)
        if text != "warm":
            self.asked.append((text, mode, where))
            if mode in self.gates:
                self.waiting.set()
                assert self.gates[mode].wait(30)
            on_step()
            self.finished.append((text, mode))
            if self.fails is not None:
                raise self.fails
        return QueryResult(
            text, mode, False, "toy", None, 4.0, (), False, (), tuple(self.answers.get(mode, ()))
        )

    def _rerank(self, text: str, mode: str, on_order: Callable[[QueryResult], None]) -> QueryResult:
        """Report each of `orders` in turn, and wait for the gate between two of them."""
        results = [
            QueryResult(text, mode, True, "toy", "judge", 9.0, (), False, (), tuple(order))
            for order in self.orders
        ]
        for result in results[:-1]:
            on_order(result)
            self.read += 1
            if "rerank" in self.gates:
                assert self.gates["rerank"].wait(30)
                self.gates["rerank"].clear()
        if self.rerank_fails is not None:
            raise self.rerank_fails
        return results[-1]

    def document(self, path: str) -> StoredText:
        if path not in self.documents:
            raise UsageError(f"{path} is not in the index", f"see why: docsearch check {path}")
        return self.documents[path]

    def part(self, path: str, chars: tuple[int, int]) -> StoredPart:
        whole = self.document(path)
        start, end = chars[0], min(chars[1], len(whole.text))
        self.parts.append((start, end))
        line, lines = whole.text.count("\n", 0, start) + 1, whole.text.count("\n") + 1
        return StoredPart(
            path,
            whole.kind,
            whole.title,
            whole.text[start:end],
            start,
            line,
            whole.pages,
            len(whole.text),
            lines,
            len(whole.pages),
        )

    def picture(self, path: str, page: int, size: tuple[int, int]) -> Picture:
        """A picture of 40 x 40 pixels: page 1 is red, page 2 blue; others cannot be drawn."""
        self.drawn.append((path, page, size))
        colours = {1: b"\xff\0\0", 2: b"\0\0\xff"}
        if page not in colours:
            raise Unreadable(Reason.CORRUPT, f"page {page} cannot be drawn")
        return Picture(40, 40, colours[page] * 1600)

    def status(self) -> Status:
        if self.empty:
            raise NoIndex("the index is empty", "run: docsearch ingest FOLDER")
        root = RootStatus(ROOT, 4, 12, "2026-11-22T09:30:00Z", True)
        gone = RootStatus("/media/disk/papers", 2, 40, None, False)
        return Status(
            "/home/ann/index",
            "toy",
            5,
            (root, gone),
            6,
            52,
            4000,
            0,
            123_456,
            (("markdown", 4), ("pdf", 2)),
            (("hidden", 2), ("no_text", 1)),
            (("corrupt", 1),),
            "ok",
            IndexModels("fast", "toy", self.reranker, "toy", "1", 5, "", "", 256, 32, 24),
        )

    def folder_size(self, path: str, *, on_step: Callable[[], None] = lambda: None) -> FolderSize:
        on_step()
        return self.size

    def pace(self, models: ModelChoice | None = None) -> float:
        return 1000.0

    def newest(self, limit: int = 8) -> tuple[RecentDocument, ...]:
        if self.empty:
            raise NoIndex("the index is empty", "run: docsearch ingest FOLDER")
        return tuple(self.new_documents[:limit])

    def headings(self, limit: int = 3) -> tuple[str, ...]:
        return tuple(self.new_headings[:limit])

    def pulse(self) -> tuple[int, int | None]:
        if self.empty:
            raise NoIndex("the index is empty", "run: docsearch ingest FOLDER")
        return 1, None

    def skips(self) -> tuple[Skip, ...]:
        return (
            Skip(f"{ROOT}/b\x1b.pdf", Reason.CORRUPT, "it is cut off"),
            Skip(f"{ROOT}/c.pdf", Reason.NO_TEXT, "its pages are pictures"),
        )

    def ingest(
        self,
        paths: Sequence[str],
        *,
        on_progress: Callable[[Progress], None],
        reembed: bool = False,
        models: ModelChoice | None = None,
    ) -> IngestReport:
        self.ingested.append(tuple(paths))
        self.reembedded.append(models.profile if models and reembed else None)
        on_progress(Progress(1, 4, 100, 400, 5, 200, 1.0, f"{ROOT}/a.md"))
        if "ingest" in self.gates:
            assert self.gates["ingest"].wait(30)
        on_progress(Progress(2, 4, 200, 400, 8, 300, 2.0, f"{ROOT}/b.md"))
        self.empty = False
        return self.report

    def missing(self, paths: Iterable[str]) -> frozenset[str]:
        return self.gone & frozenset(paths)

    def passed_over(
        self, reason: str, limit: int = 200, *, on_step: Callable[[], None] = lambda: None
    ) -> tuple[Skip, ...]:
        on_step()
        return (Skip(f"{ROOT}/.git", Reason.HIDDEN, ""), Skip(f"{ROOT}/.x\x1b", Reason.HIDDEN, ""))

    def absent(self, paths: Iterable[str]) -> frozenset[str]:
        return self.unplugged & frozenset(paths)

    def forget(self, path: str) -> int:
        return 4
