"""LanceDB's errors as those of docsearch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

from ..errors import DocsearchError, IndexDamaged, IndexFailure, IndexLocked, StorageFull
from ..object_store.failures import failure_of
from ..urls import is_url

_BUSY = "another process is writing to this index"
_FULL = "free some space, then run the command again"
_RIGHTS = "check the folder's permissions"
# A pattern of LanceDB's message, and the error, message and hint that it becomes.
_ERRORS: tuple[tuple[str, type[DocsearchError], str, str], ...] = (
    (
        "No space left|os error 28|quota",
        StorageFull,
        "the disk has no room left for the index",
        _FULL,
    ),
    (
        "File too large|os error 27",
        StorageFull,
        "a limit on file sizes stops the index from growing",
        "raise the limit",
    ),
    (
        "Permission denied|os error 13",
        IndexFailure,
        "the index may not be read or written",
        _RIGHTS,
    ),
    (
        "Read-only file system",
        IndexFailure,
        "the index lies on a disk that is read-only",
        "keep it elsewhere with --index",
    ),
    (
        "Too many open files",
        IndexFailure,
        "too many files are open",
        "raise the limit: ulimit -n 1024",
    ),
    (
        "Commit conflict|preempted|concurrent",
        IndexLocked,
        _BUSY,
        "wait until it has finished, then run the command again",
    ),
)


@contextmanager
def lance_errors(folder: str | PathLike[str]) -> Iterator[None]:
    """A context that turns LanceDB's and the file system's errors into those of docsearch.

    `folder` may be the URL of an index. Raises StorageFull, IndexLocked, IndexDamaged, IndexFailure
    and RemoteFailure.
    """
    try:
        yield
    except DocsearchError:
        raise
    except Exception as error:
        # LanceDB raises RuntimeError, ValueError and OSError alike. A panic in its Rust code comes
        # as a class of its own.
        if (
            not isinstance(error, (RuntimeError, ValueError, OSError))
            and type(error).__name__ != "RustPanic"
        ):
            raise
        if is_url(folder) and (away := failure_of(error, str(folder))) is not None:
            raise away from error
        # The first line of the message without the place in LanceDB's sources.
        cause = (
            str(error).split(", /")[0].splitlines()[0][:200] if str(error) else type(error).__name__
        )
        for pattern, kind, message, hint in _ERRORS:
            if re.search(pattern, str(error), re.IGNORECASE):
                raise kind(f"{message} ({folder}: {cause})", hint) from error
        raise IndexDamaged(
            f"the table of passages in {folder} cannot be read: {cause}",
            "run: docsearch ingest; if that does not help, delete the index folder and "
            "ingest again",
        ) from error
