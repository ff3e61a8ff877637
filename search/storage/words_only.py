"""The documents that wait for their vectors, and are found by their words meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .entries import COLUMNS, Entry, entry_of
from .filters import Admitted

INDEX = """
CREATE INDEX IF NOT EXISTS documents_with_words_only ON documents (content) WHERE state = 'words'
"""
"""With it, the number of these documents costs nothing where there are none."""


class WordsOnly:
    """The documents of a catalogue in the state `words`; `read` gives the rows of a statement."""

    def __init__(self, read: Callable[..., list[Any]]) -> None:
        self._read = read

    def count(self, only: Admitted | None = None) -> int:
        """How many there are among those that `only` admits; None stands for all documents."""
        if only is None:
            return int(self._read("SELECT count(*) FROM documents WHERE state = 'words'")[0][0])
        docs = self._read("SELECT doc FROM documents WHERE state = 'words'")
        return sum(doc in only.docs or doc in only.ordinals_by_doc for (doc,) in docs)

    def entries(self, below: str) -> list[Entry]:
        """The entries of a file, or of all files below a folder, by path."""
        top = os.fsencode(below.rstrip("/"))
        statement = (
            f"SELECT {COLUMNS} FROM documents WHERE state = 'words' "
            "AND (path = ?1 OR path > ?2 AND path < ?3) ORDER BY path"
        )
        # "0" is the character after "/", so paths between the two lie below the folder.
        return [entry_of(row) for row in self._read(statement, (top, top + b"/", top + b"0"))]
