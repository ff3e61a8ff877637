"""Records files that give no document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..documents import File, Reason, Skip
from ..storage.catalog import Catalog
from ..storage.entries import Entry, EntryState, doc_id
from .removal import take_out
from .tally import Tally

if TYPE_CHECKING:
    from ..storage.writable_store import WritableStore


def set_aside(
    catalog: Catalog,
    open_store: Callable[[], WritableStore],
    tally: Tally,
    file: File,
    previous: Entry | None,
    reason: Reason,
    message: str,
    read_ns: int,
) -> None:
    """Record that a file could not be read at the time `read_ns`, and why.

    A file that should be readable keeps its last complete version; any other leaves the index.
    A file that became a cloud placeholder stays what it was, so that it is read once it is
    here.
    """
    if reason is Reason.NOT_DOWNLOADED:
        tally.skipped.append(Skip(file.path, reason, message))
        return
    entry = Entry(file, doc_id(file.path))
    if previous is not None and previous.stored:
        if reason.failed and previous.state is not EntryState.PENDING:
            entry = replace(previous, file=file)
        else:
            take_out(catalog, open_store, [previous])
            tally.removed += previous.passages > 0
    # The passages that such a file keeps may still wait for their vectors.
    waits = entry.state is EntryState.WORDS
    failed = EntryState.WORDS if waits else EntryState.FAILED
    state = failed if reason.failed else EntryState.SKIPPED
    catalog.put([replace(entry, state=state, reason=reason, message=message, ingested_ns=read_ns)])
    (tally.failed if reason.failed else tally.skipped).append(Skip(file.path, reason, message))
