"""The table of passages, as the one process has it that writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

from ..documents import Row
from .arrow_rows import arrow_table, with_numbers
from .durability import TABLE
from .lance_reader import LanceReader
from .passage_table import make_table
from .retention import Retention
from .store import Store, among
from .table_place import TablePlace
from .table_reader import BATCH, TableReader
from .upkeep import IndexBuilder, Upkeep


class WritableStore(Store):
    """The passages of an index, for the process that holds the writer lock.

    `healed_to` is the version that a repair went back to, until the next `sync`: documents that the
    catalogue has from a newer version are to be read again.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        dimensions: int,
        table: str = TABLE,
        place: TablePlace | None = None,
        retention: Retention | None = None,
    ) -> None:
        """Open the table as a Store does, and make or repair it first.

        `retention` bounds the old versions; None means as its place does.
        Raises ModelMismatch for other dimensions, IndexDamaged, StorageFull, and IndexFailure where
        the file system has no hard links.
        """
        self._deleted = 0
        # The passages whose words went, as far as the mark does not count them yet.
        self._stale = 0
        super().__init__(folder, dimensions, table, place)
        self.healed_to = self._place.mark().healed_to
        self._upkeep = Upkeep(self._table, self._place, retention or self._place.retention)
        self.vocabulary.mend()

    def _opened(self) -> TableReader:
        # LanceDB's own handle.
        self._table: Any = make_table(self._place, self.dimensions)
        return LanceReader(self._table)

    def upsert(self, rows: Sequence[Row], words_known: bool = False) -> None:
        """Add passages, or replace those with the same document and ordinal.

        Each 10,000 are one commit. A passage without a vector is found by its words. `words_known`
        tells that the passages are stored with these words already. Raises
        ModelError for a vector that is not finite, is all zeros or has another length, and
        ValueError where two rows are the same passage.
        """
        if len({(row.doc, row.passage.ordinal) for row in rows}) != len(rows):
            raise ValueError("two rows are the same passage")
        if not words_known:
            self.vocabulary.add(row.terms for row in rows)
        for start in range(0, len(rows), BATCH):
            table = arrow_table(rows[start : start + BATCH], self.dimensions, self._number)
            with self._place.committing():
                merge = (
                    self._table.merge_insert("id")
                    .when_matched_update_all()
                    .when_not_matched_insert_all()
                )
                # LanceDB takes a vector that is missing for a mistake, unless told otherwise.
                has_all = table["vector"].null_count == 0
                result = merge.execute(table, on_bad_vectors="error" if has_all else "null")
            self._stale += 0 if words_known else result.num_updated_rows

    def trim(self, counts: Mapping[int, int]) -> None:
        """Delete the passages of documents beyond their numbers in `counts`, in one commit."""
        if not counts:
            return
        # Mostly there is nothing to trim, and even a deletion without any row would be a commit.
        stored = self._read(
            partial(self._reader.rows, ["id", "doc", "ordinal"], among("doc", counts))
        )
        excess = [row["id"] for row in stored.to_pylist() if row["ordinal"] >= counts[row["doc"]]]
        if excess:
            with self._place.committing():
                self._table.delete("id IN ({})".format(", ".join(f"'{name}'" for name in excess)))
            self._note_deleted(len(excess))

    def delete(self, docs: Collection[int]) -> None:
        """Delete all passages of these documents, in one commit."""
        number = self._read(lambda: self._table.count_rows(among("doc", docs))) if docs else 0
        if number:
            with self._place.committing():
                self._table.delete(among("doc", docs))
            self._note_deleted(number)

    def append(self, read: Callable[[list[str]], Iterable[Any]]) -> int:
        """Add rows of Arrow batches in one commit; the number of them.

        `read` gives all batches anew with the columns that it is asked for, which are some of
        `schema_of`. Vectors may be of float32 or float16. The table must not have these passages
        yet. Raises ModelError for a vector that cannot be stored.
        """
        arrow: Any = import_module("pyarrow")
        count = 0
        for batch in read(["terms"]):
            self.vocabulary.add(batch["terms"].to_pylist())
            count += len(batch)
        if not count:
            return 0
        schema = self.schema
        batches = (
            made
            for batch in read(schema.names)
            for made in with_numbers(
                arrow.Table.from_batches([batch]), self.dimensions, self._number
            )
            .cast(schema)
            .to_batches()
        )
        with self._place.committing():
            reader = arrow.RecordBatchReader.from_batches(schema, batches)
            self._table.add(reader, on_bad_vectors="null")
        return count

    def sync(self) -> None:
        """Flush what was written to the disk. Only then may a document be called complete."""
        mark = self._place.mark()
        with self._place.committing():
            self._place.flush(
                replace(
                    mark,
                    version=self._table.version,
                    healed_to=None,
                    stale=mark.stale + self._stale,
                )
            )
        self.healed_to, self._stale = None, 0

    def build_indexes_with(self, builder: IndexBuilder) -> None:
        """Have a builder build the large indexes from now on, when the table is tidied up."""
        self._upkeep.builder = builder

    def maintain(self) -> bool:
        """Tidy the table up where that is due, as `Upkeep` tells; True where it was.

        Until then queries stay right and take up to half as long again.
        """
        with self._place.committing():
            if not self._upkeep.is_due(self._deleted):
                return False
            self._upkeep.tidy()
            self._deleted = 0
            mark = self._place.mark()
            # Words that no passage has any more do no harm, and all passages are read to drop them.
            is_stale = 2 * (mark.stale + self._stale) > self._table.count_rows()
        if is_stale:
            self.vocabulary.rebuild()
            self._place.put_mark(replace(mark, stale=0))
            self._stale = 0
        return True

    def _note_deleted(self, number: int) -> None:
        self._deleted += number
        self._stale += number
