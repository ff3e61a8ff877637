"""A changed document's stored passages: what says the same as before keeps its vector, so that a mailbox with one more message costs one message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..documents import Passage, Row
from ..text.passages import embedded_text

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..protocols import Tokenizer

REACH = 2_000
"""So many passages before and behind the same place are looked at: no more are held, however many a document has."""


class Earlier:
    """Looks passages up that are asked for in order; `rows` are those of the version before, which may be overwritten meanwhile.

    `tokens` are those of all passages that were found.
    """

    def __init__(self, rows: Iterable[Row], tokenizer: Tokenizer) -> None:
        self.tokens = 0
        self._rows = iter(rows)
        self._tokenizer = tokenizer
        self._near: dict[str, Vectors] = {}
        self._started = False

    def known(self, passages: Iterable[Passage]) -> Iterator[tuple[Passage, Vectors | None]]:
        """Each passage with its vector, None where it has to be embedded."""
        for passage in passages:
            for _ in range(1 if self._started else REACH):
                self._read_on()
            self._started = True
            text = embedded_text(passage)
            vector = self._near.get(text)
            if vector is not None:
                self.tokens += len(self._tokenizer.spans([text])[0])
            yield passage, vector

    def _read_on(self) -> None:
        row = next(self._rows, None)
        if row is not None:
            self._near[embedded_text(row.passage)] = row.vector
            if len(self._near) > 2 * REACH:
                del self._near[next(iter(self._near))]
