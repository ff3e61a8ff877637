"""The start page of the search screen: when it is shown, what is on it, and what a row does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from search.results import Hit, IngestReport, Progress, Scores, Status
from search.wording import counted

from .. import messages
from ..terminal import printable
from .start_rows import new_documents, questions, recent, saved

if TYPE_CHECKING:
    from .screens.search import SearchScreen
    from .widgets.reading_line import ReadingLine
    from .widgets.start_page import StartPage

LONG_SECONDS = 2.0
"""A run of the watch that takes longer is shown; others would only flicker."""
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
        self._line: ReadingLine | None = None
        self._folders = 0
        self._seen: object = ()
        """What `changed` saw last."""

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
            recent(screen.history, self._clock()),
            saved(screen.saved.searches),
            questions(report.headings, fresh=self._was_empty),
            new_documents(report.documents, self._clock()),
        )
        self._page.display = not screen.line
        self._page.show(parts, self._notice)

    def begin(self, paths: Sequence[str]) -> None:
        """Show that a run has begun to read the paths; none are all folders."""
        self.reading = True
        self._show_progress(paths, None)
        if not self._report.has_index:
            self._screen.show_status(None)
            self._was_empty = True
        self.draw()

    def advance(self, progress: Progress) -> None:
        """Show how far a run has come. A run of the watch is shown if it takes long."""
        if self.reading or progress.seconds >= LONG_SECONDS:
            self._show_progress((), progress)

    def end(self, report: IngestReport | None) -> None:
        """Show no progress any more, and tell what the run did if the user sees this screen."""
        was_reading, self.reading = self.reading, False
        self.end_watched()
        if was_reading and self._screen.app.screen is self._screen:
            from .reading import outcome

            text = printable(outcome(report), one_line=True)
            self._screen.notify(text, title="Stopped" if report is None else "Read", markup=False)
        self.draw()

    def end_watched(self) -> None:
        """Show no progress of a run of the watch any more; a run that the user began goes on."""
        if self._line is not None and not self.reading:
            self._line.display = False

    def _show_progress(self, paths: Sequence[str], progress: Progress | None) -> None:
        if not self._screen.app.is_running:
            return
        if self._line is None:
            from .widgets.filter_bar import FilterBar
            from .widgets.reading_line import ReadingLine

            self._line = ReadingLine(self._plain)
            self._screen.mount(self._line, after=self._screen.query_one(FilterBar))
        if progress is None or not self._line.display:
            self._line.begin(paths)
        self._line.display = True
        self._line.advance(progress)

    @property
    def knows_index(self) -> bool:
        """True once the counts were read."""
        return self._seen != ()

    def changed(self, status: Status | None) -> bool:
        """True if the index has changed since the last call."""
        before = self._seen
        self._folders = 0 if status is None else len(status.roots)
        self._seen = None if status is None else (status.documents, status.passages, status.roots)
        return before != self._seen

    def counts(self, status: Status) -> str:
        """How much is in the index, and what is wrong with it.

        While this app reads, its own writing is no news.
        """
        parts = [counted(status.documents, "document"), counted(len(status.roots), "folder")]
        if status.health != "ok" and not self.reading:
            parts.append(status.health)
        return " · ".join(parts)

    @property
    def nothing_yet(self) -> str:
        """What to do where there is no index."""
        if self.reading:
            return "the first documents are being read; type, and the hits come as they are read"
        return "nothing was ingested yet: press F2, then a, to add a folder"

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

    def move_aside(self, step: int) -> None:
        """Move the selection to the other column, if there is one."""
        if self._is_shown is not None:
            self._is_shown.move_aside(step)

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
        return NOTHING_IN_THEM if self._report.has_index and self._folders else NO_FOLDER


def beginning_of(path: str, kind: str) -> Hit:
    """A hit that stands for the beginning of a document."""
    scores = Scores(None, None, None, None)
    return Hit(1, 0.0, "", path, "", "", (), None, 1, 1, 0, 0, kind, "", "", (), scores)
