"""The exit codes of the process."""

from enum import IntEnum


class ExitCode(IntEnum):
    """query: FOUND (hits) or NOTHING; ingest: FOUND (all is in) or NOTHING (some file failed).

    A command that a signal ended has 128 and the number of the signal.
    """

    FOUND = 0
    NOTHING = 1
    ERROR = 2
