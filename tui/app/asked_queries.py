"""Which queries enter the history: those that were used, and those whose hits stood a while."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen
from textual.timer import Timer

from search.errors import UsageError

from .. import messages
from .history import History
from .widgets.query_input import QueryInput

SHOWN_SECONDS = 1.0
"""How long hits have to be shown before their query enters the history."""


class AskedQueries:
    """Stands between the screen with the input and the history."""

    def __init__(self, screen: Screen[Any], history: History) -> None:
        self._screen = screen
        self._history = history
        self._timer: Timer | None = None
        self._kept = ""
        """The line that the history got last; a line that continues it takes its place."""

    def typed(self, line: str) -> None:
        """Take note of another line in the input."""
        self._history.typed(line)
        self._stop()
        if not line:
            self.begin()

    def begin(self) -> None:
        """Take the next line as one of its own, not as one that continues the last."""
        self._kept = ""

    def shown(self) -> None:
        """Keep the query if its hits stand for a while."""
        self._stop()
        self._timer = self._screen.set_timer(SHOWN_SECONDS, self._keep_shown)

    def keep(self) -> None:
        """Keep the line in the input."""
        line = " ".join(self._screen.query_one(QueryInput).value.split())
        # Of a query that was typed with pauses, the history keeps the whole alone.
        instead = self._kept if line.startswith(self._kept) else ""
        try:
            self._history.add(line, instead)
        except OSError as error:
            hint = "check the permissions of that folder"
            self._screen.post_message(
                messages.Failed(UsageError(f"{error.filename}: {error.strerror}", hint))
            )
        self._kept = line

    def _keep_shown(self) -> None:
        # A line that comes from the history stays at its place there while one looks through it.
        if not self._history.browsing:
            self.keep()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
