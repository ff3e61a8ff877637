"""What the store asks of a table of passages in order to read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ..documents import Vectors
    from .filters import Admitted

PROBES = 50
"""How many clusters of a vector index are searched at least; LanceDB makes one for 8,192 rows."""

REFINED = 2
"""An index of vectors gives REFINED times as many candidates, which are scored again exactly."""

BATCH = 10_000
"""The most rows of a batch."""


def probes(rows: int) -> int:
    """How many clusters of the vector index of a table are searched.

    Up to 400,000 passages these are all. Beyond that they are two in five, which find 0.99 of the
    ten nearest passages: that was measured with 68,573 real vectors in 122 clusters, and 300
    queries.

    >>> probes(10**5), probes(10**6), probes(4 * 10**6)
    (50, 50, 200)
    """
    return max(PROBES, rows // 20_000)


class TableReader(Protocol):
    """A table, open for reading. Thread-safe.

    `where` is a condition that holds for the rows to be read, in SQL or as `condition` gives it; an
    empty one holds for all. Tables are Arrow tables. All methods raise RuntimeError, ValueError or
    OSError as LanceDB does.
    """

    @property
    def version(self) -> int:
        """The version that is read: the newest one, unless the handle keeps an older one."""

    @property
    def schema(self) -> Any:
        """The Arrow schema."""

    def checkout_latest(self) -> None:
        """Read the newest version from now on."""

    def count(self) -> int:
        """The number of rows."""

    def rows(self, columns: Sequence[str], where: str = "") -> Any:
        """The table of all rows, in no order."""

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """All rows as Arrow's record batches of at most BATCH rows, one at a time."""

    def condition(self, only: Admitted) -> Any:
        """The condition of the rows that are admitted; it is not read as SQL, which takes long."""

    def nearest(
        self,
        vector: Vectors,
        limit: int,
        columns: Sequence[str],
        where: Any = "",
        probes: int = PROBES,
    ) -> Any:
        """The table of the `limit` rows with the least cosine distance, in `_distance`.

        `probes` clusters of the vector index are searched, where there is one.
        """

    def matching(
        self,
        words: Sequence[tuple[float, str]],
        limit: int,
        columns: Sequence[str],
        where: Any = "",
    ) -> Any:
        """The table of the `limit` rows with the highest BM25, in `_score`.

        `words` has the words of each weight, separated by spaces; a row has any of them.
        """
