"""The languages of the documents, in a column that catalogues of older versions lack."""

from __future__ import annotations

from .added_table import Query
from .entries import COLUMNS

VERSION = 6
"""The version of the catalogue's schema that has the column."""

MOST, COUNTED = 12, 1000
"""The most languages that a query takes notice of, and how many documents of each are counted."""

ADDED = (
    "ALTER TABLE documents ADD COLUMN language TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX documents_by_language ON documents (language)",
)

_EARLIER_COLUMNS = COLUMNS.replace("language", "'' AS language")


class DocumentLanguages:
    """Reads the column of languages, which counts as empty until it is there.

    The first run that writes to an older index adds it, perhaps while other processes have the
    index open.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        self._present = False

    @property
    def columns(self) -> str:
        """The columns of an entry, as the file has them."""
        return COLUMNS if self._is_present else _EARLIER_COLUMNS

    def counts(self) -> tuple[tuple[str, int], ...]:
        """Each language with the number of its documents in the store, most first.

        Documents whose language is not known are left out.
        """
        if not self._is_present:
            return ()
        statement = (
            "SELECT language, count(*) FROM documents WHERE language > '' AND passages > 0 "
            "GROUP BY language ORDER BY count(*) DESC, language"
        )
        return tuple(self._query(statement, ()))

    def shares(self) -> dict[str, float]:
        """Each language with its share of the documents, at most MOST of them.

        The shares are about right: of each language COUNTED documents are counted at most. Those
        whose language is not known do not count.
        """
        if not self._is_present:
            return {}
        # Each step is one look-up in the index of the column, however many documents there are.
        statement = f"""
        WITH RECURSIVE known (language) AS (
          SELECT min(language) FROM documents WHERE language > ''
          UNION ALL
          SELECT (SELECT min(language) FROM documents WHERE language > known.language)
          FROM known WHERE known.language IS NOT NULL)
        SELECT language, (SELECT count(*) FROM (
          SELECT 1 FROM documents WHERE language = known.language LIMIT {COUNTED}))
        FROM known WHERE language IS NOT NULL
        """
        counts = dict(self._query(statement, ()))
        total = sum(counts.values())
        most = sorted(counts, key=lambda language: (-counts[language], language))[:MOST]
        return {language: counts[language] / total for language in most}

    @property
    def _is_present(self) -> bool:
        if not self._present:
            self._present = self._query("PRAGMA user_version", ())[0][0] >= VERSION
        return self._present
