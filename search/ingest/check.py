"""Why one path is or is not in the index, and what an ingest would make of it."""

from __future__ import annotations

import os

from .. import readers
from ..documents import File, Reason
from ..errors import Unreadable
from ..paths import within
from ..readers.pool import ReaderPool
from ..results import Verdict
from ..storage.catalog import Catalog
from ..storage.entries import Entry, EntryState
from ..storage.lock import holder
from .file_bytes import read_bytes
from .plan import is_unchanged, rules_of
from .walker import WalkRules, file_at, why


def judge(catalog: Catalog, folder: str, path: str, max_file_size: int) -> Verdict:
    """Why the absolute `path` is or is not in the index in `folder`; a file that it does not know is read to see what it would become.

    `max_file_size` counts for what is under no root.
    """
    entry = catalog.entry(path)
    try:
        os.lstat(path)
    except PermissionError:
        stored = entry is not None and entry.passages > 0
        return Verdict(
            path,
            stored,
            str(Reason.UNREADABLE),
            "it lies in a folder that may not be read; check its permissions",
        )
    except OSError:
        pass
    found = file_at(path)
    if entry is not None:
        return _judge_entry(entry, found, holder(folder) is not None)
    if not os.path.lexists(path):
        return Verdict(path, False, "missing", "there is no such file")
    root = next((root for root in catalog.roots() if within(path, root.path)), None)
    skip = (
        why(path, root.path, rules_of(root))
        if root
        else why(path, path, WalkRules((), (), max_file_size=max_file_size))
    )
    if skip is None and found is not None:
        skip = readers.readable(path)
    if skip is not None:
        return Verdict(path, False, str(skip.reason), skip.message)
    if found is not None:
        return _judge_unread(found, root is not None)
    if root is None:
        return Verdict(
            path, False, "outside",
            "it is under no ingested folder; see what of it would be read with: docsearch ingest --dry-run PATH",
        )  # fmt: skip
    inside = sum(1 for entry in catalog.entries(path) if entry.passages)
    return Verdict(path, inside > 0, "folder", f"{inside} documents below it are in the index")


def _judge_unread(file: File, in_root: bool) -> Verdict:
    """What becomes of a file that no run has met yet."""
    try:
        with ReaderPool() as pool:
            document = pool.read(read_bytes(file), file.path)
    except Unreadable as error:
        return Verdict(
            file.path, False, str(error.reason), f"it would not be read: {error.message}"
        )
    pages = f" of {len(document.pages):,} pages" if document.pages else ""
    what = f"would be read as {document.kind}{pages}{''.join(f', but {flaw}' for flaw in document.warnings)}"
    if in_root:
        return Verdict(
            file.path, False, "new", f"it has not been read yet and {what}; run: docsearch ingest"
        )
    message = f"it is under no ingested folder and {what}; add it with: docsearch ingest PATH"
    return Verdict(file.path, False, "outside", message)


def _judge_entry(entry: Entry, found: File | None, running: bool) -> Verdict:
    path, stored = entry.file.path, entry.passages > 0
    if found is None:
        return Verdict(path, stored, "missing", "it was read, but the file is not there now")
    if entry.state is EntryState.PENDING:
        why = (
            "it is being read now"
            if running
            else "its reading was interrupted; go on with: docsearch ingest"
        )
        return Verdict(path, False, "pending", why)
    if entry.reason is not None:
        kept = "; its last good version is kept" if stored else ""
        return Verdict(path, stored, str(entry.reason), entry.message + kept)
    if not is_unchanged(entry, found):
        return Verdict(
            path,
            stored,
            "changed",
            "it is in the index, but has changed since; run: docsearch ingest",
        )
    flaw = f"; {entry.message}" if entry.message else ""
    return Verdict(
        path, stored, "indexed", f"it is in the index, with {entry.passages} passages{flaw}"
    )
