"""The lines that were typed before with their times, kept in a file of the user's state folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from search.private_files import replace_private_file

MAX_LINES = 500
"""How many lines are kept."""


class History:
    """Distinct lines, the newest last, in a file that only the user can read.

    Each line of the file begins with a time and a tab, except those of older versions. `clock`
    gives the time at which a line is added.
    """

    def __init__(
        self, file: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.file = file
        self._clock = clock
        self._times = self._read()
        self._place: int | None = None
        self._draft = ""

    @property
    def browsing(self) -> bool:
        """True while an older line stands in the input."""
        return self._place is not None

    @property
    def lines(self) -> list[str]:
        """The lines, the newest last."""
        return list(self._times)

    def time_of(self, line: str) -> str:
        """When a line was added last, in UTC as ISO 8601; empty where that is not known."""
        return self._times.get(line, "")

    def older(self, line: str) -> str | None:
        """The line before `line`, which stands in the input; None if there is none."""
        if self._place is None:
            self._draft = line
        lines = self.lines
        place = len(lines) if self._place is None else self._place
        while place > 0:
            place -= 1
            if lines[place] != line:
                self._place = place
                return lines[place]
        return None

    def newer(self) -> str | None:
        """The next newer line, and at last the one that was being typed; None without browsing."""
        if self._place is None:
            return None
        self._place += 1
        if self._place >= len(self.lines):
            self._place = None
            return self._draft
        return self.lines[self._place]

    def typed(self, line: str) -> None:
        """Take note of the input's `line`. If it is not the line browsed to, browsing ends."""
        if self._place is not None and line != self.lines[self._place]:
            self._place = None

    def add(self, line: str, instead: str = "") -> None:
        """Keep a line as the newest one, in place of the line `instead` if that is there.

        Raises OSError if the file cannot be written.
        """
        line = " ".join(line.split())
        self._place = None
        if not line:
            return
        # Another app may have added lines to the file since it was read.
        times = self._read()
        for other in (line, instead):
            times.pop(other, None)
        times[line] = self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        self._times = dict(list(times.items())[-MAX_LINES:])
        self._write()

    def matching(self, words: str) -> list[str]:
        """The lines that hold each of the words, in any case, the newest first."""
        wanted = words.casefold().split()
        return [
            line for line in reversed(self.lines) if all(word in line.casefold() for word in wanted)
        ]

    def _read(self) -> dict[str, str]:
        """The time of each line in the file."""
        if not self.file.is_file():
            return {}
        text = self.file.read_text(encoding="utf-8", errors="replace")
        entries = (entry.rpartition("\t") for entry in text.split("\n")[:-1])
        return {line: time for time, _, line in entries}

    def _write(self) -> None:
        entries = (f"{time}\t{line}\n" for line, time in self._times.items())
        replace_private_file(self.file, "".join(entries))
