"""Allows one writer at a time, by a lock that the kernel releases however its holder ends."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

from ..errors import IndexFailure, IndexLocked, StorageFull
from ..private_files import FILE_MODE

LOCK = "writer.lock"


class WriterLock:
    """The right to write to the index in `folder`, as a context manager.

    Two processes exclude each other, and so do two threads. Entering never waits: it raises
    IndexLocked while another one holds the lock, StorageFull and IndexFailure where the lock file
    cannot be made.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._file = Path(folder) / LOCK
        self._descriptor = -1

    def __enter__(self) -> WriterLock:
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        except OSError as error:
            raise _lock_failure(self._file, error) from error
        try:
            _lock(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            # The holder writes its process number once it has the lock, so the file may be empty
            # for a moment.
            who = f"another docsearch (process {holder})" if holder else "another docsearch"
            raise IndexLocked(
                f"{who} is writing to this index",
                "wait until it has finished, then run the command again",
            ) from error
        except OSError as error:
            os.close(descriptor)
            raise _lock_failure(self._file, error) from error
        self._descriptor = descriptor
        return self

    def __exit__(self, *_: object) -> None:
        # The file stays. If it were deleted, two processes could lock two files of the same name.
        os.close(self._descriptor)
        self._descriptor = -1


def _lock(descriptor: int) -> None:
    """Take the lock. Raises BlockingIOError where another writer has it.

    It is tried several times, because a call of `holder` in another process takes it for a moment.
    """
    for _ in range(3):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(0.01)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_failure(file: Path, error: OSError) -> IndexFailure | StorageFull:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(
            f"the disk has no room left for {file}", "free some space, then run the command again"
        )
    return IndexFailure(
        f"the index cannot be locked: {error}", "check the folder's path and permissions"
    )


def holder(folder: str | os.PathLike[str]) -> int | None:
    """The number of the process that holds the lock of the index in `folder`; None where none does.

    It is 0 where the holder has not written its number yet.
    """
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
