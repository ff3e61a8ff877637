"""The saved searches: queries under names, kept in a file of the user's state folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from search.private_files import replace_private_file

NUMBERED = 9
"""How many of the searches have a key, Alt+1 to Alt+9."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A query under a name, which is the query itself until the user gives it another."""

    name: str
    query: str


class Saved:
    """The saved searches in the order in which they were saved, which gives them their numbers.

    The file has a line for each: `name<TAB>query`, or the query alone where it has no other name.
    Only the user can read the file.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.searches = self._read()

    def of(self, query: str) -> SavedSearch | None:
        """The search for that query, if it is saved."""
        query = _one_line(query)
        return next((one for one in self.searches if one.query == query), None)

    def keep(self, name: str, query: str) -> SavedSearch:
        """Save a query, in the place of those that have its name or are the same query.

        An empty name is the query itself. Raises OSError if the file cannot be written.
        """
        query = _one_line(query)
        new = SavedSearch(_one_line(name) or query, query)
        # Another app may have changed the file since it was read.
        before = self._read()
        places = [
            place
            for place, old in enumerate(before)
            if old.name == new.name or old.query == new.query
        ]
        after = [old for place, old in enumerate(before) if place not in places]
        after.insert(places[0] if places else len(after), new)
        self._write(after)
        return new

    def remove(self, search: SavedSearch) -> None:
        """Take a search out. Raises OSError if the file cannot be written."""
        self._write([old for old in self._read() if old != search])

    def _read(self) -> tuple[SavedSearch, ...]:
        if not self.file.is_file():
            return ()
        text = self.file.read_text(encoding="utf-8", errors="replace")
        lines = text.split("\n")[:-1]
        return tuple(_parsed(line) for line in lines if line.strip())

    def _write(self, searches: list[SavedSearch]) -> None:
        replace_private_file(self.file, "".join(f"{_line(search)}\n" for search in searches))
        self.searches = tuple(searches)


def _parsed(line: str) -> SavedSearch:
    name, tab, query = line.partition("\t")
    return SavedSearch(name, query) if tab else SavedSearch(line, line)


def _line(search: SavedSearch) -> str:
    return search.query if search.name == search.query else f"{search.name}\t{search.query}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
