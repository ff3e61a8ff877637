"""Reads a table through LanceDB's own Python code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .limited import condition
from .table_reader import BATCH, PROBES, REFINED

if TYPE_CHECKING:
    from ..documents import Vectors
    from .filters import Admitted


class LanceReader:
    """A TableReader on LanceDB's handle of a table, for a process that has all of LanceDB.

    A handle that is `pinned` to a version keeps it.
    """

    def __init__(self, table: Any, pinned: int | None = None) -> None:
        self._table = table
        self._pinned = pinned

    @property
    def version(self) -> int:
        """The version that is read."""
        return int(self._table.version)

    @property
    def schema(self) -> Any:
        """The Arrow schema."""
        return self._table.schema

    def checkout_latest(self) -> None:
        """Read the newest version from now on, unless one is pinned."""
        if self._pinned is None:
            self._table.checkout_latest()

    def count(self) -> int:
        """The number of rows."""
        return int(self._table.count_rows())

    def rows(self, columns: Sequence[str], where: str = "") -> Any:
        """The table of all rows."""
        query = self._table.search().select(list(columns)).limit(None)
        return (query.where(where) if where else query).to_arrow()

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """All rows, batch by batch."""
        query = self._table.search().select(list(columns)).limit(None)
        yield from query.to_batches(BATCH)

    def condition(self, only: Admitted) -> Any:
        """What is admitted, as LanceDB's expression."""
        wrap = import_module("lancedb.expr").Expr
        return wrap(condition(only, import_module("lancedb._lancedb")))

    def nearest(
        self,
        vector: Vectors,
        limit: int,
        columns: Sequence[str],
        where: Any = "",
        probes: int = PROBES,
    ) -> Any:
        """The table of the nearest rows."""
        query = self._table.search(vector, vector_column_name="vector", query_type="vector")
        query = query.distance_type("cosine").nprobes(probes).refine_factor(REFINED).limit(limit)
        query = query.where(where, prefilter=True) if where else query
        return query.select([*columns, "_distance"]).to_arrow()

    def matching(
        self,
        words: Sequence[tuple[float, str]],
        limit: int,
        columns: Sequence[str],
        where: Any = "",
    ) -> Any:
        """The table of the rows that match best."""
        lance: Any = import_module("lancedb.query")
        parts = [
            lance.MatchQuery(group, "terms", operator=lance.FullTextOperator.OR, boost=weight)
            for weight, group in words
        ]
        text = (
            parts[0]
            if len(parts) == 1
            else lance.BooleanQuery([(lance.Occur.SHOULD, part) for part in parts])
        )
        query = self._table.search(text, query_type="fts").limit(limit)
        query = query.where(where, prefilter=True) if where else query
        return query.select([*columns, "_score"]).to_arrow()
