"""Turns rows and passages into Arrow tables and back: LanceDB takes and gives Arrow tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..documents import Passage, Row, passage_id
from ..errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..documents import Vectors

FIELDS = (
    "ordinal",
    "text",
    "headings",
    "page",
    "line_start",
    "line_end",
    "char_start",
    "char_end",
    "section",
    "opening",
)
COLUMNS = ["doc", *FIELDS]
"""The columns that make a passage; the table of an older index lacks the last two."""

_SURROGATES = re.compile("[\ud800-\udfff]")


def schema_of(dimensions: int, number: Any = None) -> Any:
    """The table's schema, with vectors of length `dimensions`.

    Their numbers are of the Arrow type `number`; None is that of a new table, float16. Its 11
    significant bits tell unit vectors apart as well as 24 do. The tables of older indexes have
    float32.
    """
    pa: Any = import_module("pyarrow")
    number = number or pa.float16()
    integers = [
        pa.field(name, pa.int32())
        for name in ("page", "line_start", "line_end", "char_start", "char_end")
    ]
    return pa.schema(
        [
            pa.field("id", pa.string(), nullable=False),
            pa.field("doc", pa.int64()),
            pa.field("ordinal", pa.int32()),
            pa.field("text", pa.string()),
            pa.field("terms", pa.string()),
            pa.field("headings", pa.list_(pa.string())),
            *integers,
            pa.field("vector", pa.list_(number, dimensions)),
            *added_fields(),
        ]
    )


def number_of(schema: Any) -> Any:
    """The Arrow type of the numbers in a table's vectors."""
    return schema.field("vector").type.value_type


def columns_of(schema: Any) -> list[str]:
    """Those of COLUMNS that a table has, which may be of an older index."""
    return [name for name in COLUMNS if name in schema.names]


def added_fields() -> list[Any]:
    """The fields that are added behind the others to the table of an older index."""
    pa: Any = import_module("pyarrow")
    return [pa.field("section", pa.int32()), pa.field("opening", pa.string())]


def arrow_table(rows: Sequence[Row], dimensions: int, number: Any = None) -> Any:
    """Rows as an Arrow table of `schema_of`. Raises ModelError as `check_vectors` does."""
    pa: Any = import_module("pyarrow")
    schema = schema_of(dimensions, number)
    columns: dict[str, Any] = {
        "id": [passage_id(row.doc, row.passage.ordinal) for row in rows],
        "doc": [row.doc for row in rows],
        "terms": [_writable(row.terms) for row in rows],
        "vector": vector_column([row.vector for row in rows], dimensions, number_of(schema)),
    }
    columns |= {name: [getattr(row.passage, name) for row in rows] for name in FIELDS}
    columns["text"] = [_writable(text) for text in columns["text"]]
    columns["opening"] = [_writable(text) for text in columns["opening"]]
    columns["headings"] = [
        [_writable(heading) for heading in headings] for headings in columns["headings"]
    ]
    return pa.table(columns, schema=schema)


def with_numbers(table: Any, dimensions: int, number: Any) -> Any:
    """An Arrow table of any `schema_of`, with numbers of the Arrow type `number` in its vectors.

    Raises ModelError as `check_vectors` does.
    """
    vectors, is_known = _vectors_and_known(table, dimensions)
    check_vectors(vectors[is_known], dimensions)
    place = table.schema.get_field_index("vector")
    return table.set_column(place, "vector", _column(vectors, is_known, number))


def vector_column(vectors: Sequence[Vectors | None], dimensions: int, number: Any) -> Any:
    """The column of these vectors; None becomes null, which no vector search finds."""
    import numpy as np

    known = [vector for vector in vectors if vector is not None]
    if known:
        check_vectors(np.asarray(known, dtype=np.float32), dimensions)
    nothing = np.zeros(dimensions, np.float32)
    filled = np.asarray(
        [nothing if vector is None else vector for vector in vectors], dtype=np.float32
    ).reshape(-1, dimensions)
    return _column(filled, np.array([vector is not None for vector in vectors], np.bool_), number)


def _column(vectors: Vectors, is_known: NDArray[np.bool_], number: Any) -> Any:
    """The column of these vectors (n, dimensions), which is null where `is_known` (n,) is not."""
    pa: Any = import_module("pyarrow")
    numbers = vectors.astype(number.to_pandas_dtype(), copy=False)
    return pa.FixedSizeListArray.from_arrays(
        pa.array(numbers.ravel()), vectors.shape[1], mask=pa.array(~is_known)
    )


def check_vectors(vectors: Vectors, dimensions: int) -> None:
    """Raise ModelError for vectors that cannot be stored.

    `vectors` must have shape (n, dimensions), be finite, and none may be all zeros.
    """
    import numpy as np

    if vectors.ndim != 2 or vectors.shape[1] != dimensions:
        raise ModelError(
            f"the model gave vectors of shape {vectors.shape[1:]}, the index holds ({dimensions},)",
            "use the model that made the index",
        )
    if not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
        raise ModelError(
            "the model gave a vector that is not finite or all zeros", "run: docsearch models test"
        )


def passages_of(table: Any) -> Iterator[tuple[int, Passage]]:
    """The document id and the passage of each row of an Arrow table."""
    for row in table.select(columns_of(table.schema)).to_pylist():
        doc, headings = row.pop("doc"), tuple(row.pop("headings"))
        opening = row.pop("opening", None) or ""
        yield doc, Passage(headings=headings, opening=opening, **row)


def rows_of(table: Any, dimensions: int) -> Iterator[Row]:
    """The rows of an Arrow table, each with its passage, its words and its vector."""
    for (doc, passage), words, vector in zip(
        passages_of(table), table["terms"].to_pylist(), vectors_in(table, dimensions), strict=True
    ):
        yield Row(doc, passage, words, vector)


def vectors_in(table: Any, dimensions: int) -> list[Vectors | None]:
    """The vector of each row of an Arrow table; None where the passage was not embedded yet."""
    vectors, is_known = _vectors_and_known(table, dimensions)
    return [vector if known else None for vector, known in zip(vectors, is_known, strict=True)]


def known_vectors(table: Any, dimensions: int) -> Vectors:
    """The vectors (n, dimensions) of the rows of an Arrow table that have one, in order."""
    vectors, is_known = _vectors_and_known(table, dimensions)
    return vectors if is_known.all() else vectors[is_known]


def _vectors_and_known(table: Any, dimensions: int) -> tuple[Vectors, NDArray[np.bool_]]:
    """The column of vectors (n, dimensions), and whether each row has one (n,).

    Arrow's own functions for this are in a part of Arrow that takes 50 ms to import.
    """
    import numpy as np

    column = table["vector"].combine_chunks()
    rows = slice(column.offset, column.offset + len(column))
    numbers = column.values.to_numpy(zero_copy_only=False).reshape(-1, dimensions)[rows]
    vectors: Vectors = numbers.astype(np.float32, copy=False)
    if not column.null_count:
        return vectors, np.ones(len(column), np.bool_)
    bits = np.frombuffer(column.buffers()[0], np.uint8)
    return vectors, np.unpackbits(bits, bitorder="little")[rows].astype(np.bool_)


def _writable(text: str) -> str:
    """The text with a replacement character for each lone surrogate, which Arrow cannot hold.

    Offsets in the text stay valid.
    """
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
