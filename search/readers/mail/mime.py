"""MIME: a message taken apart into its headers, its texts in one form each, and what is attached."""

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
"""Messages inside each other; what is forwarded more often is left out."""

MAX_HEADER = 2_000
SHOWN = ("text/plain", "text/html")
HEADERS = ("From", "To", "Cc", "Date")

# Encodings in bytes below 128, which would pass for ASCII.
_STATEFUL = ("iso-2022", "utf-7", "hz")
_CHARSET = re.compile(r"[\w.:+-]{1,40}")


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the message; `line` is the first of the file's lines that hold it, 0 where that is not known."""

    text: str
    is_html: bool
    line: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is attached: `name` is a base name, empty where it has none and its type says nothing."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A message: `date` is that of its header, None where it is none; `headers` are lines to show; `parts` in order."""

    subject: str
    date: datetime | None
    headers: tuple[str, ...]
    parts: tuple[Text | Attachment | Letter, ...] = ()


def parse(data: bytes) -> Letter:
    """The message in `data`. Raises Unreadable where it is nested beyond reason."""
    return letter(message_of(data), _Source(data.decode("ascii", "surrogateescape")), 0)


def message_of(data: bytes) -> Message:
    """The standard library's message. Raises Unreadable where it is nested beyond reason."""
    from email import message_from_bytes

    try:
        return message_from_bytes(data)
    except RecursionError as error:
        raise Unreadable(Reason.CORRUPT, "the message holds messages nested too deeply") from error


def letter(message: Message, source: _Source, depth: int) -> Letter:
    """A message with what it holds, as far as it is nested less than MAX_DEPTH deep."""
    shown = tuple(f"{name}: {value}" for name in HEADERS if (value := header(message, name)))
    parts = tuple(_parts(message, source, depth)) if depth < MAX_DEPTH else ()
    return Letter(header(message, "Subject"), _date(message), shown, parts)


@dataclass
class _Source:
    """The file's text, to find the lines of its parts in; they are asked for in order."""

    text: str
    offset: int = 0
    line: int = 1
    _ends: re.Pattern[str] = field(default=re.compile(r"\r\n|\r|\n"), repr=False)

    def line_of(self, payload: str) -> int:
        """The line in which the part begins that holds `payload` as it stands; 0 where it is not found."""
        for blank in ("\n\n", "\r\n\r\n"):
            found = self.text.find(blank + payload, self.offset)
            if found >= 0:
                start = found + len(blank)
                self.line += sum(1 for _ in self._ends.finditer(self.text, self.offset, start))
                self.offset = start
                return self.line
        return 0


def _parts(
    message: Message, source: _Source, depth: int, texts: bool = True
) -> Iterator[Text | Attachment | Letter]:
    """The parts of a message in order; without `texts` only what is attached."""
    kind = message.get_content_type()
    payload = message.get_payload()
    if isinstance(payload, list):
        inside = cast("list[Message]", payload)
        if kind == "message/rfc822":
            yield from (letter(each, source, depth + 1) for each in inside)
        elif kind == "multipart/alternative" and texts:
            shown = _best(inside)
            for each in inside:
                yield from _parts(each, source, depth, each is shown)
        else:
            for each in inside:
                yield from _parts(each, source, depth, texts)
        return
    name = _name(message)
    disposition = message.get_content_disposition()
    shown_here = disposition != "attachment" and (
        not name or (disposition is None and kind in SHOWN)
    )
    if shown_here and kind.startswith(("text/", "multipart/", "message/")):
        text = content(message) if texts else ""
        if text:
            yield Text(text, kind == "text/html", source.line_of(str(payload)))
    elif name or kind != "application/octet-stream":
        yield Attachment(name or f"unnamed{_suffix(kind)}", _bytes(message))


def _best(forms: list[Message]) -> Message | None:
    """Which of a text's forms is shown: plain where it says anything, else the last, which is the richest."""
    for form in forms:
        if form.get_content_type() == "text/plain" and content(form):
            return form
    readable = [form for form in forms if form.get_content_type() != "text/calendar"]
    return readable[-1] if readable else None


def content(part: Message) -> str:
    """The text of a part, decoded; empty where it has none."""
    data = _bytes(part)
    charset = part.get_content_charset() or ""
    try:
        return _decoded(data, charset) if data else ""
    except Unreadable:
        # White space is what stands between attachments; binary data is no text of the message.
        return ""


def header(message: Message, name: str) -> str:
    """A header's words on one line, decoded; empty where there is none."""
    raw = next(
        (str(value) for key, value in message.raw_items() if key.lower() == name.lower()), ""
    )
    return _words(raw[:MAX_HEADER])


def _words(raw: str) -> str:
    """A header's value on one line, with its encoded words decoded; those that are encoded wrongly stay as they are."""
    from email.errors import HeaderParseError
    from email.header import decode_header

    words = _unescaped(raw)
    if "=?" in words:
        try:
            # What stands between encoded words comes in this form.
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


def _unescaped(raw: str) -> str:
    """A header's words without the escapes that stand for its bytes beyond ASCII, which are in an encoding nobody names."""
    if raw.isascii():
        return raw
    try:
        return decode(raw.encode("utf-8", "surrogateescape"))
    except Unreadable:
        return ""


def _decoded(data: bytes, charset: str) -> str:
    if charset.lower().startswith(_STATEFUL):
        try:
            return tidy(data.decode(charset, "replace"))
        except LookupError:
            # The name is of an encoding that does not exist.
            pass
    return decode(data, charset if _CHARSET.fullmatch(charset) else "")


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _date(message: Message) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(header(message, "Date"))
    except (ValueError, OverflowError):
        return None


def _name(part: Message) -> str:
    """The name that a part bears, without folders."""
    try:
        name = str(part.get_filename() or "")
    except (LookupError, ValueError):
        # It is in an encoding that does not exist.
        return ""
    return _words(name[:MAX_HEADER]).replace("\\", "/").rpartition("/")[2].strip()


def _suffix(kind: str) -> str:
    from mimetypes import MimeTypes

    return MimeTypes().guess_extension(kind) or ""
