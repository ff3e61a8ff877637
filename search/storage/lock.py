"""One writer at a time: a lock file that the kernel releases when its holder ends, however it ends."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

from ..errors import IndexFailure, IndexLocked, StorageFull

LOCK = "writer.lock"


class WriterLock:
    """Holds the right to write to the index in `folder`, as a context manager; two threads exclude each other as well.

    Entering raises IndexLocked while another one holds it, and never waits.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._file = Path(folder) / LOCK
        self._descriptor = -1

    def __enter__(self) -> WriterLock:
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _explained(self._file, error) from error
        try:
            _lock(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            # The holder writes its number after it has the lock: the file may be empty for a moment.
            who = f"another docsearch (process {holder})" if holder else "another docsearch"
            raise IndexLocked(
                f"{who} is writing to this index",
                "wait until it has finished, then run the command again",
            ) from error
        except OSError as error:
            os.close(descriptor)
            raise _explained(self._file, error) from error
        self._descriptor = descriptor
        return self

    def __exit__(self, *_: object) -> None:
        # The file stays: deleting it would let two processes lock two files of the same name.
        os.close(self._descriptor)
        self._descriptor = -1


def _lock(descriptor: int) -> None:
    """Take the lock; `holder` of another process may have it for a moment."""
    for _ in range(3):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(0.01)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _explained(file: Path, error: OSError) -> IndexFailure | StorageFull:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(
            f"the disk has no room left for {file}", "free some space, then repeat it"
        )
    return IndexFailure(
        f"the index cannot be locked: {error}", "check the folder's path and permissions"
    )


def holder(folder: str | os.PathLike[str]) -> int | None:
    """The process that holds the lock of the index in `folder`; None where nobody does."""
    try:
        descriptor = os.open(Path(folder) / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or 0)
    finally:
        os.close(descriptor)
    return None
