"""What comes out of a file: its document as it was read, and its passages for the store."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..documents import CutPassage, Document, Message, Passage
from ..readers.cut_document import CutDocument
from ..storage.entries import Entry, EntryState
from .document_memory import document_memory

if TYPE_CHECKING:
    from ..documents import Vectors


@dataclass(frozen=True, slots=True)
class Incoming:
    """A passage on its way into the store, with its words, and its vector where that is known.

    On a document's `last` passage, `entry` is complete, and `page_labels` are the document's own
    names of its pages. A document without passages comes as one Incoming whose `passage` is None.
    `message` is the message of a mail file that the passage belongs to.
    """

    entry: Entry
    passage: Passage | None
    terms: str
    vector: Vectors | None
    message: Message | None
    last: bool
    page_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a file held at the time `read_ns`.

    `content` is the hex SHA-256 of its bytes. `document` is None where a document with the same
    contents is known, so that reading it seems unnecessary; then `data` are the bytes, else empty.
    """

    read_ns: int
    content: str
    document: Document | CutDocument | None
    data: bytes

    @property
    def memory(self) -> int:
        """About the bytes of memory that it holds."""
        if isinstance(self.document, CutDocument):
            return self.document.memory
        return len(self.data) + (document_memory(self.document) if self.document else 0)


def incoming(
    entry: Entry,
    passages: Iterable[tuple[CutPassage, Vectors | None]],
    messages: Iterable[Message],
) -> Iterator[Incoming]:
    """A document's passages, each with its message; the last one completes the entry.

    One passage is held back, because only the last one can tell how many there are.
    """
    count = 0
    pending = Incoming(entry, None, "", None, None, last=False)
    following = deque(messages)
    for cut_passage, vector in passages:
        if pending.passage is not None:
            yield pending
        passage, terms = cut_passage.passage, cut_passage.terms
        # The passage belongs to the last message that starts at or before it.
        message = pending.message
        while following and following[0].start <= passage.char_start:
            message = following.popleft()
        pending = Incoming(entry, passage, terms, vector, message, last=False)
        count += 1
    yield replace(
        pending, entry=replace(entry, passages=count, state=EntryState.COMPLETE), last=True
    )


def described(entry: Entry, document: Document | CutDocument, language: str) -> Entry:
    """The entry with what its document tells; `language` is that of its text."""
    return replace(
        entry,
        kind=document.kind,
        title=document.title,
        message="; ".join(document.warnings),
        language=language,
    )
