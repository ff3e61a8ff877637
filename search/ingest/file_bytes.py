"""Reads a file's bytes, as many as the walk saw."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from ..documents import File, Reason
from ..errors import Unreadable
from .placeholders import SYSTEM_MARKS, CloudMarks, placeholder_at

AWAY = "its contents are in the cloud and not on this disk"


def read_bytes(file: File, marks: CloudMarks = SYSTEM_MARKS) -> bytes:
    """A file's contents, as many bytes as the walk saw.

    Bytes that were appended since the walk are left to the next run, which sees a changed file.
    A file that became a cloud placeholder since the walk is not opened, unless it may be fetched.
    Raises FileNotFoundError where the file is gone, Unreadable where it cannot be read.
    """
    try:
        if not file.fetch and placeholder_at(file.path, Path(file.path).stat(), marks):
            raise Unreadable(Reason.NOT_DOWNLOADED, AWAY)
        # Without O_NONBLOCK, a FIFO put in the file's place since the walk would block for ever.
        with open(os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as source:
            if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                raise Unreadable(Reason.SPECIAL, "it is not a regular file")
            return source.read(file.size)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno == errno.EDEADLK:
            # macOS gives this error where it may not download the file for this process.
            raise Unreadable(Reason.NOT_DOWNLOADED, AWAY) from error
        message = f"it cannot be read: {os.strerror(error.errno or 0)}"
        raise Unreadable(Reason.UNREADABLE, message) from error
