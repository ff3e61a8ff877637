"""The lines that were typed before, kept in a file of the user's state folder."""

from __future__ import annotations

from pathlib import Path

from search.private_files import replace_private_file

MAX_LINES = 500
"""How many lines are kept."""


class History:
    """Distinct lines, the newest last, in a file that only the user can read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines = self._read()
        self._place: int | None = None
        self._draft = ""

    @property
    def browsing(self) -> bool:
        """True while an older line stands in the input."""
        return self._place is not None

    def older(self, line: str) -> str | None:
        """The line before `line`, which stands in the input; None if there is none."""
        if self._place is None:
            self._draft = line
        place = len(self.lines) if self._place is None else self._place
        while place > 0:
            place -= 1
            if self.lines[place] != line:
                self._place = place
                return self.lines[place]
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
        if not line or (self.lines and self.lines[-1] == line):
            return
        # Another app may have added lines to the file since it was read.
        kept = [old for old in self._read() if old not in (line, instead)]
        self.lines = [*kept, line][-MAX_LINES:]
        self._write()

    def matching(self, words: str) -> list[str]:
        """The lines that hold each of the words, in any case, the newest first."""
        wanted = words.casefold().split()
        return [
            line for line in reversed(self.lines) if all(word in line.casefold() for word in wanted)
        ]

    def _read(self) -> list[str]:
        if not self.file.is_file():
            return []
        return self.file.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]

    def _write(self) -> None:
        replace_private_file(self.file, "".join(f"{line}\n" for line in self.lines))
