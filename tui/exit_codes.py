"""What the process says when it ends."""

from enum import IntEnum


class ExitCode(IntEnum):
    """query: FOUND or NOTHING; ingest: FOUND (all is in) or NOTHING (some file failed)."""

    FOUND = 0
    NOTHING = 1
    ERROR = 2
    INTERRUPTED = 130
