"""Keeps a table's files few, its indexes up to date, and its old versions away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

from ..process_memory import give_back
from .passage_table import word_index
from .retention import Retention
from .table_place import TablePlace

VECTOR_INDEX_ROWS = 40_000
"""With more rows, a vector index is faster than a search that reads all vectors.

Such an exact search takes some 10 ms for each 10,000 rows.
"""

PARTITION_ROWS = 8192
"""The vectors in a cluster of the vector index, which is also LanceDB's own choice."""

MOST_SEGMENTS = 10
_MANY_FRAGMENTS = 100
_KEEP_ALL = timedelta(days=36_500)
_ROUNDS = 5


def tail_limit(rows: int) -> int:
    """How many passages of a table of so many may be missing in its word index.

    A query reads and splits the words of each of them, which takes some 0.06 to 0.1 ms. So the
    limit is one in ten passages of a small table, and hardly grows with a large one. There it is
    bounded by what a query takes otherwise, and not by what bringing the index up to date takes.

    >>> tail_limit(50), tail_limit(3000), tail_limit(100_000), tail_limit(10**6)
    (5, 300, 425, 650)
    """
    return min(rows // 10, 400 + rows // 4000)


class IndexBuilder(Protocol):
    """Builds indexes over all passages of a table that has VECTOR_INDEX_ROWS at least."""

    def vectors(self, partitions: int) -> None:
        """Build the vector index anew, with so many clusters of vectors."""

    def words(self) -> None:
        """Build the word index anew."""


class Upkeep:
    """The upkeep of one table, whose only writer is the caller.

    A `builder` builds large indexes in place of LanceDB in this process.
    """

    builder: IndexBuilder | None = None

    def __init__(self, table: Any, place: TablePlace, retention: Retention) -> None:
        self._table = table
        self._place = place
        self._retention = retention

    def is_due(self, deleted: int) -> bool:
        """True where the table should be tidied up; `deleted` passages went since the last time.

        That is so where more passages than `tail_limit` are missing in the word index, one in ten
        was deleted, there are a hundred fragments, or there are more or older versions than the
        retention allows.
        """
        rows = self._table.count_rows()
        unindexed = self._table.index_stats("terms").num_unindexed_rows
        fragments = self._table.stats()["fragment_stats"]["num_fragments"]
        return (
            unindexed > tail_limit(rows)
            or 10 * deleted >= max(rows, 1)
            or fragments >= _MANY_FRAGMENTS
            or self._retention.is_exceeded(self._place.version_ages(), rows)
        )

    def tidy(self) -> None:
        """Merge small files, bring the indexes up to date, and drop old versions.

        It reads all words of the table and writes them anew, but few of the vectors.
        """
        self._renew_word_index()
        self._build_words()
        # Make a tidy version, and bring it to the disk.
        self._settle()
        trained = self._trained()
        settled = self._settle()
        mark = replace(self._place.mark(), version=self._table.version, trained=trained)
        self._place.flush(mark, before_cut=True)
        # Only now drop old versions. LanceDB first merges files where it can, and a merged version
        # is not on the disk yet. So versions are cut short only where nothing is left to merge:
        # then the version on the disk is the newest one, which LanceDB keeps.
        cut = self._retention.cut(self._place.version_ages())
        self._optimize(cut if settled else self._retention.grace)
        self._place.flush(replace(self._place.mark(), version=self._table.version))

    def _renew_word_index(self) -> None:
        """Replace the word index of an older table, which keeps positions that no query needs."""
        (index,) = (index for index in self._table.list_indices() if index.name == "terms")
        if (index.index_details or {}).get("with_position"):
            self._build("terms", word_index())

    def _build_words(self) -> None:
        """Have the builder build the word index, where more passages than not are missing in it.

        LanceDB would write all of that index anew too, and then on one machine.
        """
        rows = self._table.count_rows()
        unindexed = self._table.index_stats("terms").num_unindexed_rows
        if self.builder is not None and 2 * unindexed > rows >= VECTOR_INDEX_ROWS:
            self.builder.words()

    def _settle(self) -> bool:
        """Merge files and bring the indexes up to date; True once there is nothing left to do."""
        # LanceDB merges only files that the same indexes cover, so the first call may bring the
        # indexes up to date and the second one merge.
        for _ in range(_ROUNDS):
            version = self._table.version
            self._optimize(_KEEP_ALL)
            if self._table.version == version:
                return True
        return False

    def _optimize(self, keep: timedelta) -> None:
        """Let LanceDB tidy the table up once, and drop the versions that are older than `keep`."""
        self._table.optimize(cleanup_older_than=keep)
        # LanceDB takes some 4 kB a passage for this. Without the trim, most of that would stay with
        # the process, and the next call would take as much again.
        give_back()

    def _build(self, column: str, config: Any) -> None:
        """Build the index of a column anew; it has the column's name."""
        self._table.create_index(column, config=config, name=column, replace=True)
        give_back()

    def _trained(self) -> int:
        """Build the vector index where that is due; the number of vectors that trained it."""
        from lancedb.index import IvfSq

        rows, trained = self._table.count_rows(), self._place.mark().trained
        segments = [
            index.num_segments or 1
            for index in self._table.list_indices()
            if index.name == "vector"
        ]
        # Each optimisation adds a segment to the index, and segments are never merged. With twice
        # the rows, the centres of its clusters no longer fit.
        stale = not segments or max(segments) > MOST_SEGMENTS or rows >= 2 * trained
        if rows >= VECTOR_INDEX_ROWS and stale:
            # Only vectors train an index, and passages may wait for theirs.
            vectors = int(self._table.count_rows("vector IS NOT NULL"))
            few_new = bool(segments) and max(segments) <= MOST_SEGMENTS and vectors < 2 * trained
            if vectors < VECTOR_INDEX_ROWS or few_new:
                return trained if segments else 0
            if self.builder is None:
                self._build("vector", IvfSq(distance_type="cosine"))
            else:
                self.builder.vectors(-(-vectors // PARTITION_ROWS))
            return vectors
        return trained if segments else 0
