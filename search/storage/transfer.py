"""Writes all that an index holds as Parquet files, and makes an index of such files.

A folder of an export has a file for each table of the catalogue, and `passages.parquet` with the
text, words and vectors of all passages. A file's metadata has the number of the format.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import IndexFailure, UsageError
from ..private_files import make_private_file, make_private_folder
from ..results import Transfer
from .arrow_rows import with_numbers
from .catalog import Catalog
from .catalog_tables import EXPORTED
from .durability import TABLE
from .home import Home
from .index_models import CHANGE_KEY, TABLE_KEY
from .store import Store
from .writable_store import WritableStore

FORMAT = 1
"""Raise this when an export has something that an earlier program would read wrongly."""

PASSAGES = "passages"
_KEY = b"docsearch_export"
_OWN_SETTINGS = (TABLE_KEY, CHANGE_KEY)
"""What holds for the folder of the index alone: the names of its tables."""


def export(catalog: Catalog, store: Store, folder: Path) -> Transfer:
    """Write the index into `folder`, which is made, or is empty. The caller holds the writer lock.

    The files are for their owner alone. Raises UsageError where the folder holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder", "name a folder that is not there yet")
    make_private_folder(folder)
    arrow: Any = import_module("pyarrow")
    for name in EXPORTED:
        columns, rows = catalog.tables.columns(name), catalog.tables.rows(name)
        if name == "settings":
            rows = [row for row in rows if row[0] not in _OWN_SETTINGS]
        values = zip(*rows, strict=True) if rows else [()] * len(columns)
        table = arrow.table(dict(zip(columns, map(list, values), strict=True)))
        _write(folder / f"{name}.parquet", table.schema, iter([table]))
    # Fewer programs read float16, and these numbers are the same in float32.
    number = arrow.float32()
    tables = (with_numbers(table, store.dimensions, number) for table in store.tables())
    place = store.schema.get_field_index("vector")
    vector = arrow.field("vector", arrow.list_(number, store.dimensions))
    return Transfer(
        documents=sum(group.stored for group in catalog.groups()),
        passages=_write(folder / f"{PASSAGES}.parquet", store.schema.set(place, vector), tables),
    )


def _write(file: Path, schema: Any, tables: Iterator[Any]) -> int:
    """Write a file of these tables; the number of their rows."""
    parquet: Any = import_module("pyarrow.parquet")
    make_private_file(file)
    count = 0
    marked = schema.with_metadata({_KEY: str(FORMAT)})
    with parquet.ParquetWriter(file, marked, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table.replace_schema_metadata(marked.metadata))
            count += len(table)
    return count


def check_export(folder: Path) -> None:
    """Raise UsageError where `folder` is not whole, and IndexFailure where its format is newer."""
    for name in (*EXPORTED, PASSAGES):
        with _opened(folder / f"{name}.parquet") as file:
            found = (file.schema_arrow.metadata or {}).get(_KEY, b"")
        if not found.isdigit():
            raise _no_export(folder, f"{name}.parquet was not written by docsearch export")
        if int(found) > FORMAT:
            raise IndexFailure(
                f"{folder} was exported by a newer docsearch (format {int(found)})",
                "update docsearch",
            )


def make(catalog: Catalog, home: Home, folder: Path) -> Transfer:
    """Fill the empty index in `home` with the export in `folder`.

    The caller holds the writer lock. The catalogue is filled at the end, at once, so that an import
    that was interrupted leaves an index without documents. Raises UsageError where the index holds
    documents.
    """
    if catalog.groups():
        raise UsageError(
            f"the index in {home.name} holds documents already", "name another folder with --index"
        )
    for name in home.tables():
        # An import that was interrupted left it.
        home.remove_table(name)
    contents = {}
    for name in EXPORTED:
        with _opened(folder / f"{name}.parquet") as file:
            table = file.read()
        contents[name] = table.column_names, [tuple(row.values()) for row in table.to_pylist()]
    with _opened(folder / f"{PASSAGES}.parquet") as file:
        dimensions = file.schema_arrow.field("vector").type.list_size
        store = WritableStore(catalog.folder, dimensions, place=home.place(TABLE))
        count = store.append(lambda columns: file.iter_batches(batch_size=10_000, columns=columns))
    store.maintain()
    store.sync()
    catalog.tables.fill(contents, store.version)
    return Transfer(sum(group.stored for group in catalog.groups()), count)


def _opened(file: Path) -> Any:
    """The Parquet file. Raises UsageError where it is missing or cannot be read."""
    parquet: Any = import_module("pyarrow.parquet")
    arrow: Any = import_module("pyarrow")
    try:
        return parquet.ParquetFile(file)
    except (OSError, arrow.ArrowInvalid) as error:
        raise _no_export(file.parent, f"{file.name} cannot be read") from error


def _no_export(folder: Path, why: str) -> UsageError:
    return UsageError(
        f"{folder} is not a whole export: {why}", "name a folder of: docsearch export FOLDER"
    )
