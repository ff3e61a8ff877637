"""The app at 10,000 passages: from a key to the hits on the screen, first paint, memory, idle CPU, and sixty quick keys.

    python -m benchmarks.app [--passages 10000] [--rounds 2]

Latencies are of the app in this process, typed into ten times a second, with a driver that paints all but throws the bytes away. First paint, memory
and idle CPU are the built command's in a pseudo-terminal.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

# isort: off
from tui.app import DocsearchApp  # first: it sets the rate of frames, which Textual reads once

# isort: on
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Key
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from search import Index
from search.results import Hit
from tui import messages
from tui.app.widgets.hit_list import HitList
from tui.app.widgets.query_input import QueryInput

from .measure import COMMAND, Row, write_results
from .query import QUERIES, fill

KEY_SECONDS = 0.1
SIZE = (120, 40)
STARTS = 7
IDLE_SECONDS = 5
FRAME_SECONDS = 1 / 60
QUICK = "sixty keys one after the other without a pause between them".replace(" ", "_")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the app.")
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--index", type=Path, help="an index made before, kept for the next run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.index or Path(folder) / "index"
        if not path.exists():
            fill(path, arguments.passages)
        typed = asyncio.run(typing(path, arguments.rounds, Path(folder)))
        write_results("app", [*typed, *in_a_terminal(path)])


RERANKED = "reranked"
STAGES = ("text", "hybrid", RERANKED)


class PaintingDriver(HeadlessDriver):
    """A driver that the app paints for as for a terminal."""

    @property
    def is_headless(self) -> bool:
        """False: the app draws."""
        return False


class Clock:
    """Notes, as a message hook, when a question's key was pressed, and when a frame with its answers' hits was written."""

    def __init__(self, app: DocsearchApp) -> None:
        self.app = app
        app.post_display_hook = self.framed  # type: ignore[method-assign]
        self.key = 0.0
        self.answered: messages.Answered | None = None
        """The answer that is to be drawn."""
        self.is_drawn = False
        """Whether the frame that is being made has it."""
        self.asked: dict[int, float] = {}
        self.painted: dict[str, dict[int, float]] = {stage: {} for stage in STAGES}
        self.ready = asyncio.Event()
        self.last = asyncio.Event()

    def __call__(self, message: Message) -> None:
        """See a message before it is handled."""
        if isinstance(message, messages.Ask):
            self.asked[message.number] = self.key
            self.last.clear()
        elif (
            isinstance(message, messages.Answered)
            and message.number == self.app.search_screen._number
        ):
            self.answered = message
        elif isinstance(message, messages.ModelReady):
            self.ready.set()

    def drawn(self, hits: Sequence[Hit]) -> None:
        """The list with these hits was drawn for the next frame."""
        self.is_drawn = self.answered is not None and hits is self.answered.result.hits

    def framed(self) -> None:
        """A frame was written to the terminal."""
        if not self.is_drawn or (answered := self.answered) is None:
            return
        self.is_drawn, self.answered = False, None
        stage = RERANKED if answered.result.reranked else answered.result.mode
        if answered.number in self.asked:
            self.painted[stage].setdefault(
                answered.number, time.perf_counter() - self.asked[answered.number]
            )
        if answered.final:
            self.last.set()


@contextmanager
def drawing_noted(clock: Clock) -> Iterator[None]:
    """Tells the clock which hits each frame draws."""
    draw = HitList.render_lines

    def noting(hit_list: HitList, crop: Region) -> list[Strip]:
        clock.drawn(hit_list.hits)
        return draw(hit_list, crop)

    HitList.render_lines = noting  # type: ignore[method-assign]
    try:
        yield
    finally:
        HitList.render_lines = draw  # type: ignore[method-assign]


async def typing(path: Path, rounds: int, state: Path) -> list[Row]:
    """Type the queries as a quick typist does, then sixty keys at once."""
    with Index.open(path) as index:
        app = DocsearchApp(index, {}, state)
        app.driver_class = PaintingDriver
        clock = Clock(app)
        with drawing_noted(clock):
            return await _typed(app, clock, rounds)


async def _typed(app: DocsearchApp, clock: Clock, rounds: int) -> list[Row]:
    """The latencies of the queries, typed letter by letter."""
    async with app.run_test(headless=False, size=SIZE, message_hook=clock) as pilot:
        await asyncio.wait_for(clock.ready.wait(), 60)
        for query in ("warm up", *(QUERIES * rounds)):
            for letter in query:
                clock.key = time.perf_counter()
                app.post_message(Key("space" if letter == " " else letter, letter))
                await asyncio.sleep(KEY_SECONDS)
            await asyncio.wait_for(clock.last.wait(), 60)
            if query == "warm up":
                clock.painted = {stage: {} for stage in STAGES}
            await pilot.press("escape")
        painted = {stage: list(times.values()) for stage, times in clock.painted.items()}
        for letter in QUICK:
            app.post_message(Key(letter, letter))
            await asyncio.sleep(FRAME_SECONDS)
        await asyncio.wait_for(clock.last.wait(), 60)
        lost = len(QUICK) - len(app.screen.query_one(QueryInput).value)
    return [
        *_latencies("key to text hits", painted["text"], "p95 under 50 ms"),
        *_latencies("key to hybrid hits", painted["hybrid"], "p95 under 150 ms"),
        *_latencies("key to the first reranked order", painted[RERANKED], ""),
        Row("sixty keys in sixty frames: lost", lost, "keys", "0"),
    ]


def _latencies(what: str, seconds: list[float], target: str) -> list[Row]:
    ordered = sorted(1000 * value for value in seconds)
    return [
        Row(f"{what}, p50 of {len(ordered)}", statistics.median(ordered), "ms"),
        Row(f"{what}, p95", ordered[int(0.95 * (len(ordered) - 1))], "ms", target),
    ]


def in_a_terminal(path: Path) -> list[Row]:
    """The built command: first paint of several starts; memory after a query, idle CPU."""
    paints = [_start(path, measure_idle=False)[0] for _ in range(STARTS - 1)]
    paint, megabytes, idle = _start(path, measure_idle=True)
    return [
        Row(
            f"first paint, median of {STARTS} starts",
            statistics.median([*paints, paint]),
            "s",
            "under 0.4 s",
        ),
        Row("memory after a query", megabytes, "MB", "under 600 MB"),
        Row("idle CPU", idle, "%", "under 1 %"),
    ]


def _start(path: Path, measure_idle: bool) -> tuple[float, float, float]:
    """Seconds to first paint, megabytes, per cent of a core when idle."""
    started = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(COMMAND, [str(COMMAND), "--index", str(path)])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    _read_until(terminal, rb"mode.{0,80}hybrid")
    paint = time.perf_counter() - started
    megabytes = idle = 0.0
    if measure_idle:
        _read_until(terminal, rb"passages")
        os.write(terminal, b"rent")
        _read_until(terminal, rb"hybrid .{0,12}ms")
        _read_for(terminal, 2)
        before = _cpu_seconds(process)
        _read_for(terminal, IDLE_SECONDS)
        idle = 100 * (_cpu_seconds(process) - before) / IDLE_SECONDS
        megabytes = _resident_mb(process)
    os.kill(process, signal.SIGTERM)
    _read_for(terminal, 10)
    os.waitpid(process, 0)
    os.close(terminal)
    return paint, megabytes, idle


def _read_until(terminal: int, pattern: bytes) -> None:
    seen = b""
    while not re.search(pattern, seen, re.DOTALL):
        seen += os.read(terminal, 65536)


def _read_for(terminal: int, seconds: float) -> None:
    deadline = time.perf_counter() + seconds
    while (left := deadline - time.perf_counter()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                if not os.read(terminal, 65536):
                    return
            except OSError:  # Linux's end of a pseudo-terminal
                return


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
