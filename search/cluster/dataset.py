"""The staging dataset that the workers wrote, as the run reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from importlib import import_module
from itertools import groupby
from typing import Any

from ..documents import Message
from ..storage.lance_errors import lance_errors
from ..storage.table_place import TablePlace
from .file_notes import FileNote
from .staged import MESSAGE, NOTE, TOKENS, message_of

ROWS = 10_000
"""The most rows in memory at a time."""


def dataset_uri(place: TablePlace) -> str:
    """Lance's name of a table, which LanceDB knows by its database and its name."""
    return f"{place.uri}/{place.name}.lance"


class StagingDataset:
    """The dataset at `place`. Raises as `lance_errors` does."""

    def __init__(self, place: TablePlace) -> None:
        lance: Any = import_module("lance")
        self._shown = place.shown
        with lance_errors(self._shown):
            self._dataset = lance.dataset(
                dataset_uri(place), storage_options=dict(place.options) or None
            )

    def notes(self) -> Iterator[FileNote]:
        """What became of each file."""
        for batch in self._batches([NOTE], f"{NOTE} IS NOT NULL"):
            yield from map(FileNote.decoded, batch[NOTE].to_pylist())

    def totals(self) -> tuple[Counter[int], Counter[int]]:
        """The number of passages of each document, and that of their tokens."""
        passages, tokens = Counter[int](), Counter[int]()
        for batch in self._batches(["doc", TOKENS], "id IS NOT NULL"):
            for doc, count in zip(batch["doc"].to_pylist(), batch[TOKENS].to_pylist(), strict=True):
                passages[doc] += 1
                tokens[doc] += count
        return passages, tokens

    def passages(
        self,
        columns: Sequence[str],
        of: Collection[int] | None = None,
        without: Collection[int] = (),
    ) -> Iterator[Any]:
        """The passages as Arrow batches with these columns, of ROWS rows at most.

        They are those of the documents `of`, None for all, but not of those in `without`.
        """
        arrow: Any = import_module("pyarrow")
        compute: Any = import_module("pyarrow.compute")
        among = arrow.array(without if of is None else of, arrow.int64())
        for batch in self._batches([*columns, *({"doc"} - {*columns})], "id IS NOT NULL"):
            if of is not None or without:
                chosen = compute.is_in(batch["doc"], value_set=among)
                batch = batch.filter(compute.invert(chosen) if of is None else chosen)
            if len(batch):
                yield batch.select(list(columns))

    def messages(self) -> Iterator[tuple[int, list[tuple[int, Message | None]]]]:
        """The documents that are mail files, with the message of each passage, in order."""
        columns = ["doc", "ordinal", MESSAGE]
        rows = [
            (row["doc"], row["ordinal"], message_of(row[MESSAGE]))
            for batch in self._batches(columns, f"{MESSAGE} IS NOT NULL")
            for row in batch.to_pylist()
        ]
        rows.sort(key=lambda row: row[:2])
        for doc, passages in groupby(rows, lambda row: row[0]):
            # What lies before a file's first message belongs to none.
            known = {ordinal: message for _, ordinal, message in passages}
            yield doc, [(ordinal, known.get(ordinal)) for ordinal in range(max(known) + 1)]

    def _batches(self, columns: Sequence[str], where: str) -> Iterator[Any]:
        with lance_errors(self._shown):
            yield from self._dataset.to_batches(
                columns=list(columns), filter=where, batch_size=ROWS
            )
