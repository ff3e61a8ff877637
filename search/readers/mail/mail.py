"""Mail: messages and mailboxes, with their headers, texts and attachments.

The other readers read the attachments. A message is laid out so that the first line of a text that
is not encoded keeps its line number in the file.
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
from ..left_out import LeftOut, Part
from ..limits import OutOfTime, ran_out
from ..markup import html
from ..title import MAX_TITLE, stem
from . import tnef
from .alternatives import resolved
from .mime import has_header, parse
from .parts import Attachment, Letter, Text

SUFFIXES = (".eml", ".emlx", ".mbox", ".mbx", ".tnef")

NO_SUBJECT = "(no subject)"

# A line "From " begins a message where a header follows it. Behind a date as mail programs write it
# any header counts, behind another time of day a usual one.
_FROM = re.compile(
    rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From "
    rb"(?:[^\n]{0,300}\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [^\n]{0,20}\d\d:\d\d[^\n]{0,100}+\n"
    rb"(?=[!-9;-~]{1,76}:[ \t\r\n]|>From )|"
    rb"[^\n]{1,300}\d:\d\d[^\n]{0,100}+\n(?i:(?=(?:From|To|Cc|Subject|Date|Received|Return-Path|"
    rb"Delivered-To|Reply-To|Sender|Status|MIME-Version|Message-ID|Content-[\w-]{1,40}|"
    rb"X-[\w-]{1,60}):)))"
)
_DAY = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.*")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_LENGTH = re.compile(rb"\s*(\d{1,12})\s*\n")
_HEAD = re.compile(rb"(?:[!-9;-~]{1,76}:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
_SENT = re.compile(rb"^(?:Received|Message-ID):", re.MULTILINE | re.IGNORECASE)

# Mozilla's programs leave deleted messages in the file until they compact it.
_MOZILLA_STATUS = re.compile(rb"^X-Mozilla-Status: ([0-9a-f]{4})\b", re.MULTILINE | re.IGNORECASE)
_DELETED = 0x0008

_LATEST = 1 << 33
"""Seconds since the epoch. No message can have been sent later, or before the epoch."""


def is_mail(data: bytes) -> bool:
    """True where the file begins as a mailbox does, as a message that was sent, or as TNEF.

    The mailboxes of many programs have no suffix.
    """
    head = _HEAD.match(data[:16_384])
    return (
        _FROM.match(data[:1_024]) is not None
        or tnef.is_tnef(data)
        or (head is not None and _SENT.search(head[0]) is not None)
    )


def read(data: bytes, path: str, enclosed: Callable[[bytes, str], Document]) -> Document:
    """The document in a message or mailbox, with its messages.

    `enclosed` reads an attachment by its name. Where the time for a mailbox is up, the messages
    read so far are kept, with a warning.

    Raises Unreadable where there is no message.
    """
    if _FROM.match(data[:1_024]):
        return _mailbox(data, path, enclosed)
    if length := _LENGTH.match(data):
        # Apple Mail writes the length of the message in bytes before it, and its own notes after
        # it.
        data = data[length.end() : length.end() + int(length[1])]
    layout = _Layout(enclosed)
    if tnef.is_tnef(data):
        letter = tnef.letter(data, layout.left_out)
    elif has_header(data):
        letter = parse(data, layout.left_out)
    else:
        raise Unreadable(Reason.CORRUPT, "the file holds no message: it has no header")
    layout.letter(letter, 2 if length else 1, 1)
    title = letter.subject[:MAX_TITLE] or stem(path)
    return replace(
        layout.page.document(path, "mail", title),
        messages=(Message(1, 0, title, _nanoseconds(letter.date)),),
        warnings=layout.warnings(),
    )


def _mailbox(data: bytes, path: str, enclosed: Callable[[bytes, str], Document]) -> Document:
    """The document in a mailbox, in which each message is a section of its own.

    No passage reaches over two messages, because the line between them is in no block.
    """
    layout = _Layout(enclosed)
    separators = [*_FROM.finditer(data)]
    messages: list[Message] = []
    warnings: list[str] = []
    complete_length = number = 0
    try:
        # Read the messages one after the other; `complete_length` is the text up to a complete one.
        for number, (source, separator, line) in enumerate(_messages(data, separators), 1):
            start = complete_length = layout.page.length
            layout.separator(separator, line)
            if _is_deleted(source):
                layout.left_out.add(Part.MESSAGE)
                continue
            try:
                letter = parse(_QUOTED_FROM.sub(rb"\1", source), layout.left_out)
                layout.letter(letter, line + 1, 1)
            except Unreadable as error:
                warnings.append(f"message {number} is left out: {error.message}")
                continue
            written_ns = _nanoseconds(letter.date or _separator_date(separator))
            messages.append(
                Message(number, start, letter.subject[:MAX_TITLE] or NO_SUBJECT, written_ns)
            )
            complete_length = layout.page.length
    except (OutOfTime, MemoryError) as error:
        if not messages:
            raise
        warnings.append(
            f"only the first {number - 1:,} of its {len(separators):,} messages are read: "
            f"{ran_out(error)}"
        )
    # Drop the text of a message that was not read to its end.
    document = layout.page.document(path, "mail", stem(path))
    blocks = tuple(block for block in document.blocks if block.end <= complete_length)
    return replace(
        document,
        text=document.text[:complete_length],
        blocks=blocks,
        warnings=(*warnings, *layout.warnings()),
        messages=tuple(messages),
    )


def _messages(
    data: bytes, separators: Sequence[re.Match[bytes]]
) -> Iterator[tuple[bytes, str, int]]:
    """The messages of a mailbox, each with the separator line before it and that line's number."""
    line, counted = 1, 0
    for index, separator in enumerate(separators):
        line += data.count(b"\n", counted, separator.start())
        counted = separator.start()
        end = separators[index + 1].start() if index + 1 < len(separators) else len(data)
        yield data[separator.end() : end], separator[0].decode("latin-1").strip(), line


def _is_deleted(source: bytes) -> bool:
    """True for a message that Mozilla's programs have marked as deleted."""
    head = _HEAD.match(source)
    status = _MOZILLA_STATUS.search(head[0]) if head else None
    return status is not None and bool(int(status[1], 16) & _DELETED)


def _separator_date(separator: str) -> datetime | None:
    """The date in the separator line before a message; None where it holds none."""
    from email.utils import parsedate_to_datetime

    # The date follows an address, or the words that archives write in place of an address.
    day = _DAY.search(separator)
    try:
        return parsedate_to_datetime(day[0]) if day else None
    except (ValueError, OverflowError):
        return None


def _nanoseconds(date: datetime | None) -> int | None:
    """A date as nanoseconds since the epoch; a date without a zone is taken as UTC.

    None for a date at which no message can have been written.
    """
    if date is None:
        return None
    seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    return int(seconds) * 10**9 if 0 < seconds < _LATEST else None


class _Layout:
    """Lays out the messages as they are shown, one after the other."""

    def __init__(self, enclosed: Callable[[bytes, str], Document]) -> None:
        self.page = Assembly()
        self.left_out = LeftOut()
        self.attachments = Attachments(self.page, enclosed, self.left_out)

    def warnings(self) -> tuple[str, ...]:
        """What the messages leave out, each kind in a sentence."""
        return (*self.left_out.warnings(), *self.attachments.warnings())

    def separator(self, mark: str, line: int) -> None:
        """Add the line between two messages of a mailbox.

        The line is in no block, so that it separates passages.
        """
        self.page.include(mark, (), at=line)

    def letter(self, letter: Letter, first_line: int, level: int) -> None:
        """Add a message that begins in the file's `first_line`, under a heading of that level."""
        # The limit on attachments counts anew for each message of a mailbox.
        if level == 1:
            self.attachments.count = 0
        day = f" ({letter.date:%Y-%m-%d})" if letter.date else ""
        parts = resolved(letter.parts)
        text_line = next(
            (part.line for part in parts[:1] if isinstance(part, Text) and part.line), 0
        )
        # The heading, the headers and a blank line go right above the first text.
        heading_line = first_line - 1 + text_line - len(letter.headers) - 2 if text_line else 0
        self.page.heading((letter.subject or NO_SUBJECT) + day, level, heading_line)
        if letter.headers:
            self.page.add("\n".join(letter.headers), "paragraph", gap="\n")
        for part in parts:
            if isinstance(part, Text):
                self.text_part(part, first_line, level)
            elif isinstance(part, Attachment):
                self.attachments.add(part.name, part.data, level + 1)
            else:
                self.letter(part, first_line, level + 1)

    def text_part(self, part: Text, first_line: int, level: int) -> None:
        """Add a text of a message that begins in the file's line `first_line`."""
        line = first_line - 1 + part.line if part.line else 0
        if not part.is_html:
            self.left_out.add_undecoded(part.text)
            self.page.include(part.text.rstrip(), text.paragraphs(part.text.rstrip()), at=line)
            return
        try:
            page = html.read(("\ufeff" + part.text).encode("utf-8", "replace"), "")
        except Unreadable:
            # A page that holds only pictures has no text.
            return
        self.page.include(page.text, page.blocks, level, line)
        self.attachments.tell("the HTML text", page.warnings)
