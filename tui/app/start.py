"""The start page of the search screen: when it is shown, what is on it, and what a row does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from search.results import Hit, Scores

from .. import messages
from .start_rows import new_documents, questions, recent, saved, saved_searches

if TYPE_CHECKING:
    from .screens.search import SearchScreen
    from .widgets.start_page import StartPage

NO_FOLDER = "Nothing can be searched yet. Press F2, then a, to add a folder."
READING = "Your documents are being read. The first of them can be found in a moment."
NOTHING_IN_THEM = "No document is in the index. F2 shows what was left out, and why."


class Start:
    """Stands between the screen and its StartPage, which is made when the index was read.

    So the first paint does not wait for it.
    """

    def __init__(self, screen: SearchScreen, clock: Callable[[], datetime], plain: bool) -> None:
        self._screen = screen
        self._clock = clock
        self._plain = plain
        self._page: StartPage | None = None
        self._report = messages.StartRead()
        self._has_read = False
        self._was_empty = False
        """True if the index held nothing when the app began, or when its first run began."""
        self.reading = False
        """True while a run reads folders."""

    def show(self, report: messages.StartRead) -> None:
        """Show what the index has to begin with."""
        if not self._screen.app.is_running:
            return
        self._has_read = True
        self._was_empty = self._was_empty or not report.documents
        self._report = report
        self.draw()

    def draw(self) -> None:
        """Draw the page anew, or make it, while the input is empty."""
        if not self._has_read or not self._screen.app.is_running:
            return
        if self._page is None:
            from .widgets.found import Found
            from .widgets.start_page import StartPage

            self._page = StartPage(self._plain)
            self._screen.query_one(Found).mount(self._page)
        report, screen = self._report, self._screen
        parts = (
            recent(screen.history),
            saved(saved_searches(screen.saved)),
            questions(report.headings, fresh=self._was_empty),
            new_documents(report.documents, self._clock()),
        )
        self._page.display = not screen.line
        self._page.show(parts, self._notice)

    def typed(self, line: str) -> None:
        """Hide the page while there is text in the input."""
        if self._page is None:
            return
        if line:
            self._page.display = False
            self._page.deselect()
        elif not self._page.display:
            self.draw()

    def move(self, step: int) -> bool:
        """Move the selection on the page; False if there is no page or no row there."""
        return self._is_shown is not None and self._is_shown.move(step)

    def move_aside(self, step: int) -> bool:
        """Move the selection to the other column; False where there is none."""
        return self._is_shown is not None and self._is_shown.move_aside(step)

    def choose(self) -> bool:
        """Choose the selected row; False without one."""
        return self._is_shown is not None and self._is_shown.choose()

    @property
    def _is_shown(self) -> StartPage | None:
        return self._page if self._page is not None and self._page.display else None

    @property
    def _notice(self) -> str:
        if self._report.documents:
            return ""
        if self.reading:
            return READING
        return NOTHING_IN_THEM if self._report.has_index else NO_FOLDER


def beginning_of(path: str, kind: str) -> Hit:
    """A hit that stands for the beginning of a document."""
    scores = Scores(None, None, None, None)
    return Hit(1, 0.0, "", path, "", "", (), None, 1, 1, 0, 0, kind, "", "", (), scores)
