"""The rows of the staging dataset: passages as the table has them, and notes about files.

A file's note stands in the row of its last passage, or in a row of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..documents import Message, Passage, Row
from ..storage.arrow_rows import arrow_table, number_of, passages_of, schema_of, vector_column
from .file_notes import FileNote

if TYPE_CHECKING:
    from ..documents import Vectors

MESSAGE, TOKENS, NOTE = "message", "tokens", "note"


@dataclass(frozen=True, slots=True)
class Staged:
    """A row: a passage with the message of a mail file that it belongs to, or a note, or both."""

    row: Row | None
    message: Message | None = None
    note: FileNote | None = None


def staged_schema(dimensions: int, number: Any = None) -> Any:
    """The schema of the staging dataset; `number` is the Arrow type of the numbers in vectors."""
    arrow: Any = import_module("pyarrow")
    table = [field.with_nullable(True) for field in schema_of(dimensions, number)]
    return arrow.schema(
        [
            *table,
            arrow.field(MESSAGE, arrow.string()),
            arrow.field(TOKENS, arrow.int32()),
            arrow.field(NOTE, arrow.string()),
        ]
    )


def staged_table(staged: Iterable[Staged], schema: Any) -> Any:
    """These rows as an Arrow table of `staged_schema`, without tokens."""
    arrow: Any = import_module("pyarrow")
    passages = [(item, item.row) for item in staged if item.row is not None]
    alone = [item.note.encoded() for item in staged if item.row is None and item.note]
    width = schema.field("vector").type.list_size
    table = arrow_table([row for _, row in passages], width, number_of(schema))
    columns = {
        MESSAGE: [
            json.dumps(asdict(item.message)) if item.message else None for item, _ in passages
        ],
        TOKENS: [None] * len(passages),
        NOTE: [item.note.encoded() if item.note else None for item, _ in passages],
    }
    for name, values in columns.items():
        field = schema.field(name)
        table = table.append_column(field, arrow.array(values, field.type))
    notes = arrow.Table.from_pylist([{NOTE: note} for note in alone], schema)
    return arrow.concat_tables([table.cast(schema), notes])


def staged_passages(table: Any) -> tuple[list[int], list[Passage]]:
    """The numbers of the table's rows that are passages, and those passages."""
    places = [place for place, name in enumerate(table["id"].to_pylist()) if name is not None]
    return places, [passage for _, passage in passages_of(table.take(places))]


def with_vectors(
    table: Any, places: Sequence[int], vectors: Sequence[Vectors], tokens: Sequence[int]
) -> Any:
    """The table with the vectors, and the numbers of tokens, of the rows at `places`."""
    arrow: Any = import_module("pyarrow")
    all_vectors: list[Vectors | None] = [None] * len(table)
    all_tokens: list[int | None] = [None] * len(table)
    for place, vector, count in zip(places, vectors, tokens, strict=True):
        all_vectors[place], all_tokens[place] = vector, count
    schema = table.schema
    width = schema.field("vector").type.list_size
    column = vector_column(all_vectors, width, number_of(schema))
    table = table.set_column(schema.get_field_index("vector"), schema.field("vector"), column)
    return table.set_column(
        schema.get_field_index(TOKENS), schema.field(TOKENS), arrow.array(all_tokens, arrow.int32())
    )


def message_of(text: str) -> Message:
    """The message in a row."""
    return Message(**json.loads(text))
