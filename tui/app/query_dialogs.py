"""The dialogs of queries: the recent ones, and those that are saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .asked_queries import AskedQueries

if TYPE_CHECKING:
    from .screens.search import SearchScreen


class QueryDialogs:
    """Opens the dialogs over the screen, and puts the query that is chosen into its input."""

    def __init__(self, screen: SearchScreen, queries: AskedQueries) -> None:
        self._screen = screen
        self._queries = queries

    def choose_recent(self) -> None:
        """Choose one of the recent queries."""
        from .screens.recent import RecentScreen

        self._queries.keep()
        self._screen.app.push_screen(RecentScreen(self._screen.history), self._put)

    def save(self) -> None:
        """Ask for a name, and keep the query among the saved searches."""
        from .screens.saved import save

        save(self._screen, " ".join(self._screen.line.split()))

    def choose_saved(self) -> None:
        """List the saved searches, to run, rename or delete them."""
        from .screens.saved import SavedScreen

        self._queries.keep()
        self._screen.app.push_screen(SavedScreen(self._screen.saved), self._put)

    def run_saved(self, number: int) -> None:
        """Run the saved search of that number."""
        searches = self._screen.saved.searches
        if number <= len(searches):
            self._screen.put(searches[number - 1].query)
        else:
            self._screen.notify(f"There is no saved search {number}; Ctrl+S saves one")

    def _put(self, line: str | None) -> None:
        if line is not None:
            self._screen.put(line)
