"""Says why one path is or is not in the index, and what an ingest run would make of it."""

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
from ..storage.home import Home
from ..wording import counted
from .placeholders import SYSTEM_MARKS, CloudMarks
from .plan import is_unchanged, rules_of
from .rule_verdicts import WalkRules
from .sources import read_bytes, source_of


def judge(
    catalog: Catalog,
    home: Home,
    path: str,
    max_file_size: int,
    marks: CloudMarks = SYSTEM_MARKS,
) -> Verdict:
    """Why the absolute `path` is or is not in the index in `home`.

    A file that the index does not know is read, to see what it would become. `max_file_size`
    (bytes) is the limit for a path that is under no root. A cloud placeholder, by its `marks`, is
    not opened.
    """
    entry, source = catalog.entry(path), source_of(path, marks)
    # The folder above the path may forbid looking at it at all.
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
    # The walk's rules may leave the path out.
    root = next((root for root in catalog.roots() if within(path, root.path)), None)
    skip = (
        source.skip_of(path, root.path, rules_of(root))
        if root
        else source.skip_of(path, path, WalkRules((), (), max_file_size=max_file_size))
    )
    # The catalogue answers for a path that it knows.
    file, is_away = source.file_at(path), skip is not None and skip.reason is Reason.NOT_DOWNLOADED
    if entry is not None:
        return _judge_entry(entry, file, home.holder() is not None, is_away)
    if not is_away and not source.is_at(path):
        return Verdict(path, False, "missing", "there is no such file")
    # The name may leave an unknown file out.
    if skip is None and file is not None:
        skip = readers.readable(path)
    if skip is not None:
        return Verdict(path, False, str(skip.reason), skip.message)
    # Nothing leaves the path out: an unknown file is read, a folder is counted.
    if file is not None:
        return _judge_unread(file, root is not None, marks)
    if root is None:
        message = (
            "it is under no ingested folder; to see which of its files would be read, run: "
            "docsearch ingest --dry-run PATH"
        )
        return Verdict(path, False, "outside", message)
    stored_below = sum(1 for entry in catalog.entries(path) if entry.passages)
    return Verdict(
        path,
        stored_below > 0,
        "folder",
        f"{counted(stored_below, 'document below it is', 'documents below it are')} in the index",
    )


def _judge_unread(file: File, in_root: bool, marks: CloudMarks) -> Verdict:
    """The verdict on a file that no run has met yet: it is read, and nothing is stored."""
    try:
        with ReaderPool() as pool:
            document = pool.read(read_bytes(file, marks), file.path)
    except Unreadable as error:
        return Verdict(
            file.path, False, str(error.reason), f"it would not be read: {error.message}"
        )
    pages = f" of {counted(len(document.pages), 'page')}" if document.pages else ""
    flaws = "".join(f", but {warning}" for warning in document.warnings)
    outcome = f"would be read as {document.kind}{pages}{flaws}"
    if in_root:
        message = f"it has not been read yet and {outcome}; run: docsearch ingest"
        return Verdict(file.path, False, "new", message)
    message = f"it is under no ingested folder and {outcome}; add it with: docsearch ingest PATH"
    return Verdict(file.path, False, "outside", message)


def _judge_entry(entry: Entry, file: File | None, is_writing: bool, is_away: bool) -> Verdict:
    """The verdict on a path that the catalogue knows; `file` is what lies there now.

    `is_away` is true where a cloud placeholder lies there.
    """
    path, stored = entry.file.path, entry.passages > 0
    passages = counted(entry.passages, "passage")
    if file is None and not is_away and not source_of(path).is_at(path):
        return Verdict(path, stored, "missing", "it was read, but the file is not there now")
    if entry.state is EntryState.PENDING:
        message = (
            "it is being read now"
            if is_writing
            else "its reading was interrupted; go on with: docsearch ingest"
        )
        return Verdict(path, False, "pending", message)
    if entry.reason is not None:
        last_version = "; its last good version is kept" if stored else ""
        return Verdict(path, stored, str(entry.reason), entry.message + last_version)
    if is_away:
        message = (
            f"it is in the index, with {passages}; the file itself is in the cloud "
            "now and not on this disk"
        )
        return Verdict(path, stored, str(Reason.NOT_DOWNLOADED), message)
    if file is None or not is_unchanged(entry, file):
        message = "it is in the index, but has changed since; run: docsearch ingest"
        return Verdict(path, stored, "changed", message)
    flaw = f"; {entry.message}" if entry.message else ""
    if entry.state is EntryState.WORDS:
        message = f"it is in the index, with {passages}, which only words find yet{flaw}; " + (
            "vectors are being made" if is_writing else "make vectors with: docsearch ingest"
        )
        return Verdict(path, stored, "words", message)
    return Verdict(path, stored, "indexed", f"it is in the index, with {passages}{flaw}")
