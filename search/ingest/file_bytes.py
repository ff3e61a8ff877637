"""Reads a file's bytes, as many as the walk saw."""

from __future__ import annotations

import os
import stat

from ..documents import File, Reason
from ..errors import Unreadable


def read_bytes(file: File) -> bytes:
    """A file's contents, as many bytes as the walk saw.

    Bytes that were appended since the walk are left to the next run, which sees a changed file.
    Raises FileNotFoundError where the file is gone, Unreadable where it cannot be read.
    """
    try:
        # Without O_NONBLOCK, a FIFO put in the file's place since the walk would block for ever.
        with open(os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as source:
            if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                raise Unreadable(Reason.SPECIAL, "it is not a regular file")
            return source.read(file.size)
    except FileNotFoundError:
        raise
    except OSError as error:
        message = f"it cannot be read: {os.strerror(error.errno or 0)}"
        raise Unreadable(Reason.UNREADABLE, message) from error
