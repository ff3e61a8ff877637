"""MIME: takes a message apart into its headers, its texts in one form each, and attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, cast

from ...documents import Reason
from ...errors import Unreadable
from ..decoding import decode, tidy

if TYPE_CHECKING:
    from email.message import Message

MAX_DEPTH = 10
"""How deep messages may lie inside each other; a deeper one is shown without its parts."""

MAX_HEADER = 2_000
SHOWN = ("text/plain", "text/html")
HEADERS = ("From", "To", "Cc", "Date")

# Encodings that use only bytes below 128, so that their text would pass for ASCII.
_STATEFUL = ("iso-2022", "utf-7", "hz")
_CHARSET = re.compile(r"[\w.:+-]{1,40}")


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the message; `line` is its first line in the file, 0 where that is not known."""

    text: str
    is_html: bool
    line: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment. `name` is a base name; an unnamed file is called after its type."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A message.

    date: the date in its header; None where there is none that can be read.
    headers: the lines to show.
    parts: texts, attachments and forwarded messages in order.
    """

    subject: str
    date: datetime | None
    headers: tuple[str, ...]
    parts: tuple[Text | Attachment | Letter, ...] = ()


def parse(data: bytes) -> Letter:
    """The message in `data`. Raises Unreadable where messages in it are nested too deeply."""
    return letter(message_of(data), _Source(data.decode("ascii", "surrogateescape")), 0)


def message_of(data: bytes) -> Message:
    """The message as the standard library parses it.

    Raises Unreadable where messages in it are nested too deeply.
    """
    from email import message_from_bytes

    try:
        return message_from_bytes(data)
    except RecursionError as error:
        raise Unreadable(Reason.CORRUPT, "the message holds messages nested too deeply") from error


def letter(message: Message, source: _Source, depth: int) -> Letter:
    """A message with its parts, or without any at MAX_DEPTH."""
    shown = tuple(f"{name}: {value}" for name in HEADERS if (value := header(message, name)))
    parts = tuple(_parts(message, source, depth)) if depth < MAX_DEPTH else ()
    return Letter(header(message, "Subject"), _date(message), shown, parts)


@dataclass
class _Source:
    """The file's text, in which the lines of the parts are looked up, in order."""

    text: str
    offset: int = 0
    line: int = 1
    _ends: re.Pattern[str] = field(default=re.compile(r"\r\n|\r|\n"), repr=False)

    def line_of(self, payload: str) -> int:
        """The line at which the part with the source text `payload` begins; 0 where not found."""
        for blank in ("\n\n", "\r\n\r\n"):
            blank_start = self.text.find(blank + payload, self.offset)
            if blank_start >= 0:
                start = blank_start + len(blank)
                self.line += sum(1 for _ in self._ends.finditer(self.text, self.offset, start))
                self.offset = start
                return self.line
        return 0


def _parts(
    message: Message, source: _Source, depth: int, texts: bool = True
) -> Iterator[Text | Attachment | Letter]:
    """The parts of a message in order; without `texts` only the attachments."""
    kind = message.get_content_type()
    payload = message.get_payload()
    if isinstance(payload, list):
        # Descend into a part that holds other parts.
        subparts = cast("list[Message]", payload)
        if kind == "message/rfc822":
            yield from (letter(subpart, source, depth + 1) for subpart in subparts)
        elif kind == "multipart/alternative" and texts:
            best = _best(subparts)
            for subpart in subparts:
                yield from _parts(subpart, source, depth, subpart is best)
        else:
            for subpart in subparts:
                yield from _parts(subpart, source, depth, texts)
        return
    # Any other part is a text to show or an attachment.
    name = _name(message)
    disposition = message.get_content_disposition()
    is_body = disposition != "attachment" and (not name or (disposition is None and kind in SHOWN))
    if is_body and kind.startswith(("text/", "multipart/", "message/")):
        text = content(message) if texts else ""
        if text:
            yield Text(text, kind == "text/html", source.line_of(str(payload)))
    elif name or kind != "application/octet-stream":
        yield Attachment(name or f"unnamed{_suffix(kind)}", _bytes(message))


def _best(forms: list[Message]) -> Message | None:
    """The form of a text to show: plain text where it has words, else the last and richest form."""
    for form in forms:
        if form.get_content_type() == "text/plain" and content(form):
            return form
    readable = [form for form in forms if form.get_content_type() != "text/calendar"]
    return readable[-1] if readable else None


def content(part: Message) -> str:
    """The decoded text of a part, empty where it has none."""
    data = _bytes(part)
    charset = part.get_content_charset() or ""
    try:
        return _decoded(data, charset) if data else ""
    except Unreadable:
        # White space between attachments and binary data are not text of the message.
        return ""


def header(message: Message, name: str) -> str:
    """A header's decoded words on one line, empty where there is no such header."""
    raw = next(
        (str(value) for key, value in message.raw_items() if key.lower() == name.lower()), ""
    )
    return _words(raw[:MAX_HEADER])


def _words(raw: str) -> str:
    """A header's value on one line, with its encoded words decoded.

    Words that are encoded wrongly stay as they are.
    """
    from email.errors import HeaderParseError
    from email.header import decode_header

    words = _unescaped(raw)
    if "=?" in words:
        try:
            # `decode_header` returns the text between encoded words as raw-unicode-escape bytes.
            pieces = [
                piece
                if isinstance(piece, str)
                else _decoded(piece, charset)
                if charset
                else piece.decode("raw-unicode-escape")
                for piece, charset in decode_header(words)
            ]
            words = "".join(pieces)
        except (HeaderParseError, Unreadable):
            pass
    return " ".join(words.split())


def _unescaped(header_text: str) -> str:
    """A header's words without the escapes for its bytes beyond ASCII.

    Those bytes are in an encoding that the message does not name.
    """
    if header_text.isascii():
        return header_text
    try:
        return decode(header_text.encode("utf-8", "surrogateescape"))
    except Unreadable:
        return ""


def _decoded(data: bytes, charset: str) -> str:
    """The text of `data`, whose declared encoding is `charset`. Raises Unreadable as `decode`."""
    if charset.lower().startswith(_STATEFUL):
        try:
            return tidy(data.decode(charset, "replace"))
        except LookupError:
            # The named encoding does not exist.
            pass
    return decode(data, charset if _CHARSET.fullmatch(charset) else "")


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _date(message: Message) -> datetime | None:
    """The date in a message's header, None where there is none that can be read."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(header(message, "Date"))
    except (ValueError, OverflowError):
        return None


def _name(part: Message) -> str:
    """A part's file name without folders, empty where it has none."""
    try:
        name = str(part.get_filename() or "")
    except (LookupError, ValueError):
        # The name is in an encoding that does not exist.
        return ""
    return _words(name[:MAX_HEADER]).replace("\\", "/").rpartition("/")[2].strip()


def _suffix(kind: str) -> str:
    """The usual suffix of a MIME type, empty for an unknown one."""
    from mimetypes import MimeTypes

    return MimeTypes().guess_extension(kind) or ""
