"""Everything that can go wrong, as one tree.

DocsearchError
├── UsageError          a wrong argument, date, path or setting
├── ConfigError         a configuration file or environment variable that cannot be used
├── IndexFailure        the index cannot be opened or used
│   ├── NotAnIndex      the folder holds something else
│   ├── NoIndex         nothing was ingested yet
│   ├── IndexLocked     another process is writing to it
│   ├── IndexDamaged    files of the index are missing or broken
│   └── ModelMismatch   the index was made with another model
├── ModelError          a model that is missing, damaged or of an unknown kind
├── RemoteFailure       an object store that cannot be reached, or refuses
├── ClusterFailure      a Ray cluster that cannot be reached, or cannot finish
├── StorageFull         the disk has no room left
├── ReaderFailure       the processes that read files cannot be started
└── Unreadable          one file cannot be read; this never ends a run

`code` is the error's stable name in JSON. `message` says what happened, and `hint` says what to do
next.
"""

from __future__ import annotations

from .documents import Reason


class DocsearchError(Exception):
    """The base class of all errors that docsearch raises on purpose."""

    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class UsageError(DocsearchError):
    code = "usage"


class ConfigError(DocsearchError):
    code = "config"


class IndexFailure(DocsearchError):
    code = "index"


class NotAnIndex(IndexFailure):
    code = "not_an_index"


class NoIndex(IndexFailure):
    code = "no_index"


class IndexLocked(IndexFailure):
    code = "locked"


class IndexDamaged(IndexFailure):
    code = "damaged"


class ModelMismatch(IndexFailure):
    code = "model_mismatch"


class ModelError(DocsearchError):
    code = "model"


class RemoteFailure(DocsearchError):
    code = "remote"


class ClusterFailure(DocsearchError):
    code = "cluster"


class StorageFull(DocsearchError):
    code = "disk_full"


class ReaderFailure(DocsearchError):
    code = "reader"


class Unreadable(DocsearchError):
    """A file from which no document can be read.

    `reason` is the code by which `status` counts such files and which `check` shows. `message` says
    the same in a sentence.
    """

    code = "unreadable"

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
