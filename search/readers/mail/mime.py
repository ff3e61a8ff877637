"""MIME: takes a message apart into its headers, its texts in one form each, and attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from ...documents import Reason
from ...errors import Unreadable
from ..decoding import tidy
from ..left_out import LeftOut, Part
from . import tnef
from .headers import date, decoded, file_name, header
from .parts import Alternatives, Attachment, Letter, Piece, Text

if TYPE_CHECKING:
    from email.message import Message

MAX_DEPTH = 10
"""How deep messages may lie inside each other; a deeper one is shown without its parts."""

SHOWN = ("text/plain", "text/html")
HEADERS = ("From", "To", "Cc", "Date")

HTML = ("text/html", "application/xhtml+xml", "text/x-amp-html", "text/watch-html")
TAGGED = ("text/enriched", "text/richtext")
MESSAGES = ("message/rfc822", "message/global", "message/news")
ENCODED = ("base64", "quoted-printable", "x-uuencode", "uuencode", "x-uue", "uue")

OF_FORMATS = {
    "text/calendar": ".ics",
    "text/x-vcalendar": ".vcs",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/directory": ".vcf",
    "text/rtf": ".rtf",
    "application/rtf": ".rtf",
    "text/csv": ".csv",
}
"""Types of parts that have readers of their own, and the suffixes of these readers."""

_HEADER = re.compile(
    rb"(?:From|To|Subject|Date|Received|Return-Path|Delivered-To|MIME-Version|Message-ID|"
    rb"Content-Type): ?",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>\n]{0,60}>")


def parse(data: bytes, left_out: LeftOut) -> Letter:
    """The message in `data`; what cannot be read is counted in `left_out`.

    Raises Unreadable where messages in it are nested too deeply.
    """
    source = _Source(data.decode("ascii", "surrogateescape"))
    return letter(message_of(data), source, left_out, 0)


def message_of(data: bytes) -> Message:
    """The message as the standard library parses it.

    Raises Unreadable where messages in it are nested too deeply.
    """
    from email import message_from_bytes

    try:
        return message_from_bytes(data)
    except RecursionError as error:
        raise Unreadable(Reason.CORRUPT, "the message holds messages nested too deeply") from error


def letter(message: Message, source: _Source, left_out: LeftOut, depth: int) -> Letter:
    """A message with its parts, or without any at MAX_DEPTH."""
    shown = tuple(
        f"{name}: {value}" for name in HEADERS if (value := header(message, name, left_out))
    )
    parts: tuple[Piece, ...] = ()
    if depth < MAX_DEPTH:
        parts = tuple(_parts(message, source, left_out, depth))
    elif message.get_payload():
        left_out.add(Part.NESTED)
    return Letter(header(message, "Subject", left_out), date(message), shown, parts)


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


def _parts(message: Message, source: _Source, left_out: LeftOut, depth: int) -> Iterator[Piece]:
    """The parts of a message in order."""
    kind = message.get_content_type()
    payload = message.get_payload()
    if isinstance(payload, list):
        # Descend into a part that holds other parts.
        subparts = cast("list[Message]", payload)
        encoded = _encoded_message(message, subparts) if kind in MESSAGES else b""
        if encoded:
            yield letter(message_of(encoded), _Source(""), left_out, depth + 1)
        elif kind in MESSAGES:
            for subpart in subparts:
                yield letter(subpart, source, left_out, depth + 1)
        elif kind == "message/delivery-status":
            reports = (report.as_string().strip() for report in subparts)
            yield Text(_tidied("\n\n".join(reports)), False)
        elif kind == "multipart/alternative":
            yield Alternatives(
                tuple(tuple(_parts(form, source, left_out, depth)) for form in subparts)
            )
        else:
            for subpart in subparts:
                yield from _parts(subpart, source, left_out, depth)
        return
    # Any other part is a text to show or an attachment.
    name = file_name(message)
    disposition = message.get_content_disposition()
    is_body = disposition != "attachment" and (not name or (disposition is None and kind in SHOWN))
    is_body = is_body and kind.startswith(("text/", "multipart/", "message/"))
    if is_body and kind not in OF_FORMATS:
        text = content(message, left_out)
        if text and kind in TAGGED:
            text = _TAG.sub("", text)
        if text:
            yield Text(text, kind in HTML, source.line_of(str(payload)))
    elif data := _data(message):
        yield from _enclosed(kind, name, data, left_out, depth)


def _enclosed(kind: str, name: str, data: bytes, left_out: LeftOut, depth: int) -> Iterator[Piece]:
    """What lies in a part that is no text to show: a message, or an attachment."""
    if kind in tnef.KINDS or tnef.is_tnef(data):
        try:
            yield from tnef.letter(data, left_out).parts
        except Unreadable as error:
            left_out.add(Part.ATTACHMENT, reason=f"{name or kind}: {error.message}")
    elif (kind in MESSAGES or name.lower().endswith(".eml")) and has_header(data):
        yield letter(message_of(data), _Source(""), left_out, depth + 1)
    else:
        # A name without a suffix does not say which reader is right.
        known = OF_FORMATS.get(kind, "") if "." not in name else ""
        yield Attachment(
            (name or f"unnamed{known or _suffix(kind)}") + (known if name else ""), data
        )


def _encoded_message(message: Message, subparts: list[Message]) -> bytes:
    """The attached message where it is in an encoding, which the standard library leaves as it is.

    Empty for a message without an encoding, and for one that is none when it is decoded.
    """
    from email.message import Message as Plain

    encoding = str(message.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding not in ENCODED or not subparts:
        return b""
    part = Plain()
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(subparts[0].as_string())
    data = _bytes(part)
    return data if has_header(data) else b""


def has_header(data: bytes) -> bool:
    """True where `data` begins as a message does: one of its first lines is a usual header."""
    return any(_HEADER.match(line) for line in data[:4_096].splitlines())


def _data(message: Message) -> bytes:
    """The contents of an attachment; a text in an encoding that it names becomes UTF-8."""
    data = _bytes(message)
    charset = message.get_content_charset() or ""
    if message.get_content_maintype() != "text" or not charset or data.isascii():
        return data
    text = content(message)
    return ("\ufeff" + text).encode("utf-8", "replace") if text else data


def content(part: Message, left_out: LeftOut | None = None) -> str:
    """The decoded text of a part, empty where it has none; what is no text is counted."""
    data = _bytes(part)
    charset = part.get_content_charset() or ""
    try:
        return decoded(data, charset) if data else ""
    except Unreadable as error:
        # White space between attachments is no text of the message.
        if left_out and error.reason is not Reason.EMPTY:
            left_out.add(Part.BODY, reason=error.message)
        return ""


def _tidied(text: str) -> str:
    try:
        return tidy(text)
    except Unreadable:
        return ""


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _suffix(kind: str) -> str:
    """The usual suffix of a MIME type, empty where the contents have to tell."""
    from mimetypes import MimeTypes

    if kind == "application/octet-stream":
        return ""
    return MimeTypes().guess_extension(kind) or ""
