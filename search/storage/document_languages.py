"""The languages of the documents, in a column that catalogues of older versions lack."""

from __future__ import annotations

from .added_table import Query
from .entries import COLUMNS

VERSION = 6
"""The version of the catalogue's schema that has the column."""

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

    @property
    def _is_present(self) -> bool:
        if not self._present:
            self._present = self._query("PRAGMA user_version", ())[0][0] >= VERSION
        return self._present
