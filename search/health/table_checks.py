"""Checks of the table of passages: its files, and what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..errors import DocsearchError
from ..results import Check, CheckState, IndexModels
from ..storage.durability import Durability
from ..storage.entries import Entry, EntryState
from ..storage.table_place import TablePlace
from ..wording import counted

AREA = "index"
_REPAIR = (
    "run: docsearch ingest, which goes back to the last whole version; "
    "if that does not help, delete the index folder and ingest again"
)


def table_checks(
    place: TablePlace, models: IndexModels, entries: Iterable[Entry]
) -> Iterator[Check]:
    """The checks of the table in use; the caller has made sure that nobody writes."""
    from ..storage.store import Store

    # Only files of a disk may be torn.
    if isinstance(place, Durability):
        yield _files_check(place)
        yield _unfinished_check(place)
    try:
        store = Store(place.folder, models.dimensions, table=place.name, place=place)
        stored = store.scan()
        yield Check(
            AREA,
            "table",
            CheckState.OK,
            f"all of it can be read: passages {sum(stored.values()):,}",
        )
        yield _agreement_check(stored, entries)
        yield _versions_check(place, sum(stored.values()))
    except DocsearchError as error:
        yield Check(AREA, "table", CheckState.ERROR, error.message, error.hint)


def _files_check(disk: Durability) -> Check:
    for paths, fault in ((disk.torn_files(), "torn"), (disk.missing_files(), "missing")):
        if paths:
            others = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            verb = "are" if others else "is"
            text = f"{paths[0]}{others} {verb} {fault}"
            return Check(AREA, "files", CheckState.ERROR, text, _REPAIR)
    if disk.version_on_disk() < disk.mark().version:
        text = "the newest version of the table is missing"
        return Check(AREA, "files", CheckState.ERROR, text, _REPAIR)
    return Check(AREA, "files", CheckState.OK, "the table's files are there and whole")


def _unfinished_check(disk: Durability) -> Check:
    if disk.is_unfinished():
        text = "an interrupted run left files that are not secured against a power cut"
        return Check(
            AREA, "unfinished", CheckState.WARNING, text, "to secure them, run: docsearch ingest"
        )
    return Check(AREA, "unfinished", CheckState.OK, "all that was written is on the disk")


def _agreement_check(stored: Mapping[int, int], entries: Iterable[Entry]) -> Check:
    """Whether the table has the passages that the catalogue names, of all that are stored whole."""
    known = {entry.doc: entry for entry in entries}
    differing = sum(
        stored.get(doc, 0) != entry.passages
        for doc, entry in known.items()
        if entry.state in (EntryState.COMPLETE, EntryState.WORDS)
    )
    unknown = len(stored.keys() - known.keys())
    if not differing and not unknown:
        text = "the catalogue and the table name the same passages"
        return Check(AREA, "agreement", CheckState.OK, text)
    parts = (
        [f"the table has other passages of {counted(differing, 'document')}"] if differing else []
    )
    parts += [f"the catalogue lacks {counted(unknown, 'document')} of the table"] if unknown else []
    advice = "delete the index folder and ingest again"
    return Check(AREA, "agreement", CheckState.ERROR, ", and ".join(parts), advice)


def _versions_check(place: TablePlace, rows: int) -> Check:
    """Whether there are more old versions than the retention allows.

    Their age tells nothing: they go with the next write, and there may be none for weeks.
    """
    count, limit = len(place.version_ages()), place.retention.limit(rows)
    if count > limit:
        return Check(
            *(AREA, "old versions", CheckState.WARNING),
            f"the table keeps {count:,} versions, more than {limit:,}",
            "to drop them, run: docsearch ingest, once a file has changed",
        )
    text = f"the table keeps {count:,} versions, and {limit:,} at most"
    return Check(AREA, "old versions", CheckState.OK, text)
