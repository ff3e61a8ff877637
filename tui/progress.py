"""The progress of an ingest on stderr.

A terminal gets one line that is redrawn. Elsewhere a plain line is written now and then.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TextIO

from search.models.bundled import BUNDLED
from search.models.profiles import PROFILES
from search.results import Progress
from search.wording import counted

from .terminal import printable

REDRAW_SECONDS = 0.1
PLAIN_SECONDS = 10.0
KNOWN_SECONDS = 10.0
"""Seconds of embedding after which the speed is known well enough to estimate the time left."""

LONG_SECONDS = 180.0
"""If more time than this is left, the duration is announced."""


STAGES = {"": "", "words": "reading words", "vectors": "embedding"}
"""What a run does in each stage; a small run has none."""


class ProgressLine:
    """Shows Progress, and announces once how long a long run will take; `quiet` shows nothing.

    `device` names what computes: "CPU" or "GPU".
    """

    def __init__(
        self, stream: TextIO, is_terminal: bool, quiet: bool, device: Callable[[], str]
    ) -> None:
        self.stream = stream
        self.is_terminal = is_terminal
        self.quiet = quiet
        self.shown_at = 0.0
        self.device = device
        self.announced = False
        self.drawn = False
        self._reset()

    def show(self, progress: Progress) -> None:
        """Draw the state, unless it was drawn a moment ago."""
        if not self.quiet and not self.announced and (left := long_time_left(progress)) is not None:
            self.announced = True
            self.close()
            self.stream.write(announcement(progress, left, self.device()) + "\n")
        now = time.monotonic()
        if self.quiet or now - self.shown_at < (
            REDRAW_SECONDS if self.is_terminal else PLAIN_SECONDS
        ):
            return
        self.shown_at = now
        if self.is_terminal:
            width = shutil.get_terminal_size().columns
            self.stream.write("\r\x1b[K" + line_of(progress, width - 1))
            self.drawn = True
        else:
            self.stream.write(line_of(progress, 200) + "\n")
        self.stream.flush()

    def close(self) -> None:
        """Clear the redrawn line; another run may follow."""
        self._reset()
        if self.drawn:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self.drawn = False

    def _reset(self) -> None:
        self.shown_at = 0.0 if self.is_terminal else time.monotonic()


def long_time_left(progress: Progress) -> float | None:
    """The seconds left; None if they are unknown or fewer than LONG_SECONDS."""
    left = progress.seconds_left if progress.model and progress.embedding >= KNOWN_SECONDS else None
    return left if left is not None and left >= LONG_SECONDS else None


def announcement(progress: Progress, left: float, device: str) -> str:
    """How long the run will take, and which model for the documents' language is faster."""
    minutes = round(left / 60)
    span = f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
    estimate = f"about {span} at {progress.tokens_per_second:,.0f} tokens/s on this {device}"
    is_english = progress.language in ("", "en")
    profile = PROFILES["starter" if is_english else "multilingual"]
    if progress.model in (BUNDLED["starter"].title, profile.embedder):
        return estimate
    hint = f"a smaller model is faster: docsearch ingest --reembed --profile {profile.name}"
    return f"{estimate}; {hint}"


class QuestionLine:
    """Shows on a terminal how many questions of a run are answered."""

    def __init__(self, stream: TextIO, quiet: bool) -> None:
        self.stream = stream
        self.quiet = quiet

    def show(self, run: str, done: int, total: int) -> None:
        """Redraw the line."""
        if not self.quiet:
            self.stream.write(f"\r\x1b[K{run}: {done:,}/{counted(total, 'question')}")
            self.stream.flush()

    def close(self) -> None:
        """Clear the line."""
        if not self.quiet:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


def line_of(progress: Progress, width: int) -> str:
    """The state in one line of at most `width` characters."""
    left = progress.seconds_left
    embeds = progress.stage != "words" or progress.tokens
    parts = [
        STAGES[progress.stage],
        f"{progress.files_done:,}/{counted(progress.files_total, 'file')}",
        counted(progress.passages, "passage") if embeds else "",
        f"{progress.tokens_per_second:,.0f} tokens/s" if embeds else "",
        "" if left is None else f"{duration(left)} left",
        printable(progress.path.rsplit("/", 1)[-1], one_line=True),
    ]
    return "  ".join(part for part in parts if part)[:width]


def duration(seconds: float) -> str:
    """A time span in words.

    >>> duration(75)
    '1 min 15 s'
    """
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
