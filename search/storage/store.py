"""The table of passages: text, words and vectors in LanceDB, in the folder of the index."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..documents import Candidate, Passage, Row, passage_id
from .arrow_rows import (
    check_vectors,
    columns_of,
    known_vectors,
    number_of,
    passages_of,
    rows_of,
    vectors_in,
)
from .durability import TABLE, Durability
from .filters import Admitted
from .lance_errors import lance_errors
from .limited import Limits
from .passage_table import open_table
from .table_place import TablePlace
from .table_reader import BATCH, TableReader, probes
from .vocabulary import Vocabulary

if TYPE_CHECKING:
    from ..documents import Vectors

RELATED_WEIGHT = 0.5
"""The weight of a related word: one that has a word of the query as a part, or is a part of it."""

COMPOUND_WEIGHT = 0.1
"""The weight of a compound with a word that passages have by itself.

A compound stands in few passages, so that its BM25 is high. With this weight, a passage that has
the word itself comes first.
"""

_ATTEMPTS = 4
_ID = re.compile(r"([0-9a-f]{16})-([0-9]{1,9})")
_GONE = re.compile("Not found|No such file")
_Result = TypeVar("_Result")


class Store:
    """The passages of an index, for reading. Any number of processes may read, from any thread."""

    def __init__(
        self,
        folder: str | os.PathLike[str],
        dimensions: int,
        table: str = TABLE,
        place: TablePlace | None = None,
    ) -> None:
        """Open the table of that name, with vectors of length `dimensions`.

        The table is kept in `place`, without it in the folder. Raises NoIndex, ModelMismatch for
        other dimensions, and IndexDamaged.
        """
        self._folder = Path(folder)
        self._place = place or Durability(self._folder, table)
        self.vocabulary = Vocabulary(self._folder, table, self._texts)
        self.dimensions = dimensions
        with lance_errors(self._place.shown):
            self._reader = self._opened()
            schema = self._reader.schema
            self._columns, self._number = columns_of(schema), number_of(schema)
        self._limits = Limits(self._reader.condition)

    def _opened(self) -> TableReader:
        return open_table(self._place, self.dimensions)

    @property
    def version(self) -> int:
        """The version of the table; each commit makes the next one."""
        with lance_errors(self._place.shown):
            return self._reader.version

    def count(self) -> int:
        """The number of passages."""
        return self._read(self._reader.count)

    def counts(self) -> dict[int, int]:
        """The number of passages of each document. It reads the table's whole column of ids."""
        columns = self._read(partial(self._reader.rows, ["doc"]))
        return {
            pair["values"]: pair["counts"] for pair in columns["doc"].value_counts().to_pylist()
        }

    def scan(self) -> dict[int, int]:
        """Read all passages with their words and vectors; each document's number of passages.

        Raises IndexDamaged where any of it cannot be read, and ModelError for a vector that is not
        finite or is all zeros.
        """

        def scan() -> dict[int, int]:
            counts = Counter[int]()
            for table in self._tables([*self._columns, "terms", "vector"]):
                check_vectors(known_vectors(table, self.dimensions), self.dimensions)
                counts.update(table["doc"].to_pylist())
            return dict(counts)

        counts = self._read(scan)
        # The indexes have files of their own.
        self.matching([(1.0, "the")], 1)
        return counts

    def rows(self, doc: int) -> Iterator[Row]:
        """A document's passages in order, with their words and vectors.

        At most 10,000 are in memory at a time.
        """
        start, ordinals = 0, [0]
        while ordinals:
            where = f"doc = {int(doc)} AND ordinal >= {start} AND ordinal < {start + BATCH}"
            table = self._read(
                partial(self._reader.rows, [*self._columns, "terms", "vector"], where)
            ).sort_by("ordinal")
            ordinals, start = table["ordinal"].to_pylist(), start + BATCH
            yield from rows_of(table, self.dimensions)

    def without_vectors(
        self, docs: Collection[int], first: int = 0, end: int | None = None
    ) -> list[Row]:
        """The passages of these documents that were not embedded yet, in order of their ordinals.

        Only those with ordinals from `first` up to `end` are given; None sets no limit.
        """
        if not docs:
            return []
        where = f"{among('doc', docs)} AND vector IS NULL AND ordinal >= {int(first)}"
        where += f" AND ordinal < {int(end)}" if end is not None else ""
        table = self._read(partial(self._reader.rows, [*self._columns, "terms"], where)).sort_by(
            "ordinal"
        )
        return [
            Row(doc, passage, words, None)
            for (doc, passage), words in zip(
                passages_of(table), table["terms"].to_pylist(), strict=True
            )
        ]

    def nearest(self, vector: Vectors, limit: int, only: Admitted | None = None) -> list[Candidate]:
        """The `limit` passages with the highest cosine to `vector` (dimensions,), best first.

        A passage that was not embedded yet is not among them.
        `only` limits them to these documents and passages; None means all. The search is exact up
        to some 40,000 passages; with more it goes through an index, whose candidates are scored
        again exactly. Raises ModelError for a query vector that is not finite, is all zeros or has
        another length.
        """
        import numpy as np

        query = np.asarray(vector, dtype=np.float32)
        check_vectors(query[None], self.dimensions)
        if limit < 1 or (only is not None and not only):
            return []

        def nearest(count: int, where: Any) -> Any:
            columns = [*self._columns, "vector"]
            return reader.nearest(query, count, columns, where, probes(reader.count()))

        reader = self._reader
        table = self._read(lambda: self._limits.best(nearest, limit, only))
        return self._candidates(
            table, [1 - distance for distance in table["_distance"].to_pylist()]
        )

    def matching(
        self,
        words: Sequence[tuple[float, str]],
        limit: int,
        only: Admitted | None = None,
        vectors: bool = True,
        related: str = "",
        compounds: str = "",
    ) -> list[Candidate]:
        """The `limit` passages with the highest BM25 for any of the words, best first.

        `only` limits them to these documents and passages; None means all. `words` has the words of
        each weight, separated by spaces as those of `related` and `compounds` are; a related word
        counts RELATED_WEIGHT, a compound COMPOUND_WEIGHT. Without `vectors` the candidates have
        none, which is faster.
        """
        words = [(weight, group) for weight, group in words if group.strip()]
        if not words or limit < 1 or (only is not None and not only):
            return []
        further = [(RELATED_WEIGHT, related), (COMPOUND_WEIGHT, compounds)]
        further = [(weight, group) for weight, group in further if group]
        columns = [*self._columns, "vector"] if vectors else self._columns

        def matching(count: int, where: Any) -> Any:
            return self._reader.matching([*words, *further], count, columns, where)

        table = self._read(lambda: self._limits.best(matching, limit, only))
        return self._candidates(table, table["_score"].to_pylist())

    def passages(
        self,
        doc: int,
        start_char: int | None = None,
        end_char: int | None = None,
        first_line: int | None = None,
        last_line: int | None = None,
    ) -> list[Passage]:
        """A document's passages in order.

        With limits, only the passages that have a character of text[start_char:end_char] and a line
        from `first_line` to `last_line`, which are 1-based and inclusive.
        """
        where = f"doc = {int(doc)}"
        where += f" AND char_end > {int(start_char)}" if start_char is not None else ""
        where += f" AND char_start < {int(end_char)}" if end_char is not None else ""
        where += f" AND line_end >= {int(first_line)}" if first_line is not None else ""
        where += f" AND line_start <= {int(last_line)}" if last_line is not None else ""
        table = self._read(partial(self._reader.rows, self._columns, where))
        return sorted(
            (passage for _, passage in passages_of(table)), key=lambda passage: passage.ordinal
        )

    def first_passages(self, docs: Collection[int], count: int) -> dict[int, list[Passage]]:
        """The first `count` passages of these documents, each document's in order."""
        if not docs:
            return {}
        where = f"{among('doc', docs)} AND ordinal < {int(count)}"
        table = self._read(partial(self._reader.rows, self._columns, where)).sort_by("ordinal")
        by_doc: dict[int, list[Passage]] = {}
        for doc, passage in passages_of(table):
            by_doc.setdefault(doc, []).append(passage)
        return by_doc

    def last_passage(self, doc: int, count: int) -> Passage | None:
        """A document's last passage; None without any.

        It is found at once where the document has `count` passages.
        """
        last = self.passage(passage_id(doc, count - 1)) if count else None
        if last is None:
            ordinals = self._read(partial(self._reader.rows, ["ordinal"], f"doc = {int(doc)}"))[
                "ordinal"
            ].to_pylist()
            last = self.passage(passage_id(doc, max(ordinals))) if ordinals else None
        return last

    def passage(self, name: str) -> Passage | None:
        """The passage whose id is `name`; None where there is none."""
        table = (
            self._read(partial(self._reader.rows, self._columns, f"id = '{name}'"))
            if _ID.fullmatch(name)
            else None
        )
        return next((passage for _, passage in passages_of(table)), None) if table else None

    def vectors(self, names: Collection[str]) -> Vectors:
        """The vectors (n, dimensions) of the passages with these ids, in no order.

        Passages that are not stored or have no vector are left out.
        """
        listed = ", ".join(f"'{name}'" for name in names if _ID.fullmatch(name))
        table = self._read(partial(self._reader.rows, ["vector"], f"id IN ({listed})"))
        return known_vectors(table, self.dimensions)

    def _texts(self) -> Iterator[str]:
        """The words of all passages."""
        with lance_errors(self._place.shown):
            for table in self._tables(["terms"]):
                yield from table["terms"].to_pylist()

    def tables(self) -> Iterator[Any]:
        """All passages as Arrow tables of at most 10,000 rows, with all columns of `schema_of`.

        They are those of one version. Raises IndexDamaged where that version goes meanwhile, so
        that the caller holds the writer lock.
        """
        with lance_errors(self._place.shown):
            yield from self._tables(self.schema.names)

    @property
    def schema(self) -> Any:
        """The Arrow schema of `tables`."""
        return self._reader.schema

    @property
    def number(self) -> Any:
        """The Arrow type of the numbers in the table's vectors."""
        return self._number

    def _tables(self, columns: list[str]) -> Iterator[Any]:
        arrow: Any = import_module("pyarrow")
        for batch in self._reader.batches(columns):
            yield arrow.Table.from_batches([batch])

    def _read(self, query: Callable[[], _Result]) -> _Result:
        """The result of a query, which is repeated where the version that it reads is gone."""
        with lance_errors(self._place.shown):
            for _ in range(_ATTEMPTS - 1):
                try:
                    return query()
                except (RuntimeError, ValueError, OSError) as error:
                    if not _GONE.search(str(error)):
                        raise
                    # Another process dropped the version that this handle was reading.
                    self._reader.checkout_latest()
            return query()

    def _candidates(self, table: Any, scores: list[float]) -> list[Candidate]:
        """The rows of an Arrow table as candidates, best first; ties in order of the passages."""
        vectors = (
            vectors_in(table, self.dimensions)
            if "vector" in table.column_names
            else repeat(None, len(table))
        )
        candidates = [
            Candidate(doc, passage, vector, score)
            for (doc, passage), vector, score in zip(
                passages_of(table), vectors, scores, strict=True
            )
        ]
        return sorted(
            candidates,
            key=lambda candidate: (-candidate.score, candidate.doc, candidate.passage.ordinal),
        )


def among(column: str, numbers: Iterable[int]) -> str:
    """The condition in SQL that a column has one of the numbers."""
    return f"{column} IN ({', '.join(str(int(number)) for number in numbers)})"
