"""Checks of an index: whether it opens, and whether its catalogue and its table agree."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import DocsearchError, NoIndex
from ..opened import Opened
from ..results import Check, CheckState, IndexModels
from ..storage.catalog import Catalog
from ..storage.entries import Entry
from ..storage.home import Home
from ..storage.index_models import change_of, models_in, table_in_use
from ..storage.overview import recorded
from ..storage.table_place import TablePlace
from ..storage.vocabulary_file import VocabularyFile
from .table_checks import table_checks

AREA = "index"
_AGAIN = "run: docsearch ingest"


def index_checks(opened: Opened) -> Iterator[Check]:
    """What is wrong with the index, and what is right; an index that does not open is told too.

    While another process writes, files come and go. So only the catalogue is looked at then.
    """
    try:
        catalog = opened.catalog
    except NoIndex as nothing:
        yield Check(AREA, "catalogue", CheckState.OK, nothing.message, nothing.hint)
        return
    except DocsearchError as error:
        yield Check(AREA, "catalogue", CheckState.ERROR, error.message, error.hint)
        return
    home = opened.home
    before = home.holder()
    checks = list(_checks(home, catalog, written=before is not None))
    if before is None and home.holder() is not None:
        # A writer has begun meanwhile, so files that were missing may be on their way.
        checks = list(_checks(home, catalog, written=True))
    yield from checks


def _checks(home: Home, catalog: Catalog, written: bool) -> Iterator[Check]:
    try:
        damage = catalog.damage()
        if damage:
            yield Check(
                *(AREA, "catalogue", CheckState.ERROR, f"the catalogue is damaged: {damage}"),
                "delete the index folder and ingest again",
            )
            return
        entries = list(catalog.entries())
        models, table = models_in(catalog), table_in_use(catalog)
        change = change_of(catalog)
        yield _catalogue_check(entries)
        if written:
            yield from recorded(catalog, home, has_words=True)
            text = f"{home.holder()} is writing to it now, so its files were not looked at"
            yield Check(AREA, "table", CheckState.OK, text)
            return
        fault = VocabularyFile(catalog.folder, table).fault() if models else ""
        yield from recorded(catalog, home, has_words=not fault)
    except DocsearchError as error:
        yield Check(AREA, "catalogue", CheckState.ERROR, error.message, error.hint)
        return
    if models is not None:
        place = home.place(table, catalog.folder)
        yield from table_checks(place, models, entries)
        if home.is_remote:
            yield _copy_check(home, place)
    yield _strays_check(home, models, {table, change.table if change else ""})


def _copy_check(home: Home, place: TablePlace) -> Check:
    """Whether queries may read a copy of a table in a store."""
    try:
        size = home.too_large(place)
    except DocsearchError as error:
        return Check(AREA, "copy", CheckState.ERROR, error.message, error.hint)
    if not size:
        return Check(AREA, "copy", CheckState.OK, "the table is small enough to be copied here")
    text = f"the table has {size / 1e9:,.1f} GB and is read in the store, which takes longer"
    hint = f"where the disk has room, set cache_size to {2 * size:,} or more"
    return Check(AREA, "copy", CheckState.WARNING, text, hint.replace(",", "_"))


def _catalogue_check(entries: list[Entry]) -> Check:
    stored = [entry for entry in entries if entry.passages]
    passages = sum(entry.passages for entry in stored)
    text = f"it is whole: documents {len(stored):,}, passages {passages:,}"
    return Check(AREA, "catalogue", CheckState.OK, text)


def _strays_check(home: Home, models: IndexModels | None, used: set[str]) -> Check:
    """Whether there are tables that nobody needs."""
    strays = sorted(home.tables() - (used if models else set()))
    if not strays:
        return Check(AREA, "strays", CheckState.OK, "there is no table that nobody uses")
    return Check(
        *(AREA, "strays", CheckState.WARNING),
        f"an interrupted run left {', '.join(f'{name}.lance' for name in strays)}",
        f"nobody reads it; to remove it, {_AGAIN}",
    )
