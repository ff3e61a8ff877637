"""The words of all passages, in a SQLite file beside their table.

They tell which words of the passages are related to a word of the query that no passage has: words
that have it as a part, or that are parts of it. A trigram index finds the words that contain a part
(https://www.sqlite.org/fts5.html#the_trigram_tokenizer). A word that no passage has any more
finds nothing, and is dropped when the table is tidied up.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from pathlib import Path

from ..errors import DocsearchError
from ..text.spelling import stemmed
from .compounds import compounds_of
from .vocabulary_file import VocabularyFile

MIN_WORD = 4
"""The least letters of a word: shorter words are neither kept nor looked for."""

MIN_PART = 5
"""The least letters of a part of a compound: shorter parts are in too many words by chance."""

MIN_COMPOUND = 10
"""The least letters of a word of the query that is taken apart."""

MAX_RELATED = 40
"""The most words that are related to one word: the shortest, which hold the least besides it."""

MAX_WORD = 40
_BATCH = 500
_WORD = re.compile(rf"(?<![^\W_])[^\W\d_][^\W_]{{{MIN_WORD - 1},{MAX_WORD - 1}}}(?![^\W_])")
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS parts "
    "USING fts5(word, content='words', content_rowid='id', tokenize='trigram')",
)


class Vocabulary:
    """The words of the passages in one table.

    One process may write, under the writer lock; any number may ask, from any thread. `texts` gives
    the words of all passages, written as `terms.passage_terms` gives them.

    A vocabulary is an aid, so writing it raises nothing. Where it cannot be written it is removed,
    and `trouble` says why; the next writer makes it anew.
    """

    def __init__(self, folder: Path, table: str, texts: Callable[[], Iterable[str]]) -> None:
        self._file = VocabularyFile(folder, table)
        self._texts = texts
        self._added: set[str] = set()
        self.trouble = ""

    def mend(self) -> None:
        """Make the vocabulary where it is missing, half made or damaged."""
        if not self._file.is_whole():
            self.rebuild()

    def rebuild(self) -> None:
        """Make the vocabulary of the passages that the table has now."""
        if not self._file.is_whole():
            self._file.remove()
        self._write(frozenset(), anew=True)

    def add(self, texts: Iterable[str]) -> None:
        """Add the words of passages that are about to be stored."""
        words = _words_in(texts) - self._added
        if words:
            self.mend()
            self._write(words, anew=False)

    def _write(self, words: Set[str], anew: bool) -> None:
        """Add the words; with `anew` those of all passages replace what the file had before."""
        if self.trouble:
            return
        # A file that cannot be written is removed, and the second attempt makes another one.
        for fill in (anew, True):
            try:
                if fill:
                    self._fill()
                self._insert(words)
                return
            except DocsearchError as error:
                self._file.remove()
                trouble = str(error)
        self.trouble = trouble

    def _fill(self) -> None:
        words = _words_in(self._texts())
        # A transaction replaces the words in place. A new file in place of the old one would be
        # damaged by a journal that a killed writer left.
        with self._file.writing(fills=True) as connection:
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute("DELETE FROM words")
            connection.executemany(
                "INSERT INTO words (word) VALUES (?)", ((word,) for word in sorted(words))
            )
            connection.execute("INSERT INTO parts (parts) VALUES ('rebuild')")
        self._added = words

    def _insert(self, words: Set[str]) -> None:
        if not words:
            return
        with self._file.writing() as connection:
            for word in sorted(words):
                cursor = connection.execute(
                    "INSERT OR IGNORE INTO words (word) VALUES (?)", (word,)
                )
                if cursor.rowcount:
                    connection.execute(
                        "INSERT INTO parts (rowid, word) VALUES (?, ?)", (cursor.lastrowid, word)
                    )
        self._added |= words

    def related(self, words: Sequence[str], beginnings: Sequence[str] = ()) -> list[str]:
        """The passages' words that are related to words of a query.

        A word of `words` that no passage has is related to the words that have it as a part, or
        that are parts of it. A beginning of `beginnings` is related to the words that it begins.
        Raises IndexDamaged where the vocabulary is missing or damaged, and IndexLocked.
        """
        query_words = [word for word in map(str.lower, words) if _WORD.fullmatch(word)]
        if not (query_words or beginnings):
            return []
        related: list[str] = []
        with self._file.reading() as connection:
            for beginning in map(str.lower, beginnings):
                related += _words_beginning_with(connection, beginning)
            known = set(_known(connection, query_words))
            for word in query_words:
                if word not in known:
                    related += _related(connection, word)
        return list(dict.fromkeys(related))

    def compounds(self, parts: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
        """The passages' words that are compounds with words of a query.

        `parts` has the spellings and stems of each word by which it stands in compounds. First come
        the compounds of the words that no passage has, then those of the others. Raises as
        `related` does.
        """
        of_unknown: list[str] = []
        of_known: list[str] = []
        if not any(parts.values()):
            return of_unknown, of_known
        with self._file.reading() as connection:
            known = set(_known(connection, list(parts)))
            for word, spellings in parts.items():
                found = of_known if word in known else of_unknown
                for spelling in spellings:
                    found += compounds_of(connection, spelling)
        of_unknown = list(dict.fromkeys(of_unknown))
        return of_unknown, [word for word in dict.fromkeys(of_known) if word not in of_unknown]


def _words_in(texts: Iterable[str]) -> set[str]:
    # White space ends each word. What stands between it is mostly said many times, and a set of it
    # takes less time than the pattern does.
    stretches = {stretch for text in texts for stretch in text.lower().split()}
    return set(_WORD.findall(" ".join(stretches)))


def _related(connection: sqlite3.Connection, word: str) -> list[str]:
    """The words that contain the word; where there are none, the words that it is made of."""
    containing = _words_containing(connection, word)
    # The text leg finds another ending of the same word by itself.
    if any(stemmed(other) == stemmed(word) for other in containing):
        return []
    return containing or _parts_of(connection, word)


def _words_beginning_with(connection: sqlite3.Connection, beginning: str) -> list[str]:
    end = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    query = "SELECT word FROM words WHERE word > ? AND word < ? ORDER BY length(word), word LIMIT ?"
    return [word for (word,) in connection.execute(query, (beginning, end, MAX_RELATED))]


def _words_containing(connection: sqlite3.Connection, word: str) -> list[str]:
    """The words that contain the word; where it is shorter than MIN_PART, those it begins."""
    if len(word) < MIN_PART:
        return _words_beginning_with(connection, word)
    query = "SELECT word FROM parts WHERE parts MATCH ? ORDER BY length(word), word LIMIT ?"
    return [word for (word,) in connection.execute(query, (f'"{word}"', MAX_RELATED))]


def _parts_of(connection: sqlite3.Connection, word: str) -> list[str]:
    """The longest words that a compound is made of; a word inside another one is left out."""
    if len(word) < MIN_COMPOUND:
        return []
    parts = {
        word[start:end]
        for start in range(len(word))
        for end in range(start + MIN_PART, len(word) + 1)
    }
    longest: list[str] = []
    for part in sorted(_known(connection, sorted(parts)), key=len, reverse=True):
        if not any(part in other for other in longest):
            longest.append(part)
    # A single part often means the contrary, as "controlled" does in "uncontrolled".
    return longest if len(longest) > 1 else []


def _known(connection: sqlite3.Connection, words: Sequence[str]) -> list[str]:
    """The words among these that some passage has."""
    known: list[str] = []
    for start in range(0, len(words), _BATCH):
        batch = words[start : start + _BATCH]
        marks = ",".join("?" * len(batch))
        query = f"SELECT word FROM words WHERE word IN ({marks})"
        known += [word for (word,) in connection.execute(query, batch)]
    return known
