"""The saved searches, as commands of the palette."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from ..terminal import printable
from .saved import NUMBERED, Saved, SavedSearch

HELP = "A saved search"


class KeepsSearches(Protocol):
    """A screen that has the saved searches, and can put one of them into its input."""

    saved: Saved

    def put(self, text: str) -> None:
        """Search for the text."""
        ...


class SavedSearches(Provider):
    """The saved searches of the search screen, in the order of their numbers.

    Their titles are Contents, since the palette would read the brackets of a text as markup.
    """

    async def discover(self) -> Hits:
        """All saved searches."""
        for title, search in self._titled():
            run = partial(self._screen.put, search.query)
            yield DiscoveryHit(Content(title), run, text=title, help=HELP)

    async def search(self, query: str) -> Hits:
        """The saved searches that match the typed `query`, by their name or by what they ask."""
        matcher = self.matcher(query)
        for title, search in self._titled():
            score = max(matcher.match(title), matcher.match(search.query))
            if score > 0:
                run = partial(self._screen.put, search.query)
                yield Hit(score, Content(title), run, text=title, help=HELP)

    def _titled(self) -> Iterator[tuple[str, SavedSearch]]:
        for number, search in enumerate(self._screen.saved.searches, 1):
            key = f" (Alt+{number})" if number <= NUMBERED else ""
            yield f"Search: {printable(search.name, one_line=True)}{key}", search

    @property
    def _screen(self) -> KeepsSearches:
        return cast("KeepsSearches", self.screen)
