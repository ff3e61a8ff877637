"""What a worker tells of each file that it was given."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self

from ..documents import File, Reason
from ..storage.entries import Entry, EntryState


class Outcome(StrEnum):
    """What became of a file.

    A document was read, the contents are as they were, the file was not there any more, or it could
    not be read.
    """

    DOCUMENT = "document"
    SAME = "same"
    MISSING = "missing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class FileNote:
    """What became of a file, and the entry that its document has, without tokens and version.

    For a file that could not be read, the entry has its reason and its message.
    """

    outcome: Outcome
    entry: Entry
    warnings: tuple[str, ...] = ()
    page_labels: tuple[str, ...] = ()

    def encoded(self) -> str:
        """The note as JSON, which keeps paths and titles that are not UTF-8."""
        return json.dumps(asdict(self))

    @classmethod
    def decoded(cls, text: str) -> Self:
        """The note that was `encoded`."""
        fields = json.loads(text)
        entry = fields["entry"]
        reason = Reason(entry["reason"]) if entry["reason"] else None
        entry |= {
            "file": File(**entry["file"]),
            "state": EntryState(entry["state"]),
            "reason": reason,
        }
        return cls(
            Outcome(fields["outcome"]),
            Entry(**entry),
            tuple(fields["warnings"]),
            tuple(fields["page_labels"]),
        )
