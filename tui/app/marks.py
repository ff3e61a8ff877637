"""The hits that the user has marked, to open, copy or choose them together."""

from __future__ import annotations

from search.results import Hit


class Marks:
    """Marked hits in the order of their marking.

    A hit is known by its file and its place there, so that it stays marked while the query changes.
    """

    def __init__(self) -> None:
        self._hits: dict[tuple[str, int], Hit] = {}

    def __contains__(self, hit: Hit) -> bool:
        return _identity(hit) in self._hits

    def __len__(self) -> int:
        return len(self._hits)

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The marked hits as they were when they were marked."""
        return tuple(self._hits.values())

    def switch(self, hit: Hit) -> None:
        """Mark the hit, or take its mark off."""
        if self._hits.pop(_identity(hit), None) is None:
            self._hits[_identity(hit)] = hit

    def clear(self) -> None:
        """Take all marks off."""
        self._hits.clear()


def _identity(hit: Hit) -> tuple[str, int]:
    return hit.path, hit.char_start
