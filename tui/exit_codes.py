"""The exit codes of the process."""

from enum import IntEnum


class ExitCode(IntEnum):
    """query: FOUND (hits) or NOTHING; ingest: FOUND (all is in) or NOTHING (some file failed)."""

    FOUND = 0
    NOTHING = 1
    ERROR = 2
    INTERRUPTED = 130
