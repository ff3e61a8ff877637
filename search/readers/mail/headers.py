"""The headers of a message: their words are decoded, and shown on one line."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from ...errors import Unreadable
from ..decoding import decode, tidy
from ..left_out import LeftOut, Part

if TYPE_CHECKING:
    from email.message import Message

MAX_HEADER = 20_000
"""Characters of a header that are kept."""

_CHARSET = re.compile(r"[\w.:+-]{1,40}")


def header(message: Message, name: str, left_out: LeftOut | None = None) -> str:
    """A header's decoded words on one line, empty where there is no such header.

    One that is cut off is counted.
    """
    raw = next(
        (str(value) for key, value in message.raw_items() if key.lower() == name.lower()), ""
    )
    if left_out and len(raw) > MAX_HEADER:
        left_out.add(Part.HEADER)
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
                else decoded(piece, charset)
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


def decoded(data: bytes, charset: str) -> str:
    """The text of `data`, whose declared encoding is `charset`. Raises Unreadable as `decode`."""
    if charset.lower().startswith("utf-7"):
        return tidy(data.decode("utf-7", "replace"))
    return decode(data, charset if _CHARSET.fullmatch(charset) else "")


def date(message: Message) -> datetime | None:
    """The date in a message's header, None where there is none that can be read."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(header(message, "Date"))
    except (ValueError, OverflowError):
        return None


def file_name(part: Message) -> str:
    """A part's file name without folders, empty where it has none."""
    try:
        name = str(part.get_filename() or "")
    except (LookupError, ValueError):
        # The name is in an encoding that does not exist.
        return ""
    return _words(name[:MAX_HEADER]).replace("\\", "/").rpartition("/")[2].strip()
