"""What the tools return: frozen dataclasses, of which the protocol's library makes the schema.

The library takes the descriptors of `slots` for default values, so these classes have none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Passage:
    """A passage that answers.

    `place` is what to cite: the path with the line, or with the page. `id` and `place` can be given
    to `read`. `score` lies in [0, 1], and means the same in every query. `answer` is the sentence
    that answers, empty where none does. `text` is the passage, cut to the budget.
    """

    place: str
    id: str
    score: float
    title: str
    headings: tuple[str, ...]
    modified: str
    answer: str
    text: str


@dataclass(frozen=True)
class Found:
    """The passages that answer a question, best first.

    `weak` is true where none answers well. `left_out` counts the hits for which there was no room.
    """

    passages: tuple[Passage, ...]
    weak: bool
    left_out: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A part of a document.

    `lines` are its first and last line, `of_lines` is the last line of the document, and `pages`
    counts its pages, 0 where it has none. `next` is what to give to `read` to go on, empty at the
    end.
    """

    path: str
    title: str
    lines: tuple[int, int]
    of_lines: int
    pages: int
    text: str
    next: str


@dataclass(frozen=True)
class Listed:
    """A document of the index; `modified` is UTC in ISO 8601."""

    path: str
    title: str
    kind: str
    modified: str


@dataclass(frozen=True)
class Listing:
    """The newest documents, and how many there are in all."""

    documents: tuple[Listed, ...]
    total: int


@dataclass(frozen=True)
class Folder:
    """A folder of the index: how many documents it has, and when it was last read (UTC)."""

    path: str
    documents: int
    read: str


@dataclass(frozen=True)
class Holdings:
    """What the index holds. `health` is `ok`, or says what is wrong."""

    documents: int
    passages: int
    kinds: dict[str, int]
    folders: tuple[Folder, ...]
    unreadable: int
    health: str
