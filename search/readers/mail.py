"""Mail: messages and mailboxes as their headers and texts, and what is attached as the other readers read it.

A message is shown so that the first line of a text that is not encoded has its number in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..documents import Document, Reason
from ..errors import Unreadable
from . import html, text
from .assembly import Assembly
from .mime import Attachment, Letter, Text, parse
from .title import MAX_TITLE, stem

SUFFIXES = (".eml", ".emlx", ".mbox", ".mbx")

MAX_ATTACHMENTS = 200
"""Attachments of one file that are read; further ones are named only."""

NO_SUBJECT = "(no subject)"

_FROM = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]{1,300}\d:\d\d[^\n]{0,100}\n")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_LENGTH = re.compile(rb"\s*(\d{1,12})\s*\n")
_HEADER = re.compile(
    rb"(?:From|To|Subject|Date|Received|Return-Path|Delivered-To|MIME-Version|Message-ID|Content-Type): ?", re.I
)
_HEAD = re.compile(rb"(?:[!-9;-~]{1,76}:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
_SENT = re.compile(rb"^(?:Received|Message-ID):", re.MULTILINE | re.IGNORECASE)


def is_mail(data: bytes) -> bool:
    """True where the file begins as a mailbox or as a message that was sent does: those of many programs bear no suffix."""
    head = _HEAD.match(data[:16_384])
    return _FROM.match(data[:1_024]) is not None or (head is not None and _SENT.search(head[0]) is not None)


def read(data: bytes, path: str, enclosed: Callable[[bytes, str], Document]) -> Document:
    """The document in a message or mailbox: each message a section of its own, which no passage reaches over.

    `enclosed` reads what is attached, by its name. Raises Unreadable where there is no message.
    """
    if _FROM.match(data[:1_024]):
        rendering = _Rendering(enclosed)
        for message, mark, line in _messages(data):
            rendering.separator(mark, line)
            rendering.letter(parse(_QUOTED_FROM.sub(rb"\1", message)), line + 1, 1)
        return rendering.page.document(path, "mail", stem(path))
    if length := _LENGTH.match(data):
        # Apple Mail puts the count of the message's bytes before it and its own notes behind.
        data = data[length.end() : length.end() + int(length[1])]
    if not any(_HEADER.match(line) for line in data[:4_096].splitlines()):
        raise Unreadable(Reason.CORRUPT, "the file holds no message: it has no header")
    letter = parse(data)
    rendering = _Rendering(enclosed)
    rendering.letter(letter, 2 if length else 1, 1)
    return rendering.page.document(path, "mail", letter.subject[:MAX_TITLE] or stem(path))


def _messages(data: bytes) -> Iterator[tuple[bytes, str, int]]:
    """The messages of a mailbox, each with the line that stands before it and that line's number."""
    marks = list(_FROM.finditer(data))
    line, counted = 1, 0
    for mark, following in zip(marks, (*marks[1:], None), strict=True):
        line += data.count(b"\n", counted, mark.start())
        counted = mark.start()
        end = following.start() if following else len(data)
        yield data[mark.end() : end], mark[0].decode("latin-1").strip(), line


class _Rendering:
    """The messages as they are shown, one after the other."""

    def __init__(self, enclosed: Callable[[bytes, str], Document]) -> None:
        self.enclosed = enclosed
        self.page = Assembly()
        self.attachments = 0

    def separator(self, mark: str, line: int) -> None:
        """What stands between the messages of a mailbox; in no block, so that it parts passages."""
        self.page.include(mark, (), at=line)

    def letter(self, letter: Letter, first: int, level: int) -> None:
        """A message that begins in the file's line `first`, under a heading of that level."""
        day = f" ({letter.date:%Y-%m-%d})" if letter.date else ""
        body = next((part.line for part in letter.parts[:1] if isinstance(part, Text) and part.line), 0)
        # The heading, the headers and a blank line stand right above the first text.
        above = first - 1 + body - len(letter.headers) - 2 if body else 0
        self.page.heading((letter.subject or NO_SUBJECT) + day, level, above)
        if letter.headers:
            self.page.add("\n".join(letter.headers), "paragraph", parted="\n")
        for part in letter.parts:
            if isinstance(part, Text):
                self.words(part, first, level)
            elif isinstance(part, Attachment):
                self.attachment(part, level + 1)
            else:
                self.letter(part, first, level + 1)

    def words(self, part: Text, first: int, level: int) -> None:
        """A text of the message."""
        line = first - 1 + part.line if part.line else 0
        if not part.is_html:
            self.page.include(part.text.rstrip(), text.paragraphs(part.text.rstrip()), at=line)
            return
        try:
            page = html.read(("\ufeff" + part.text).encode("utf-8", "replace"), "")
        except Unreadable:
            # A page of pictures alone says nothing.
            return
        self.page.include(page.text, page.blocks, level, line)

    def attachment(self, part: Attachment, level: int) -> None:
        """What is attached, under its name; where it cannot be read, its name and why."""
        self.attachments += 1
        heading = f"Attachment: {part.name}"
        if self.attachments > MAX_ATTACHMENTS:
            self.page.add(f"{heading} (not read: there are more than {MAX_ATTACHMENTS})", "paragraph")
            return
        try:
            document = self.enclosed(part.data, part.name)
        except Unreadable as error:
            self.page.add(f"{heading} ({error.message})", "paragraph")
            return
        self.page.heading(heading, level)
        self.page.include(document.text, document.blocks, level)
