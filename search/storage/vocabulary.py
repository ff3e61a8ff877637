"""The words of all passages, in a SQLite file beside their table: a word that no passage has is found as a part of those that have it.

A trigram index tells which words hold a part (https://www.sqlite.org/fts5.html#the_trigram_tokenizer). A word that no passage has any more finds
nothing, and goes when the table is tidied up.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from ..text.spelling import stemmed
from .sqlite_errors import file_errors

FILE = "words.sqlite"
CURE = "delete the file, then run: docsearch ingest"

PREFIX = 4
"""Letters that the beginning of a word has at least, and it alone where it is not marked as one."""

PART = 5
"""Letters of a part of a compound: shorter ones stand in too many words by chance."""

COMPOUND = 10
"""Letters of a word that is looked for by its parts."""

MOST = 40
"""Words that one is found in, the shortest first: they have least beside it."""

LONGEST = 40
_SEVERAL = 500
_WORD = re.compile(rf"(?<![^\W_])[^\W\d_][^\W_]{{{PREFIX - 1},{LONGEST - 1}}}(?![^\W_])")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE IF NOT EXISTS parts USING fts5(word, content='words', content_rowid='id', tokenize='trigram');
"""


class Vocabulary:
    """The words of an index. One process may add, under the writer lock; any number may ask, from any thread."""

    def __init__(self, folder: Path, name: str = FILE) -> None:
        self._file = folder / name
        self._added: set[str] = set()

    def add(self, texts: Iterable[str]) -> None:
        """Add the words of some passages, as `terms.passage_terms` writes them. Raises StorageFull, IndexLocked, IndexDamaged, IndexFailure."""
        words = {word for text in texts for word in _WORD.findall(text.lower())} - self._added
        if not words:
            return
        with (
            file_errors(self._file.parent, self._file.name, CURE),
            closing(sqlite3.connect(self._file, timeout=10)) as connection,
            connection,
        ):
            connection.executescript(_SCHEMA)
            for word in sorted(words):
                cursor = connection.execute(
                    "INSERT OR IGNORE INTO words (word) VALUES (?)", (word,)
                )
                if cursor.rowcount:
                    connection.execute(
                        "INSERT INTO parts (rowid, word) VALUES (?, ?)", (cursor.lastrowid, word)
                    )
        self._added |= words

    def remake(self, texts: Iterable[str]) -> None:
        """Keep the words of these passages only. Raises as `add` does."""
        new = Vocabulary(self._file.parent, f"{FILE}.new")
        new._file.unlink(missing_ok=True)
        new.add(texts)
        if new._file.exists():
            os.replace(new._file, self._file)
        else:
            self._file.unlink(missing_ok=True)
        self._added = new._added

    def related(self, words: Sequence[str], beginnings: Sequence[str] = ()) -> list[str]:
        """The words that have one of `words` as a part, of which no passage has itself, or are parts of it; and those with these `beginnings`.

        Raises IndexDamaged, IndexFailure.
        """
        asked = [word for word in map(str.lower, words) if _WORD.fullmatch(word)]
        if not (asked or beginnings) or not self._file.exists():
            return []
        found: list[str] = []
        # A writer that was killed leaves a journal, which only those who may write can roll back.
        mode = "rw" if os.access(self._file, os.W_OK) else "ro&immutable=1"
        uri = f"{self._file.absolute().as_uri()}?mode={mode}"
        with (
            file_errors(self._file.parent, self._file.name, CURE),
            closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection,
        ):
            for beginning in map(str.lower, beginnings):
                found += _beginning(connection, beginning)
            known = set(_among(connection, asked))
            for word in asked:
                if word not in known:
                    found += _related(connection, word)
        return list(dict.fromkeys(found))


def _related(connection: sqlite3.Connection, word: str) -> list[str]:
    holding = _holding(connection, word)
    # Another ending of the same word is found anyway.
    if any(stemmed(other) == stemmed(word) for other in holding):
        return []
    return holding or _inside(connection, word)


def _beginning(connection: sqlite3.Connection, beginning: str) -> list[str]:
    last = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    query = "SELECT word FROM words WHERE word > ? AND word < ? ORDER BY length(word), word LIMIT ?"
    return [word for (word,) in connection.execute(query, (beginning, last, MOST))]


def _holding(connection: sqlite3.Connection, word: str) -> list[str]:
    """The words that begin with the word, or hold it where it is long enough."""
    if len(word) < PART:
        return _beginning(connection, word)
    query = "SELECT word FROM parts WHERE parts MATCH ? ORDER BY length(word), word LIMIT ?"
    return [word for (word,) in connection.execute(query, (f'"{word}"', MOST))]


def _inside(connection: sqlite3.Connection, word: str) -> list[str]:
    """The longest words that a long word is made of, those that stand in another one left out."""
    if len(word) < COMPOUND:
        return []
    parts = {
        word[start:end] for start in range(len(word)) for end in range(start + PART, len(word) + 1)
    }
    longest: list[str] = []
    for part in sorted(_among(connection, sorted(parts)), key=len, reverse=True):
        if not any(part in other for other in longest):
            longest.append(part)
    # One part alone is often the contrary, as in "uncontrolled".
    return longest if len(longest) > 1 else []


def _among(connection: sqlite3.Connection, words: Sequence[str]) -> list[str]:
    """Those of the words that some passage has."""
    found: list[str] = []
    for start in range(0, len(words), _SEVERAL):
        few = words[start : start + _SEVERAL]
        marks = ",".join("?" * len(few))
        found += [
            word
            for (word,) in connection.execute(
                f"SELECT word FROM words WHERE word IN ({marks})", few
            )
        ]
    return found
