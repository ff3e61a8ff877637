"""Opens the table of passages.

A reader opens it where its newest version is whole. The one process that writes also makes it, adds
what an older table lacks, and repairs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar, cast

from ..errors import IndexDamaged, ModelMismatch, NoIndex
from .arrow_rows import added_fields, schema_of
from .lance import Native, preload, preload_native
from .lance_reader import LanceReader
from .mark import Mark
from .native_reader import NativeReader
from .table_place import TablePlace
from .table_reader import TableReader

_METADATA_CACHE = 64 << 20

READER_CACHES = {
    "index_cache_size_bytes": 768 << 20,
    "metadata_cache_size_bytes": _METADATA_CACHE,
}
"""LanceDB's default limits are gigabytes, and it never drops the caches of old versions.

The indexes of a million passages with 384 numbers each take 540 MB. Where they do not fit, each
query reads parts of them again and takes twice as long.
"""

WRITER_CACHES = {
    "index_cache_size_bytes": 128 << 20,
    "metadata_cache_size_bytes": _METADATA_CACHE,
}
"""Enough for the ids of some million passages, which each batch is compared with."""

# Stop words are indexed: otherwise "to be or not to be" would match nothing. Positions are not: no
# query asks for them, and with them each upkeep of the index takes three times as long.
WORD_INDEX: Mapping[str, Any] = {
    "with_position": False,
    "base_tokenizer": "icu/split",
    "language": "English",
    "remove_stop_words": False,
}
"""The options of the word index."""

NEWEST = 0.0
"""For how many seconds a reader trusts the version that it knows: it looks at each read."""

_Handle = TypeVar("_Handle")


def open_table(
    place: TablePlace, dimensions: int, find_native: Callable[[], Native | None] = preload_native
) -> TableReader:
    """The table, for reading; its vectors have length `dimensions`.

    It is read through all of LanceDB where `find_native` finds no compiled module that will do.
    Raises NoIndex, IndexDamaged, and ModelMismatch for other dimensions.
    """
    if not place.version_on_disk():
        if place.mark().version:
            raise IndexDamaged(
                f"the table of passages in {place.shown} is missing",
                "run: docsearch ingest, which makes it again",
            )
        raise NoIndex(
            f"nothing was ingested into {place.shown} yet", "run: docsearch ingest FOLDER"
        )
    return _opened(partial(_reader, place, find_native()), place, dimensions)


def make_table(place: TablePlace, dimensions: int) -> Any:
    """LanceDB's handle of the table, for writing; the caller holds the writer lock.

    The table is made where it is missing, repaired where it is torn, and given the columns and
    indexes that it lacks. Its vectors have length `dimensions`.
    Raises ModelMismatch for other dimensions, and IndexFailure where the file system has no hard
    links.
    """
    # Open a whole version of the table, or make the table.
    place.begin()
    database = _connected(place, WRITER_CACHES)
    place.repair(partial(_opens_as, database, place.name))
    if place.version_on_disk():
        table = _opened(partial(database.open_table, place.name), place, dimensions)
        place.take_back(table)
    else:
        place.check_kind()
        if place.mark().version:
            place.put_mark(Mark(healed_to=0))
        table = database.create_table(place.name, schema=schema_of(dimensions))
    # An older index lacks some columns, and a crash while the table was made may have left out the
    # key or an index.
    if added := [field for field in added_fields() if field.name not in table.schema.names]:
        table.add_columns(added)
    if not table.schema.field("id").metadata:
        table.set_unenforced_primary_key("id")
    present = {index.name for index in table.list_indices()}
    for name, config in _indexes().items():
        if name not in present:
            table.create_index(name, config=config, name=name)
    if table.version != place.mark().version:
        place.flush(replace(place.mark(), version=table.version))
    return table


def _reader(place: TablePlace, native: Native | None) -> TableReader:
    if native is None:
        table = _connected(place, READER_CACHES).open_table(place.name)
        if place.pinned is not None:
            table.checkout(place.pinned)
        return LanceReader(table, place.pinned)
    return NativeReader.open(native, place, NEWEST, **READER_CACHES)


def _connected(place: TablePlace, caches: dict[str, int]) -> Any:
    lancedb = preload()
    session = lancedb.Session(**caches)
    newest = timedelta(seconds=NEWEST)
    return lancedb.connect(
        place.uri,
        read_consistency_interval=newest,
        session=session,
        storage_options=dict(place.options) or None,
    )


def _opened(open_handle: Callable[[], _Handle], place: TablePlace, dimensions: int) -> _Handle:
    """The table at its newest version. Raises IndexDamaged and ModelMismatch."""
    table: Any = open_handle() if place.is_newest_whole() else None
    if table is None or table.version == 0:
        raise IndexDamaged(
            f"the newest version of the table in {place.shown} is not complete",
            "run: docsearch ingest, which goes back to the version before it",
        )
    width = table.schema.field("vector").type.list_size
    if width != dimensions:
        raise ModelMismatch(
            f"the index holds vectors of {width} numbers, the model gives {dimensions}",
            "use the model that made the index, or make another index with --index",
        )
    return cast(_Handle, table)


def _opens_as(database: Any, name: str, version: int) -> bool:
    """True where the table opens at this version."""
    try:
        # The manifest holds the version. With zeros in its middle it opens as version 0 without any
        # rows.
        return bool(database.open_table(name).version == version)
    except RuntimeError as error:
        # Only a broken manifest is a reason to give a version up. A table of a newer LanceDB, for
        # one, is not.
        if "failed to decode Protobuf" in str(error):
            return False
        raise


def word_index() -> Any:
    """The configuration of the word index."""
    from lancedb.index import FTS

    return FTS(**WORD_INDEX)


def _indexes() -> dict[str, Any]:
    from lancedb.index import BTree

    return {"id": BTree(), "doc": BTree(), "terms": word_index()}
