"""Limits a ranked search of the table to the passages that a filter admits.

A condition that names tens of thousands of documents takes longer than the search itself. So where
a filter admits many documents and a fair share of all passages, a deeper list without any condition
is searched, and checked afterwards. Both ways give the best passages that the filter admits: the
scores of passages do not depend on the condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from math import ceil
from typing import Any

from .filters import Admitted

MARGIN = 1.3
"""How much deeper the list is than the share asks for: matches are not spread evenly."""

DOCUMENTS_PER_ROW = 8
"""Measured: 1 µs for a document with 300,000 passages, 9 µs with 100,000, and 50 µs for a row."""


class Limits:
    """Searches within what filters admit; it keeps the condition of the last filter.

    `make` gives the condition of what a filter admits. `documents_per_row` tells how many documents
    in a condition take as long as one more row.
    """

    def __init__(
        self, make: Callable[[Admitted], Any], documents_per_row: int = DOCUMENTS_PER_ROW
    ) -> None:
        self._make = make
        self._documents_per_row = documents_per_row
        self._last: tuple[Admitted, Any] | None = None

    def best(self, search: Callable[[int, Any], Any], limit: int, only: Admitted | None) -> Any:
        """The Arrow table of the `limit` best rows that `only` admits; None admits all.

        `search` gives the table of so many best rows that meet a condition, best first; an empty
        one holds for all. It has the columns doc and ordinal.
        """
        if only is None:
            return search(limit, "")
        if len(only) * only.share > self._documents_per_row * limit:
            depth = ceil(MARGIN * limit / only.share)
            table = search(depth, "")
            places = [
                place
                for place, (doc, ordinal) in enumerate(
                    zip(table["doc"].to_pylist(), table["ordinal"].to_pylist(), strict=True)
                )
                if only.admits(doc, ordinal)
            ]
            # A list that is not full has all that there is to find.
            if len(places) >= limit or len(table) < depth:
                return table.take(places[:limit])
        return search(limit, self._condition(only))

    def _condition(self, only: Admitted) -> Any:
        # Both legs of a query ask with the same filter, and so does the app at every key. Threads
        # that change filters at the same time make a condition twice at worst.
        last = self._last
        if last is None or last[0] is not only:
            last = self._last = only, self._make(only)
        return last[1]


def condition(only: Admitted, module: Any) -> Any:
    """The condition of the rows that are admitted, made by LanceDB's compiled `module`.

    It is an expression: LanceDB takes three times as long for the same condition as text.
    """

    def among(column: str, numbers: Iterable[int]) -> Any:
        return module.expr_col(column).isin([module.expr_lit(number) for number in numbers])

    parts = [among("doc", only.docs)] if only.docs else []
    parts += [
        module.expr_col("doc").eq(module.expr_lit(doc)).and_(among("ordinal", ordinals))
        for doc, ordinals in only.ordinals_by_doc.items()
    ]
    return reduce(lambda one, other: one.or_(other), parts)
