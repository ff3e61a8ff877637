"""What documents call their own pages, in the catalogue: only where that is not how they are counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

TABLE = """
CREATE TABLE page_labels (
  doc INTEGER NOT NULL, page INTEGER NOT NULL, label TEXT NOT NULL, PRIMARY KEY (doc, page)) WITHOUT ROWID
"""


class PageLabels:
    """Reads by `read`, a query, which finds nothing before the table is there, and changes by `write`, statements with their rows; all or none."""

    def __init__(
        self,
        read: Callable[[str, tuple[Any, ...]], list[Any]],
        write: Callable[[Iterable[tuple[str, list[Any]]]], None],
    ) -> None:
        self._read = read
        self._write = write

    def at(self, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The label of each page (document, 1-based number) that has another than its number."""
        asked = "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)"
        statement = f"SELECT doc, page, label FROM page_labels WHERE (doc, page) IN ({asked})"
        return {
            (doc, page): label
            for doc, page, label in self._read(statement, (json.dumps(list(places)),))
        }

    def of(self, doc: int) -> tuple[str, ...]:
        """A document's labels from its first page on, as `put` took them."""
        labels = dict(self._read("SELECT page, label FROM page_labels WHERE doc = ?", (doc,)))
        return tuple(labels.get(page, str(page)) for page in range(1, max(labels, default=0) + 1))

    def put(self, doc: int, labels: Sequence[str]) -> None:
        """Keep a document's labels, from its first page on, in the place of those before."""
        rows = [(doc, page, label) for page, label in enumerate(labels, 1) if label != str(page)]
        if rows or self._read("SELECT 1 FROM page_labels WHERE doc = ? LIMIT 1", (doc,)):
            self._write(
                (
                    ("DELETE FROM page_labels WHERE doc = ?", [(doc,)]),
                    ("INSERT INTO page_labels VALUES (?, ?, ?)", rows),
                )
            )
