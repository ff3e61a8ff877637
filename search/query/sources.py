"""What a passage belongs to, as a hit names it: a file, or one message of a mail file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from ..documents import Candidate, Message
from ..storage.catalog import Catalog
from ..storage.entries import Entry

_NO_PAGE = (0, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or a message of it.

    `modified_ns` is the date of the message where it has one, else the file's time of modification,
    in nanoseconds since 1970. `page_label` is what the document itself calls the passage's page.
    """

    entry: Entry
    title: str
    modified_ns: int
    message: int | None
    page_label: str | None

    @classmethod
    def of(cls, entry: Entry, message: Message | None, page_label: str | None) -> Self:
        """The source of a passage in the file `entry`."""
        if message is None:
            return cls(entry, entry.title, entry.file.mtime_ns, None, page_label)
        written_ns = entry.file.mtime_ns if message.written_ns is None else message.written_ns
        return cls(entry, message.title, written_ns, message.number, page_label)


def sources_of(
    catalog: Catalog, candidates: Sequence[Candidate], entries: Mapping[int, Entry]
) -> dict[str, Source]:
    """The source of each candidate, by the candidate's id."""
    places = {candidate.id: (candidate.doc, candidate.passage.ordinal) for candidate in candidates}
    pages = {
        candidate.id: (candidate.doc, candidate.passage.page)
        for candidate in candidates
        if candidate.passage.page is not None
    }
    messages = catalog.messages.at(places.values())
    labels = catalog.page_labels.at(pages.values())
    return {
        candidate.id: Source.of(
            entries[candidate.doc],
            messages.get(places[candidate.id]),
            labels.get(pages.get(candidate.id, _NO_PAGE)),
        )
        for candidate in candidates
    }
