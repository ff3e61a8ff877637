"""Mail: messages and mailboxes as their headers and texts, and what is attached as the other readers read it.

A message is shown so that the first line of a text that is not encoded has its number in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ...documents import Document, Message, Reason
from ...errors import Unreadable
from .. import text
from ..assembly import Assembly
from ..attachments import Attachments
from ..limits import OutOfTime, ran_out
from ..markup import html
from ..title import MAX_TITLE, stem
from .mime import Attachment, Letter, Text, parse

SUFFIXES = (".eml", ".emlx", ".mbox", ".mbx")

NO_SUBJECT = "(no subject)"

_FROM = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]{1,300}\d:\d\d[^\n]{0,100}\n")
_DAY = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.*")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_LENGTH = re.compile(rb"\s*(\d{1,12})\s*\n")
_HEADER = re.compile(
    rb"(?:From|To|Subject|Date|Received|Return-Path|Delivered-To|MIME-Version|Message-ID|Content-Type): ?",
    re.I,
)
_HEAD = re.compile(rb"(?:[!-9;-~]{1,76}:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
_SENT = re.compile(rb"^(?:Received|Message-ID):", re.MULTILINE | re.IGNORECASE)

# Mozilla's programs leave what was deleted in the file until they compact it.
_MOZILLA_STATUS = re.compile(rb"^X-Mozilla-Status: ([0-9a-f]{4})\b", re.MULTILINE | re.IGNORECASE)
_DELETED = 0x0008

_LATEST = 1 << 33
"""A date in seconds since the epoch beyond which, as before it, no message was sent."""


def is_mail(data: bytes) -> bool:
    """True where the file begins as a mailbox or as a message that was sent does: those of many programs bear no suffix."""
    head = _HEAD.match(data[:16_384])
    return _FROM.match(data[:1_024]) is not None or (
        head is not None and _SENT.search(head[0]) is not None
    )


def read(data: bytes, path: str, enclosed: Callable[[bytes, str], Document]) -> Document:
    """The document in a message or mailbox, with its messages. `enclosed` reads what is attached, by its name.

    Where the time for a mailbox is up, the messages read until then are kept, with a warning. Raises Unreadable where there is no message.
    """
    if _FROM.match(data[:1_024]):
        return _mailbox(data, path, enclosed)
    if length := _LENGTH.match(data):
        # Apple Mail puts the count of the message's bytes before it and its own notes behind.
        data = data[length.end() : length.end() + int(length[1])]
    if not any(_HEADER.match(line) for line in data[:4_096].splitlines()):
        raise Unreadable(Reason.CORRUPT, "the file holds no message: it has no header")
    letter = parse(data)
    rendering = _Rendering(enclosed)
    rendering.letter(letter, 2 if length else 1, 1)
    title = letter.subject[:MAX_TITLE] or stem(path)
    return replace(
        rendering.page.document(path, "mail", title),
        messages=(Message(1, 0, title, _nanoseconds(letter.date)),),
    )


def _mailbox(data: bytes, path: str, enclosed: Callable[[bytes, str], Document]) -> Document:
    """Each message is a section of its own, which no passage reaches over, as the line before it is in no block."""
    rendering = _Rendering(enclosed)
    marks = [*_FROM.finditer(data)]
    messages: list[Message] = []
    warnings: list[str] = []
    whole = number = 0
    try:
        for number, (source, mark, line) in enumerate(_messages(data, marks), 1):
            start = whole = rendering.page.length
            rendering.separator(mark, line)
            if _is_deleted(source):
                continue
            try:
                letter = parse(_QUOTED_FROM.sub(rb"\1", source))
                rendering.letter(letter, line + 1, 1)
            except Unreadable as error:
                warnings.append(f"message {number} is left out: {error.message}")
                continue
            written_ns = _nanoseconds(letter.date or _marked(mark))
            messages.append(
                Message(number, start, letter.subject[:MAX_TITLE] or NO_SUBJECT, written_ns)
            )
            whole = rendering.page.length
    except (OutOfTime, MemoryError) as error:
        if not messages:
            raise
        warnings.append(
            f"only the first {number - 1:,} of its {len(marks):,} messages are read: {ran_out(error)}"
        )
    document = rendering.page.document(path, "mail", stem(path))
    blocks = tuple(block for block in document.blocks if block.end <= whole)
    return replace(
        document,
        text=document.text[:whole],
        blocks=blocks,
        warnings=tuple(warnings),
        messages=tuple(messages),
    )


def _messages(data: bytes, marks: Sequence[re.Match[bytes]]) -> Iterator[tuple[bytes, str, int]]:
    """The messages of a mailbox, each with the line that stands before it and that line's number."""
    line, counted = 1, 0
    for place, mark in enumerate(marks):
        line += data.count(b"\n", counted, mark.start())
        counted = mark.start()
        end = marks[place + 1].start() if place + 1 < len(marks) else len(data)
        yield data[mark.end() : end], mark[0].decode("latin-1").strip(), line


def _is_deleted(source: bytes) -> bool:
    head = _HEAD.match(source)
    status = _MOZILLA_STATUS.search(head[0]) if head else None
    return status is not None and bool(int(status[1], 16) & _DELETED)


def _marked(mark: str) -> datetime | None:
    """The time in the line before a message."""
    from email.utils import parsedate_to_datetime

    # What stands before it is an address, or any words that archives make of one.
    day = _DAY.search(mark)
    try:
        return parsedate_to_datetime(day[0]) if day else None
    except (ValueError, OverflowError):
        return None


def _nanoseconds(date: datetime | None) -> int | None:
    """A date since the epoch, without a zone in UTC; None for one that no message can have been written at."""
    if date is None:
        return None
    seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    return int(seconds) * 10**9 if 0 < seconds < _LATEST else None


class _Rendering:
    """The messages as they are shown, one after the other."""

    def __init__(self, enclosed: Callable[[bytes, str], Document]) -> None:
        self.enclosed = enclosed
        self.page = Assembly()
        self.attachments = Attachments(self.page, enclosed)

    def separator(self, mark: str, line: int) -> None:
        """What stands between the messages of a mailbox; in no block, so that it parts passages."""
        self.page.include(mark, (), at=line)

    def letter(self, letter: Letter, first: int, level: int) -> None:
        """A message that begins in the file's line `first`, under a heading of that level."""
        if level == 1:
            self.attachments = Attachments(self.page, self.enclosed)
        day = f" ({letter.date:%Y-%m-%d})" if letter.date else ""
        body = next(
            (part.line for part in letter.parts[:1] if isinstance(part, Text) and part.line), 0
        )
        # The heading, the headers and a blank line stand right above the first text.
        above = first - 1 + body - len(letter.headers) - 2 if body else 0
        self.page.heading((letter.subject or NO_SUBJECT) + day, level, above)
        if letter.headers:
            self.page.add("\n".join(letter.headers), "paragraph", gap="\n")
        for part in letter.parts:
            if isinstance(part, Text):
                self.words(part, first, level)
            elif isinstance(part, Attachment):
                self.attachments.add(part.name, part.data, level + 1)
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
