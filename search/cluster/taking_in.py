"""Takes a staging dataset into the index: passages into the table, notes into the catalogue.

The order of the steps makes a crash harmless. The documents become pending, then their passages are
stored, and once those are on the disk the documents are complete.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import ClusterFailure
from ..ingest.setting_aside import set_aside
from ..ingest.sources import source_of
from ..ingest.tally import Tally
from ..storage.arrow_rows import rows_of
from ..storage.catalog import Catalog
from ..storage.entries import Entry, EntryState
from .dataset import StagingDataset
from .file_notes import FileNote, Outcome

if TYPE_CHECKING:
    from ..storage.writable_store import WritableStore


class TakingIn:
    """Takes what workers staged into an index."""

    def __init__(
        self, catalog: Catalog, open_store: Callable[[], WritableStore], tally: Tally
    ) -> None:
        self.catalog = catalog
        self.open_store = open_store
        self.tally = tally

    def take(self, dataset: StagingDataset) -> None:
        """Take in all of the dataset.

        Raises ClusterFailure where a worker could not see a file that is here, and where passages
        are missing.
        """
        notes = {note.entry.doc: note for note in dataset.notes()}
        previous = self.catalog.by_doc(notes)
        documents = {doc: note for doc, note in notes.items() if note.outcome is Outcome.DOCUMENT}
        if documents:
            self._store(dataset, documents, previous)
        for doc, note in notes.items():
            self._note(note, previous.get(doc))

    def _store(
        self,
        dataset: StagingDataset,
        documents: dict[int, FileNote],
        previous: dict[int, Entry],
    ) -> None:
        entries = {doc: note.entry for doc, note in documents.items()}
        counts, tokens = dataset.totals()
        if short := [doc for doc, entry in entries.items() if counts[doc] != entry.passages]:
            raise ClusterFailure(
                f"the cluster lost passages of {entries[short[0]].file.path}",
                "run docsearch ingest again",
            )
        self.catalog.put(
            replace(
                entry,
                state=EntryState.PENDING,
                passages=previous[doc].passages if doc in previous else 0,
            )
            for doc, entry in entries.items()
        )
        # New documents are appended. Others replace what the table has of them.
        arrow: Any = import_module("pyarrow")
        store = self.open_store()
        changed = {doc for doc in entries if doc in previous and previous[doc].stored}
        store.append(lambda columns: dataset.passages(columns, without=changed))
        for batch in dataset.passages(store.schema.names, of=changed) if changed else ():
            store.upsert(list(rows_of(arrow.Table.from_batches([batch]), store.dimensions)))
        store.trim({doc: entries[doc].passages for doc in changed})
        for doc in changed:
            self.catalog.messages.trim(doc, 0)
        for doc, messages in dataset.messages():
            self.catalog.messages.put(doc, messages)
        for doc, note in documents.items():
            self.catalog.page_labels.put(doc, note.page_labels)
        store.sync()
        version = store.version
        self.catalog.put(
            replace(entry, tokens=tokens[doc], version=version) for doc, entry in entries.items()
        )
        self.tally.passages_read += counts.total()
        self.tally.passages += counts.total()
        self.tally.tokens += tokens.total()

    def _note(self, note: FileNote, previous: Entry | None) -> None:
        """Record what became of a file that gave no document, and count it."""
        entry, tally = note.entry, self.tally
        file = entry.file
        match note.outcome:
            case Outcome.DOCUMENT:
                tally.added += previous is None
                tally.changed += previous is not None
                tally.warnings += [(file.path, warning) for warning in note.warnings]
                tally.languages[entry.language] += 1
            case Outcome.SAME if previous is not None:
                self.catalog.put([replace(previous, file=file, ingested_ns=entry.ingested_ns)])
                tally.touched += previous.state is EntryState.COMPLETE
            case Outcome.UNREADABLE:
                assert entry.reason is not None, "a file is unreadable for a reason"
                set_aside(
                    *(self.catalog, self.open_store, tally, file, previous),
                    *(entry.reason, entry.message, entry.ingested_ns),
                )
            case Outcome.MISSING if source_of(file.path).is_at(file.path):
                raise ClusterFailure(
                    f"a machine of the cluster cannot see {file.path}",
                    "put the files in a folder that all machines share, or in an object store",
                )
        tally.files_read += 1
        tally.bytes_read += file.size
