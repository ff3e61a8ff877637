"""Reuses the vectors of a changed document's passages.

A passage whose embedded text is the same as before keeps its vector, so a mailbox with one new
message costs the embedding of one message.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from ..documents import Passage, Row
from ..text.passages import embedded_text

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..protocols import Tokenizer

REACH = 2_000
"""A passage is looked for among the REACH stored ones before and behind its own place.

So at most 2 * REACH vectors are in memory, however many passages a document has.
"""


class ReusableVectors:
    """The vectors of a document's previous version, by the text that was embedded.

    `rows` are the stored passages of that version in order. They are read as they are needed, and
    the new version may overwrite them meanwhile. `tokens` counts the tokens of all passages whose
    vector was found.
    """

    def __init__(self, rows: Iterable[Row], tokenizer: Tokenizer) -> None:
        self.tokens = 0
        self._rows = iter(rows)
        self._tokenizer = tokenizer
        self._by_text: dict[str, Vectors] = {}
        self._started = False

    def look_up(self, passage: Passage) -> Vectors | None:
        """The vector of the document's next passage, None where it has to be embedded."""
        # Stay REACH rows ahead of the passages.
        self._read_rows(1 if self._started else REACH)
        self._started = True
        # Most documents are new and have nothing to look for.
        if not self._by_text:
            return None
        text = embedded_text(passage)
        vector = self._by_text.get(text)
        if vector is not None:
            self.tokens += len(self._tokenizer.spans([text])[0])
        return vector

    def _read_rows(self, count: int) -> None:
        for row in islice(self._rows, count):
            if row.vector is None:
                continue
            self._by_text[embedded_text(row.passage)] = row.vector
            if len(self._by_text) > 2 * REACH:
                oldest = next(iter(self._by_text))
                del self._by_text[oldest]
