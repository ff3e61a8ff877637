"""Limits a ranked search of the table to the passages that a filter admits.

A condition that names tens of thousands of documents takes longer than the search itself. So where
a filter admits many documents and a fair share of all passages, a deeper list without any condition
is searched, and checked afterwards. Both ways give the best passages that the filter admits: the
scores of passages do not depend on the condition.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from importlib import import_module
from math import ceil
from operator import or_
from typing import Any

from .filters import Admitted

MARGIN = 1.3
"""How much deeper the list is than the share asks for: matches are not spread evenly."""

DOCUMENTS_PER_ROW = 40
"""Measured with 300,000 passages: 1.1 µs for a document, 50 µs for a row."""


class Limits:
    """Searches within what filters admit; it keeps the condition of the last filter.

    `documents_per_row` tells how many documents in a condition take as long as one more row.
    """

    def __init__(self, documents_per_row: int = DOCUMENTS_PER_ROW) -> None:
        self._documents_per_row = documents_per_row
        self._last: tuple[Admitted, Any] | None = None

    def best(self, search: Callable[[int, Any], Any], limit: int, only: Admitted | None) -> Any:
        """The Arrow table of the `limit` best rows that `only` admits; None admits all.

        `search` gives the table of so many best rows that meet a condition of LanceDB, best first.
        It has the columns doc and ordinal.
        """
        if only is None:
            return search(limit, None)
        if len(only) * only.share > self._documents_per_row * limit:
            depth = ceil(MARGIN * limit / only.share)
            table = search(depth, None)
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
            last = self._last = only, condition(only)
        return last[1]


def condition(only: Admitted) -> Any:
    """LanceDB's condition on the rows that are admitted.

    It is an expression: LanceDB takes three times as long for the same condition as text.
    """
    expressions: Any = import_module("lancedb.expr")
    doc, ordinal = expressions.col("doc"), expressions.col("ordinal")
    parts = [doc.isin(list(only.docs))] if only.docs else []
    parts += [
        (doc == number) & ordinal.isin(list(ordinals))
        for number, ordinals in only.ordinals_by_doc.items()
    ]
    return reduce(or_, parts)
