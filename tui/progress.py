"""The progress of an ingest on stderr: one line that is redrawn, or a plain line now and then where nobody watches."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

from search.results import Progress

from .terminal import printable

REDRAW_SECONDS = 0.1
PLAIN_SECONDS = 10.0


class ProgressLine:
    """Shows Progress; `quiet` shows nothing."""

    def __init__(self, stream: TextIO, is_terminal: bool, quiet: bool) -> None:
        self.stream = stream
        self.is_terminal = is_terminal
        self.quiet = quiet
        self.shown_at = 0.0
        self.drawn = False
        self._rest()

    def show(self, progress: Progress) -> None:
        """Draw the state, unless it was drawn a moment ago."""
        now = time.monotonic()
        if self.quiet or now - self.shown_at < (REDRAW_SECONDS if self.is_terminal else PLAIN_SECONDS):
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
        self._rest()
        if self.drawn:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self.drawn = False

    def _rest(self) -> None:
        self.shown_at = 0.0 if self.is_terminal else time.monotonic()


def line_of(progress: Progress, width: int) -> str:
    """The state in one line of at most `width` characters."""
    left = progress.seconds_left
    parts = [
        f"{progress.files_done:,}/{progress.files_total:,} files",
        f"{progress.passages:,} passages",
        f"{progress.tokens_per_second:,.0f} tokens/s",
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
