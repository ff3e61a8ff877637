"""What the store asks of a table of passages in order to read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ..documents import Vectors

PROBES = 100
REFINED = 2
"""An index of vectors gives REFINED times as many candidates, which are scored again exactly."""

BATCH = 10_000
"""The most rows of a batch."""


class TableReader(Protocol):
    """A table, open for reading. Thread-safe.

    `where` is a condition in SQL that holds for the rows to be read; an empty one holds for all.
    Tables are Arrow tables. All methods raise RuntimeError, ValueError or OSError as LanceDB does.
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

    def nearest(self, vector: Vectors, limit: int, columns: Sequence[str], where: str = "") -> Any:
        """The table of the `limit` rows with the least cosine distance, in `_distance`."""

    def matching(
        self,
        words: Sequence[tuple[float, str]],
        limit: int,
        columns: Sequence[str],
        where: str = "",
    ) -> Any:
        """The table of the `limit` rows with the highest BM25, in `_score`.

        `words` has the words of each weight, separated by spaces; a row has any of them.
        """
