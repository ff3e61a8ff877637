"""The data that flows through the pipeline: File → Document → Passage → Candidate → Hit."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    CORRUPT = "corrupt"
    UNREADABLE = "unreadable"
    TIMEOUT = "timeout"
    LIMIT = "limit"
    CRASHED = "crashed"

    @property
    def failed(self) -> bool:
        """True where the file should have been readable; False where a rule passes it over."""
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

    Paths are absolute strings; bytes that are no UTF-8 are kept as surrogate escapes.
    `mounted` is true where the file lies on another device than its root.
    """

    path: str
    root: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    mounted: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    """A path that is passed over or failed, and why: `message` is one sentence."""

    path: str
    reason: Reason
    message: str


MAX_LEVEL = 6
"""The level of the deepest sections; deeper ones count as such."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a document's text that belongs together: text[start:end].

    kind: heading, paragraph, list, table, code. `level` is 1–6 where a section of that level begins: with a heading, or with any other block
    where the section has none; else 0. `heading` is a heading's words without its markup, else empty.
    """

    start: int
    end: int
    kind: str
    level: int = 0
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a mail file, which is found as a document of its own.

    number: counts from 1. start: the offset in the file's text at which it begins. title: its subject.
    written_ns: the date that it bears, in nanoseconds since the epoch; None where it bears none.
    """

    number: int
    start: int
    title: str
    written_ns: int | None


@dataclass(frozen=True, slots=True)
class Document:
    """One file as read. `text` is what `show` prints; all offsets count its characters.

    kind: a format as named by its reader, such as text, markdown, code, html, pdf, docx, epub. Blocks are in order and do not overlap;
    what lies between them is white space or markup. `pages` holds the offset at which each page starts, empty where a format has none.
    `warnings` are sentences about what of the file is not in the text. `messages` are those of a mail file, in order; no passage reaches over one.
    `page_labels` is what the document itself calls its pages, such as iv; empty where it counts them as everyone does.
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

    `section` is the ordinal of the passage in which the section begins that this one begins in; None where an older index does not say.
    `opening` are the section's first words where they stand in an earlier passage, and not far before it.
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
class Row:
    """A passage as stored: with its document's id, the words that the text leg matches, and its unit vector (dimensions,)."""

    doc: int
    passage: Passage
    terms: str
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored passage that a leg brought: `score` is the cosine (vector leg) or BM25 (text leg); `vector` is None where nobody needs it.

    `message` is the number of the message that it belongs to, 0 in files of other kinds.
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
        """What counts as one document: a file, or a message of it."""
        return self.doc, self.message


def passage_id(doc: int, ordinal: int) -> str:
    """The id of a passage.

    >>> passage_id(255, 3)
    '00000000000000ff-3'
    """
    return f"{doc:016x}-{ordinal}"
