"""What a message consists of: texts, attachments, other messages, and alternatives of these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the message; `line` is its first line in the file, 0 where that is not known."""

    text: str
    is_html: bool
    line: int = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment. `name` is a base name; an unnamed file is called after its type."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Forms of one text, from the plainest to the richest; each is a tuple of parts."""

    forms: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message.

    date: the date in its header; None where there is none that can be read.
    headers: the lines to show.
    parts: what it consists of, in order.
    """

    subject: str
    date: datetime | None
    headers: tuple[str, ...]
    parts: tuple[Piece, ...] = ()


Piece = Text | Attachment | Alternatives | Letter
