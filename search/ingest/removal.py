"""Deletes documents from the table of passages.

A crash in the middle never leaves a document marked complete without its passages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..storage.catalog import Catalog
from ..storage.entries import Entry, EntryState

if TYPE_CHECKING:
    from ..storage.writable_store import WritableStore


def take_out(
    catalog: Catalog, open_store: Callable[[], WritableStore], entries: Iterable[Entry]
) -> int:
    """Delete the passages of these documents; the number of documents that may have had some.

    The documents are pending in the catalogue afterwards, until the caller removes or replaces
    their entries.
    """
    stored = [entry for entry in entries if entry.stored]
    if stored:
        store = open_store()
        # The state comes first: after a crash a pending document is read again or removed.
        catalog.set_state((entry.file.path for entry in stored), EntryState.PENDING)
        store.delete([entry.doc for entry in stored])
        for entry in stored:
            catalog.messages.trim(entry.doc, 0)
            catalog.page_labels.put(entry.doc, ())
        store.sync()
    return len(stored)
