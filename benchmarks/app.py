"""The app at 10,000 passages: latency from a key to its hits, first paint, memory and idle CPU.

    python -m benchmarks.app [--passages 10000] [--rounds 2]

Latencies are measured on the app in this process. It gets ten keys a second, and its driver paints
everything but throws the bytes away. Sixty keys without pauses follow, of which none may be lost.
First paint, memory and idle CPU are measured on the installed command in a pseudo-terminal.
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
from tui.app import (
    DocsearchApp,
)  # It comes first: it sets the frame rate, which Textual reads once.

# isort: on
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Key
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from search import Index
from search.protocols import ModelSource
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
PATIENCE_SECONDS = 60
FRAME_SECONDS = 1 / 60
QUICK = "sixty keys one after the other without a pause between them".replace(" ", "_")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the app.")
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument(
        "--index", type=Path, help="use this index, or make it and keep it for the next run"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.index or Path(folder) / "index"
        if not path.exists():
            fill(path, arguments.passages)
        latencies = asyncio.run(typing(path, arguments.rounds, Path(folder)))
        write_results("app", [*latencies, *in_a_terminal(path)])


RERANKED = "reranked"
STAGES = ("text", "hybrid", RERANKED)


class PaintingDriver(HeadlessDriver):
    """A driver for which the app paints as for a terminal."""

    @property
    def is_headless(self) -> bool:
        """False: the app draws."""
        return False


class Clock:
    """Times each question from its key to the frames that show its answers.

    It is the app's message hook, and it is called after each frame.
    """

    def __init__(self, app: DocsearchApp) -> None:
        self.app = app
        app.post_display_hook = self.framed  # type: ignore[method-assign]
        self.key_at = 0.0
        self.pending: messages.Answered | None = None
        """The answer that no frame has shown yet."""
        self.is_drawn = False
        """True if the next frame shows the pending answer."""
        self.asked_at: dict[int, float] = {}
        self.painted: dict[str, dict[int, float]] = {stage: {} for stage in STAGES}
        self.ready = asyncio.Event()
        self.last = asyncio.Event()

    def __call__(self, message: Message) -> None:
        """Take note of a message before it is handled."""
        if isinstance(message, messages.Ask):
            self.asked_at[message.number] = self.key_at
            self.last.clear()
        elif isinstance(message, messages.Answered) and self.app.search_screen.questions.is_current(
            message.number
        ):
            self.pending = message
        elif isinstance(message, messages.ModelReady):
            self.ready.set()

    def drawn(self, hits: Sequence[Hit]) -> None:
        """Take note that the list with these hits was drawn for the next frame."""
        self.is_drawn = self.pending is not None and hits is self.pending.result.hits

    def framed(self) -> None:
        """Take note that a frame was written to the terminal."""
        if not self.is_drawn or (answered := self.pending) is None:
            return
        self.is_drawn, self.pending = False, None
        stage = RERANKED if answered.result.reranked else answered.result.mode
        if answered.number in self.asked_at:
            seconds = time.perf_counter() - self.asked_at[answered.number]
            self.painted[stage].setdefault(answered.number, seconds)
        if answered.final:
            self.last.set()


@contextmanager
def drawing_noted(clock: Clock) -> Iterator[None]:
    """Tell the clock which hits each frame draws."""
    draw = HitList.render_lines

    def noting(hit_list: HitList, crop: Region) -> list[Strip]:
        clock.drawn(hit_list.hits)
        return draw(hit_list, crop)

    HitList.render_lines = noting  # type: ignore[method-assign]
    try:
        yield
    finally:
        HitList.render_lines = draw  # type: ignore[method-assign]


async def typing(
    path: Path, rounds: int, state: Path, models: ModelSource | None = None
) -> list[Row]:
    """Type the queries as a quick typist does, then sixty keys without pauses."""
    with Index.open(path, loaded=models) as index:
        app = DocsearchApp(index, {}, state)
        app.driver_class = PaintingDriver
        clock = Clock(app)
        with drawing_noted(clock):
            return await _typed(app, clock, rounds)


async def _typed(app: DocsearchApp, clock: Clock, rounds: int) -> list[Row]:
    """The latencies of the queries, and the keys that were lost."""
    async with app.run_test(headless=False, size=SIZE, message_hook=clock) as pilot:
        await asyncio.wait_for(clock.ready.wait(), 60)
        # The queries, letter by letter; the first of them only warms up.
        for query in ("warm up", *(QUERIES * rounds)):
            for letter in query:
                clock.key_at = time.perf_counter()
                app.post_message(Key("space" if letter == " " else letter, letter))
                await asyncio.sleep(KEY_SECONDS)
            await asyncio.wait_for(clock.last.wait(), 60)
            if query == "warm up":
                clock.painted = {stage: {} for stage in STAGES}
            await pilot.press("escape")
        painted = {stage: list(times.values()) for stage, times in clock.painted.items()}
        # The sixty keys.
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
    """First paint over several starts of the installed command; memory after a query; idle CPU."""
    paints = [start(path, measure_idle=False)[0] for _ in range(STARTS - 1)]
    paint, megabytes, idle = start(path, measure_idle=True)
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


def start(path: Path, measure_idle: bool) -> tuple[float, float, float]:
    """Seconds to first paint, megabytes in use, per cent of a core when idle."""
    # Start the command in a pseudo-terminal, and wait for the first paint.
    started = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(COMMAND, [str(COMMAND), "--index", str(path)])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    _read_until(terminal, rb"mode.{0,80}hybrid")
    paint = time.perf_counter() - started
    # Type a query, and measure after it.
    megabytes = idle = 0.0
    if measure_idle:
        _read_until(terminal, rb"\d documents")
        os.write(terminal, b"rent")
        _read_until(terminal, rb"(hybrid|reranked) .{0,12}ms")
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
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while not re.search(pattern, seen, re.DOTALL):
        if time.perf_counter() > deadline:
            raise TimeoutError(f"the app did not write {pattern!r}; it wrote: {seen!r}")
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 65536)


def _read_for(terminal: int, seconds: float) -> None:
    deadline = time.perf_counter() + seconds
    while (left := deadline - time.perf_counter()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                if not os.read(terminal, 65536):
                    return
            except OSError:  # On Linux, a pseudo-terminal ends with an error.
                return


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
