"""The page labels of documents in the catalogue, such as "iv"; plain page numbers are not kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from .added_table import AddedTable

TABLE = """
CREATE TABLE page_labels (
  doc INTEGER NOT NULL, page INTEGER NOT NULL, label TEXT NOT NULL,
  PRIMARY KEY (doc, page)) WITHOUT ROWID
"""


class PageLabels(AddedTable):
    """What documents themselves call their pages, where that is not the page's number."""

    name = "page_labels"

    def at(self, pages: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The labels of those of the pages (document, 1-based number) that have one."""
        asked = "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)"
        statement = f"SELECT doc, page, label FROM page_labels WHERE (doc, page) IN ({asked})"
        return {
            (doc, page): label
            for doc, page, label in self._read(statement, (json.dumps(list(pages)),))
        }

    def of(self, doc: int) -> tuple[str, ...]:
        """A document's labels from its first page on, as `put` took them.

        Pages behind the last one with a label of its own are left out.
        """
        labels = dict(self._read("SELECT page, label FROM page_labels WHERE doc = ?", (doc,)))
        return tuple(labels.get(page, str(page)) for page in range(1, max(labels, default=0) + 1))

    def put(self, doc: int, labels: Sequence[str]) -> None:
        """Record a document's labels, from its first page on, in place of its previous ones."""
        rows = [(doc, page, label) for page, label in enumerate(labels, 1) if label != str(page)]
        if rows or self._read("SELECT 1 FROM page_labels WHERE doc = ? LIMIT 1", (doc,)):
            self._write(
                (
                    ("DELETE FROM page_labels WHERE doc = ?", [(doc,)]),
                    ("INSERT INTO page_labels VALUES (?, ?, ?)", rows),
                )
            )
