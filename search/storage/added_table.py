"""A table of the catalogue that indexes of an older version lack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

Query = Callable[[str, tuple[Any, ...]], list[Any]]
"""Runs a statement with its values, and returns the rows."""

Write = Callable[[Iterable[tuple[str, list[Any]]]], None]
"""Executes statements, each once for each of its rows; all or nothing."""


class AddedTable:
    """Reads and writes one table, which counts as empty until it is there.

    The first run that writes to an older index makes the table, perhaps while other processes have
    the index open.
    """

    name: ClassVar[str]
    """The table's name in the catalogue."""

    def __init__(self, query: Query, write: Write) -> None:
        self._query = query
        self._write = write
        self._present = False

    def _read(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """The rows of a query; none before the table is there."""
        if not self._present:
            names = self._query("SELECT 1 FROM sqlite_master WHERE name = ?", (self.name,))
            self._present = bool(names)
        return self._query(statement, values) if self._present else []
