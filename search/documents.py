"""The data that flows through the pipeline: File → Document → Passage → Candidate → Hit."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class Reason(StrEnum):
    """Why a file is not in the index."""

    IGNORED = "ignored"
    HIDDEN = "hidden"
    EXCLUDED = "excluded"
    SYMLINK = "symlink"
    SPECIAL = "special"
    TOO_LARGE = "too_large"
    BINARY = "binary"
    EMPTY = "empty"
    NO_TEXT = "no_text"
    ENCRYPTED = "encrypted"
    NOT_DOWNLOADED = "not_downloaded"
    CORRUPT = "corrupt"
    UNREADABLE = "unreadable"
    TIMEOUT = "timeout"
    LIMIT = "limit"
    CRASHED = "crashed"

    @property
    def failed(self) -> bool:
        """True where the file should have been readable, False where a rule leaves it out."""
        return self in (
            Reason.CORRUPT,
            Reason.UNREADABLE,
            Reason.TIMEOUT,
            Reason.LIMIT,
            Reason.CRASHED,
        )


@dataclass(frozen=True, slots=True)
class File:
    """A regular file under a root, as the walk saw it.

    Paths are absolute strings. Bytes of a path that are not UTF-8 are kept as surrogate escapes.
    `size` is in bytes, the times are in nanoseconds since the epoch. `mounted` is true where the
    file lies on another device than its root. `fetch` is true where the file may be opened although
    that downloads it from a cloud.
    """

    path: str
    root: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    mounted: bool = False
    fetch: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    """A path that was left out or failed, and the reason; `message` says it in one sentence."""

    path: str
    reason: Reason
    message: str


MAX_LEVEL = 6
"""The deepest level of a section. Sections that lie deeper count as sections of this level."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a document's text that belongs together: text[start:end].

    `kind` is heading, paragraph, list, table or code. `level` is 1–6 where a section of that level
    begins with this block, and 0 elsewhere: a section begins with its heading, or with a block of
    another kind where it has no heading. `heading` is a heading's words without its markup; it is
    empty for other blocks.
    """

    start: int
    end: int
    kind: str
    level: int = 0
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a mail file. The index treats it as a document of its own.

    `number` counts from 1. `start` is the offset in the file's text at which the message begins.
    `title` is its subject. `written_ns` is its date, in nanoseconds since the epoch;
    it is None where the message has no date.
    """

    number: int
    start: int
    title: str
    written_ns: int | None


@dataclass(frozen=True, slots=True)
class Document:
    """One file as read. `text` is what `show` prints; all offsets count its characters.

    `kind` is the format as its reader names it, such as text, markdown, code, html, pdf, docx or
    epub. `blocks` are in order and do not overlap; only white space or markup lies between them.
    `pages` holds the offset at which each page starts; it is empty where the format has no pages.
    `warnings` are sentences about parts of the file that are missing from the text. `messages` are
    those of a mail file, in order; no passage crosses the border between two messages.
    `page_labels` are the document's own names for its pages, such as iv; it is empty where these
    are the plain numbers from 1.
    """

    path: str
    kind: str
    title: str
    text: str
    blocks: tuple[Block, ...]
    pages: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    page_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document, text[char_start:char_end]; lines and pages are 1-based and inclusive.

    `ordinal` counts the document's passages from 0. `section` tells in which section this passage
    begins: it is the ordinal of the passage with that section's start, or None where an older index
    does not record it. `opening` holds the section's first words where they stand in an earlier
    passage that lies not far before this one; it is empty elsewhere.
    """

    ordinal: int
    text: str
    headings: tuple[str, ...]
    page: int | None
    line_start: int
    line_end: int
    char_start: int
    char_end: int
    section: int | None = None
    opening: str = ""


@dataclass(frozen=True, slots=True)
class CutPassage:
    """A passage as it was cut from its document, with the words that the text leg matches."""

    passage: Passage
    terms: str


@dataclass(frozen=True, slots=True)
class Cutting:
    """A document while it is cut: its language as an ISO code, and its passages as they come."""

    language: str
    passages: Iterator[CutPassage]


@dataclass(frozen=True, slots=True)
class Row:
    """A passage as the table stores it.

    `doc` is its document's id, `terms` the words that the text leg matches, and `vector` its unit
    vector (dimensions,); None where the passage was not embedded yet.
    """

    doc: int
    passage: Passage
    terms: str
    vector: Vectors | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored passage that a leg found.

    `score` is the cosine in the vector leg and BM25 in the text leg. `vector` is None where no
    later step needs it, or where the passage was not embedded yet. `message` is the number of the
    message that the passage belongs to; it is 0 in files other than mail.
    """

    doc: int
    passage: Passage
    vector: Vectors | None
    score: float
    message: int = 0
    id: str = field(init=False)
    """The passage's id, stable while its document's path stays."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", passage_id(self.doc, self.passage.ordinal))

    @property
    def document(self) -> tuple[int, int]:
        """The key of what counts as one document: a file, or one message of a mail file."""
        return self.doc, self.message


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reranker makes of a passage.

    `probability` tells how likely the passage answers the query. `sentences` are the log-odds that
    each of its sentences answers, −inf for a sentence that the model did not read; None where the
    model does not judge sentences.
    """

    probability: float
    sentences: tuple[float, ...] | None = None


def passage_id(doc: int, ordinal: int) -> str:
    """The id of a passage.

    >>> passage_id(255, 3)
    '00000000000000ff-3'
    """
    return f"{doc:016x}-{ordinal}"
