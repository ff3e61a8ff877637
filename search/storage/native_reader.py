"""Reads a table through LanceDB's compiled module alone, without LanceDB's Python code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .limited import condition
from .table_reader import BATCH, PROBES, REFINED

if TYPE_CHECKING:
    from ..documents import Vectors
    from .filters import Admitted
    from .lance import Native
    from .table_place import TablePlace


@dataclass(frozen=True, slots=True)
class MatchQuery:
    """Words that a row has any of. LanceDB knows the class by its name and reads these fields."""

    query: str
    boost: float
    column: str = "terms"
    fuzziness: int = 0
    max_expansions: int = 50
    operator: str = "OR"
    prefix_length: int = 0
    document_granularity: None = None


@dataclass(frozen=True, slots=True)
class BooleanQuery:
    """Several queries whose scores are added up. LanceDB knows this class by its name too."""

    queries: list[tuple[str, MatchQuery]]


class NativeReader:
    """A TableReader on the compiled handle of a table."""

    def __init__(self, native: Native, table: Any, pinned: int | None = None) -> None:
        self._run = native.run
        self._module = native.module
        self._table = table
        self._pinned = pinned

    @classmethod
    def open(
        cls, native: Native, place: TablePlace, consistency: float | None, **cache_bytes: int
    ) -> NativeReader:
        """The table in a place, with these limits of LanceDB's caches.

        Each read sees versions that are `consistency` seconds old; None keeps the first version. A
        place that pins a version is read at that one.
        """

        async def opened() -> Any:
            session = native.module.Session(**cache_bytes)
            connection = await native.module.connect(
                place.uri,
                read_consistency_interval=consistency,
                storage_options=dict(place.options) or None,
                session=session,
            )
            table = await connection.open_table(place.name)
            if place.pinned is not None:
                await table.checkout(place.pinned)
            return table

        return cls(native, native.run(opened()), place.pinned)

    @property
    def version(self) -> int:
        """The version that is read."""
        return int(self._run(self._called("version")))

    @property
    def schema(self) -> Any:
        """The Arrow schema."""
        return self._run(self._called("schema"))

    def checkout_latest(self) -> None:
        """Read the newest version from now on, unless one is pinned."""
        if self._pinned is None:
            self._run(self._called("checkout_latest"))

    def count(self) -> int:
        """The number of rows."""
        return int(self._run(self._called("count_rows")))

    def rows(self, columns: Sequence[str], where: str = "") -> Any:
        """The table of all rows."""
        return self._run(self._read(self._table.query, columns, where))

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """All rows, batch by batch."""
        query = self._table.query()
        query.select_columns(list(columns))
        stream = self._run(_executed(query, BATCH))
        while (batch := self._run(_next(stream))) is not None:
            yield batch

    def condition(self, only: Admitted) -> Any:
        """What is admitted, as the compiled module's expression."""
        return condition(only, self._module)

    def nearest(
        self,
        vector: Vectors,
        limit: int,
        columns: Sequence[str],
        where: Any = "",
        probes: int = PROBES,
    ) -> Any:
        """The table of the nearest rows."""

        def nearest() -> Any:
            query = self._table.query().nearest_to(_arrow_vector(vector))
            query.column("vector")
            query.distance_type("cosine")
            query.nprobes(probes)
            query.refine_factor(REFINED)
            query.limit(limit)
            return query

        return self._run(self._read(nearest, [*columns, "_distance"], where))

    def matching(
        self,
        words: Sequence[tuple[float, str]],
        limit: int,
        columns: Sequence[str],
        where: Any = "",
    ) -> Any:
        """The table of the rows that match best."""
        parts = [MatchQuery(group, weight) for weight, group in words]
        text = parts[0] if len(parts) == 1 else BooleanQuery([("SHOULD", part) for part in parts])

        def matching() -> Any:
            query = self._table.query().nearest_to_text({"query": text})
            query.limit(limit)
            return query

        return self._run(self._read(matching, [*columns, "_score"], where))

    async def _called(self, method: str) -> Any:
        # LanceDB makes its awaitables only where an event loop is running.
        return await getattr(self._table, method)()

    async def _read(self, make: Callable[[], Any], columns: Sequence[str], where: Any) -> Any:
        """The Arrow table that a query gives."""
        query = make()
        if where:
            (query.where if isinstance(where, str) else query.where_expr)(where)
        query.select_columns(list(columns))
        stream = await query.execute()
        batches = [batch async for batch in stream]
        return import_module("pyarrow").Table.from_batches(batches, schema=stream.schema)


def _arrow_vector(vector: Vectors) -> Any:
    """A float32 vector as Arrow's array, whose own conversion imports numpy's masked arrays."""
    arrow: Any = import_module("pyarrow")
    return arrow.Array.from_buffers(
        arrow.float32(), len(vector), [None, arrow.py_buffer(vector.tobytes())]
    )


async def _executed(query: Any, most_rows: int) -> Any:
    return await query.execute(max_batch_length=most_rows)


async def _next(stream: Any) -> Any:
    """The next batch of a stream; None at its end."""
    return await anext(stream, None)
