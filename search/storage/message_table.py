"""The messages of mail files in the catalogue: which passages of a file belong to which message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, groupby

from ..documents import Message
from .added_table import AddedTable

TABLE = """
CREATE TABLE messages (
  doc INTEGER NOT NULL, ordinal INTEGER NOT NULL, number INTEGER, start INTEGER, title BLOB,
  written_ns INTEGER, PRIMARY KEY (doc, ordinal)) WITHOUT ROWID
"""
"""A row holds for the document's passages from `ordinal` up to the next row's ordinal."""

_COLUMNS = "number, start, title, written_ns"


class MessageTable(AddedTable):
    """The messages of the documents that are mail files."""

    name = "messages"

    def at(self, passages: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Message]:
        """The message of each of the passages (document, ordinal) that belongs to one."""
        asked = (
            "SELECT json_extract(value, '$[0]') AS doc, json_extract(value, '$[1]') AS ordinal "
            "FROM json_each(?)"
        )
        rows = self._read(
            f"SELECT asked.doc, asked.ordinal, {_COLUMNS} FROM ({asked}) AS asked "
            "JOIN messages ON messages.doc = asked.doc AND messages.ordinal = (SELECT max(ordinal) "
            "FROM messages WHERE doc = asked.doc AND ordinal <= asked.ordinal)",
            (json.dumps(list(passages)),),
        )
        return {(doc, ordinal): _message(*fields) for doc, ordinal, *fields in rows}

    def of(self, doc: int) -> list[Message]:
        """The messages of a document that have passages, in order."""
        rows = self._read(
            f"SELECT DISTINCT {_COLUMNS} FROM messages WHERE doc = ? ORDER BY number", (doc,)
        )
        return [_message(*fields) for fields in rows]

    def within(self, after_ns: int | None, before_ns: int | None) -> dict[int, tuple[int, ...]]:
        """The ordinals of the passages of messages written in a time, for each document with any.

        A message is in where it was written at `after_ns` or later and before `before_ns`, in
        nanoseconds since the epoch; None sets no limit. A message without a date counts as written
        when its file was changed.
        """
        rows = self._read(
            "SELECT doc, ordinal, "
            "coalesce(lead(ordinal) OVER (PARTITION BY doc ORDER BY ordinal), "
            "max(passages, ordinal + 1)), "
            "coalesce(written_ns, mtime_ns) AS written "
            "FROM messages JOIN documents USING (doc) ORDER BY doc, ordinal"
        )

        def ordinals(doc_rows: Iterable[tuple[int, int, int, int]]) -> Iterator[range]:
            for _, first, end, written in doc_rows:
                if (after_ns is None or written >= after_ns) and (
                    before_ns is None or written < before_ns
                ):
                    yield range(first, end)

        return {
            doc: tuple(chain.from_iterable(ordinals(doc_rows)))
            for doc, doc_rows in groupby(rows, lambda row: int(row[0]))
        }

    def put(self, doc: int, passages: Iterable[tuple[int, Message | None]]) -> None:
        """Note the message of some of a document's passages (ordinal, message).

        The passages are in order and without a gap; None stands for a passage of no message.
        """
        runs = [
            (message, [ordinal for ordinal, _ in run])
            for message, run in groupby(passages, lambda pair: pair[1])
        ]
        if not runs or not (self._knows(doc) or any(message for message, _ in runs)):
            return
        rows = [
            (
                doc,
                ordinals[0],
                message.number,
                message.start,
                message.title.encode("utf-8", "surrogatepass"),
                message.written_ns,
            )
            for message, ordinals in runs
            if message
        ]
        covered = (doc, runs[0][1][0], runs[-1][1][-1])
        self._write(
            (
                ("DELETE FROM messages WHERE doc = ? AND ordinal BETWEEN ? AND ?", [covered]),
                (
                    f"INSERT INTO messages (doc, ordinal, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
                    rows,
                ),
            )
        )

    def trim(self, doc: int, passages: int) -> None:
        """Forget what is noted of a document's passages beyond the first so many."""
        if self._knows(doc):
            self._write(
                [("DELETE FROM messages WHERE doc = ? AND ordinal >= ?", [(doc, passages)])]
            )

    def _knows(self, doc: int) -> bool:
        return bool(self._read("SELECT 1 FROM messages WHERE doc = ? LIMIT 1", (doc,)))


def _message(number: int, start: int, title: bytes, written_ns: int | None) -> Message:
    return Message(number, start, title.decode("utf-8", "surrogatepass"), written_ns)
