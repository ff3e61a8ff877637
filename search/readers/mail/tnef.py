"""TNEF: the file winmail.dat, in which Outlook sends a message's text and attachments.

The format is that of Microsoft's specifications MS-OXTNEF. Nothing is read beyond the file's end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import error as StructError
from struct import unpack_from

from ...documents import Reason
from ...errors import Unreadable
from ..left_out import LeftOut, Part
from .mapi import inflated, properties, string_of
from .parts import Alternatives, Attachment, Letter, Piece, Text

SIGNATURE = b"\x78\x9f\x3e\x22"

KINDS = ("application/ms-tnef", "application/vnd.ms-tnef")

MAX_DEPTH = 10

# Attributes of the stream, by their number without the type.
_SUBJECT, _BODY, _PROPERTIES, _CODE_PAGE = 0x8004, 0x800C, 0x9003, 0x9007
_NEXT_ATTACHMENT, _ATTACHMENT_NAME, _ATTACHMENT_DATA, _ATTACHMENT_PROPERTIES = (
    *(0x9002, 0x8010, 0x800F),
    0x9005,
)
# Properties of messages and attachments.
_PR_SUBJECT, _PR_BODY, _PR_RTF, _PR_HTML = 0x0037, 0x1000, 0x1009, 0x1013
_PR_CODE_PAGE, _PR_INTERNET_CODE_PAGE = 0x3FFD, 0x3FDE
_PR_DATA, _PR_NAME, _PR_SHORT_NAME, _PR_DISPLAY_NAME = 0x3701, 0x3707, 0x3704, 0x3001


def is_tnef(data: bytes) -> bool:
    """True where `data` begins as a TNEF stream."""
    return data.startswith(SIGNATURE)


def letter(data: bytes, left_out: LeftOut, depth: int = 0) -> Letter:
    """The message in a TNEF stream; what its damage hides is counted.

    Raises Unreadable where `data` is no TNEF stream.
    """
    if not is_tnef(data):
        raise Unreadable(Reason.CORRUPT, "the file is no TNEF stream")
    stream = _Stream()
    try:
        for level, number, value in _attributes(data):
            stream.take(level, number, value)
    except (StructError, ValueError):
        left_out.add(Part.BODY, reason="winmail.dat is damaged")
    return stream.letter(left_out, depth)


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The attributes: level (1 message, 2 attachment), number and value.

    Raises StructError or ValueError where the stream is cut off.
    """
    position = 6
    while position < len(data):
        level, number, _, size = unpack_from("<BHHI", data, position)
        position += 9
        if position + size > len(data):
            yield level, number, data[position:]
            raise ValueError("the stream is cut off")
        yield level, number, data[position : position + size]
        position += size + 2


@dataclass(slots=True)
class _File:
    """An attachment; `message` is that of an attached message."""

    name: str = ""
    data: bytes = b""
    message: bytes = b""


@dataclass(slots=True)
class _Stream:
    """What the attributes of a stream say."""

    properties: dict[int, bytes | str] = field(default_factory=dict)
    subject: bytes = b""
    body: bytes = b""
    code_page: int = 0
    files: list[_File] = field(default_factory=list)

    def take(self, level: int, number: int, value: bytes) -> None:
        """Take the next attribute. Raises StructError or ValueError where it is damaged."""
        if number == _CODE_PAGE and len(value) >= 4:
            self.code_page = unpack_from("<I", value)[0]
        elif level == 1 and number == _SUBJECT:
            self.subject = value
        elif level == 1 and number == _BODY:
            self.body = value
        elif level == 1 and number == _PROPERTIES:
            for name, held in properties(value):
                self.properties.setdefault(name, held)
        elif number == _NEXT_ATTACHMENT or (level == 2 and not self.files):
            self.files.append(_File())
        if level == 2:
            self.attached(self.files[-1], number, value)

    def attached(self, file: _File, number: int, value: bytes) -> None:
        """Take an attribute of an attachment."""
        if number == _ATTACHMENT_NAME:
            file.name = file.name or string_of(value, self.code_page)
        elif number == _ATTACHMENT_DATA:
            file.data = value
        elif number == _ATTACHMENT_PROPERTIES:
            held_properties = dict(properties(value))
            names = (_PR_NAME, _PR_SHORT_NAME, _PR_DISPLAY_NAME)
            found = (string_of(held_properties.get(name, b""), self.code_page) for name in names)
            file.name = next(filter(None, found), file.name)
            held = held_properties.get(_PR_DATA, b"")
            # An attached object has the number of its kind, 16 bytes, before its contents.
            if isinstance(held, bytes) and is_tnef(held[16:]):
                file.message = held[16:]
            elif isinstance(held, bytes) and held and not file.data:
                file.data = held

    def letter(self, left_out: LeftOut, depth: int) -> Letter:
        """The message with its forms and attachments."""
        code_page = self.number(_PR_CODE_PAGE) or self.code_page
        forms = (self.plain(code_page), self.html(code_page), self.rtf(left_out))
        parts: list[Piece] = [Alternatives(tuple((form,) for form in forms if form.text))]
        for file in self.files:
            if file.message and depth < MAX_DEPTH:
                parts.append(letter(file.message, left_out, depth + 1))
            elif file.message:
                left_out.add(Part.NESTED)
            elif file.data:
                name = file.name.replace("\\", "/").rpartition("/")[2].strip()
                parts.append(Attachment(name or "unnamed", file.data))
            else:
                left_out.add(Part.ATTACHMENT, reason="winmail.dat holds only its name")
        subject = self.properties.get(_PR_SUBJECT) or self.subject
        return Letter(string_of(subject, code_page), None, (), tuple(parts))

    def number(self, name: int) -> int:
        """A property that is a number; 0 where there is none."""
        held = self.properties.get(name, b"")
        return int.from_bytes(held[:4], "little") if isinstance(held, bytes) else 0

    def plain(self, code_page: int) -> Text:
        """The plain text."""
        return Text(string_of(self.properties.get(_PR_BODY) or self.body, code_page), False)

    def html(self, code_page: int) -> Text:
        """The text in HTML."""
        code_page = self.number(_PR_INTERNET_CODE_PAGE) or code_page
        return Text(string_of(self.properties.get(_PR_HTML, b""), code_page), True)

    def rtf(self, left_out: LeftOut) -> Text:
        """The text in RTF, without its formatting."""
        from ..office import rtf

        held = self.properties.get(_PR_RTF, b"")
        try:
            source = inflated(held) if isinstance(held, bytes) and held else b""
            return Text(rtf.read(source, "").text if source.strip(b"\0") else "", False)
        except Unreadable as error:
            if error.reason is not Reason.NO_TEXT:
                left_out.add(Part.BODY, reason=error.message)
        except (StructError, ValueError, IndexError):
            left_out.add(Part.BODY, reason="the compressed text of winmail.dat is damaged")
        return Text("", False)
