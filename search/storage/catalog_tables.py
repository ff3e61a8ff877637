"""The tables of the catalogue as rows, for exports: all that an index knows beside its passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import UsageError
from .added_table import Query, Write

EXPORTED = ("settings", "roots", "documents", "messages", "page_labels")
"""The tables of a catalogue, in the order in which they are filled."""


class CatalogTables:
    """Reads whole tables of a catalogue, and fills those of a new one."""

    def __init__(self, query: Query, write: Write) -> None:
        self._query = query
        self._write = write

    def columns(self, name: str) -> list[str]:
        """The columns of a table."""
        return [row[1] for row in self._query(f"PRAGMA table_info({name})", ())]

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        """All rows of a table, with the values in the order of its columns."""
        return self._query(f"SELECT {', '.join(self.columns(name))} FROM {name}", ())

    def fill(
        self, tables: Mapping[str, tuple[Sequence[str], list[tuple[Any, ...]]]], version: int
    ) -> None:
        """Fill all tables, each with the columns and rows given by its name; all or nothing.

        `version` is that of the table of passages, which holds those of all documents. Raises
        UsageError for a column that the catalogue does not have.
        """
        changes = []
        for name in EXPORTED:
            columns, rows = tables[name]
            if unknown := set(columns) - set(self.columns(name)):
                raise UsageError(
                    f"the export has a column that is not known: {name}.{min(unknown)}",
                    "export the index again",
                )
            marks = ", ".join("?" * len(columns))
            insert = f"INSERT OR REPLACE INTO {name} ({', '.join(columns)}) VALUES ({marks})"
            changes.append((insert, rows))
        changes.append(("UPDATE documents SET version = ?", [(version,)]))
        self._write(changes)
