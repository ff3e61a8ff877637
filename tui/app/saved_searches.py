"""The saved searches, as commands of the palette."""

from __future__ import annotations

from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from ..terminal import printable
from .history import History

HELP = "A saved search"


class KeepsSearches(Protocol):
    """A screen that has the saved searches, and can put one of them into its input."""

    saved: History

    def put(self, text: str) -> None:
        """Search for the text."""
        ...


class SavedSearches(Provider):
    """The saved searches of the search screen.

    Their titles are Contents, since the palette would read the brackets of a text as markup.
    """

    async def discover(self) -> Hits:
        """All saved searches, the newest first."""
        for line in reversed(self._screen.saved.lines):
            yield DiscoveryHit(_title(line), partial(self._screen.put, line), text=line, help=HELP)

    async def search(self, query: str) -> Hits:
        """The saved searches that match the typed `query`."""
        matcher = self.matcher(query)
        for line in reversed(self._screen.saved.lines):
            if (score := matcher.match(f"Search: {line}")) > 0:
                yield Hit(
                    score, _title(line), partial(self._screen.put, line), text=line, help=HELP
                )

    @property
    def _screen(self) -> KeepsSearches:
        return cast("KeepsSearches", self.screen)


def _title(line: str) -> Content:
    return Content(f"Search: {printable(line, one_line=True)}")
