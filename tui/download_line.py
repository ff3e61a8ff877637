"""The progress of a download on stderr.

A terminal gets one line that is redrawn. Elsewhere a plain line is written now and then.
"""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, TextIO

from .progress import PLAIN_SECONDS, REDRAW_SECONDS, duration
from .terminal import printable

if TYPE_CHECKING:
    from search.supply.pulling import Fetching


class DownloadLine:
    """Shows the states of a download; with `quiet` it shows nothing."""

    def __init__(self, stream: TextIO, is_terminal: bool, quiet: bool) -> None:
        self.stream = stream
        self.is_terminal = is_terminal
        self.quiet = quiet
        self.started = self.shown_at = time.monotonic()
        self.first_bytes = -1
        self.drawn = False

    def show(self, state: Fetching) -> None:
        """Draw the state, unless it was drawn a moment ago."""
        now = time.monotonic()
        if self.first_bytes < 0:
            # The files that were complete before this download do not count for its speed.
            self.first_bytes = state.done_bytes
        if self.quiet or now - self.shown_at < (
            REDRAW_SECONDS if self.is_terminal else PLAIN_SECONDS
        ):
            return
        self.shown_at = now
        speed = (state.done_bytes - self.first_bytes) / (now - self.started)
        if self.is_terminal:
            self.stream.write(
                "\r\x1b[K" + line_of(state, speed, shutil.get_terminal_size().columns - 1)
            )
            self.drawn = True
        else:
            self.stream.write(line_of(state, speed, 200) + "\n")
        self.stream.flush()

    def close(self) -> None:
        """Clear the redrawn line."""
        if self.drawn:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


def line_of(state: Fetching, speed: float, width: int) -> str:
    """The state in one line of at most `width` characters; `speed` in bytes a second."""
    left = (state.total_bytes - state.done_bytes) / speed if speed > 0 else None
    parts = [
        f"{state.done_bytes / max(1, state.total_bytes):4.0%} of {state.total_bytes / 1e6:,.0f} MB",
        f"{speed / 1e6:,.1f} MB/s" if speed > 0 else "",
        "" if left is None else f"{duration(left)} left",
        printable(f"{state.model}: {state.file}", one_line=True),
    ]
    return "  ".join(part for part in parts if part)[:width]
