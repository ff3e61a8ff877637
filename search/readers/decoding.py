"""Decodes bytes to text: finds the encoding and unifies the line ends."""

from __future__ import annotations

import codecs
import re

from ..documents import Reason
from ..errors import Unreadable
from .detection import detected, telling_lines
from .shifted import decode_hz, decode_iso_2022, is_shifted
from .wide import wide_encoding

# UTF-32 must stand before UTF-16: the UTF-32-LE mark begins with the UTF-16-LE mark.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# First bytes of binary files, for files whose names do not give them away.
SIGNATURES = (
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"PK\x03\x04", "a ZIP archive or office file"),
    (b"\xd0\xcf\x11\xe0", "an office file"),
    (b"\x1f\x8b", "compressed data"),
    (b"BZh", "compressed data"),
    (b"\xfd7zXZ", "compressed data"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"SQLite format 3\x00", "a database"),
    (b"OggS", "sound"),
    (b"ID3", "sound"),
    (b"fLaC", "sound"),
    (b"\x1aE\xdf\xa3", "a video"),
)

# The encoding that a page really uses when it declares the one on the left. Browsers take the
# larger encoding, too.
DECLARED_AS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
}
CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\b\a\x1b")
"""Control characters that do not occur in text; NUL is among them."""

MAX_CONTROLS = 0.03
MAX_NULS = 0.1
MAX_BAD_BYTES, FEW_CHARACTERS = 4, 8
"""Bad bytes for each intact character beyond ASCII in damaged UTF-8 of so few characters.

In a longer text, damaged UTF-8 has more intact characters than bad bytes, or more intact lines than
damaged ones. Other encodings, decoded as UTF-8, have far more bad bytes.
"""

TERMINAL_CODE = re.compile(
    r"\x1b\[[0-9;?]{0,32}[ -/]{0,4}[@-~]|\x1b\][^\x07\x1b\n]{0,500}(?:\x07|\x1b\\)"
)
_VISIBLE = re.compile(r"[^\s\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")


def decode(data: bytes, declared: str = "") -> str:
    r"""The text in `data`, with "\n" as its only line end.

    Byte order marks and terminal codes are removed, and a NUL becomes a space. `declared` is the
    encoding that the contents name: it is believed only where there is no byte order mark and the
    bytes are not UTF-8.

    Raises Unreadable(BINARY) where `data` is not text, Unreadable(EMPTY) where nothing in it is
    visible.
    """
    text = _by_mark(data)
    if text is None:
        text = _by_form(data)
    if text is None:
        check_not_binary(data)
        text = _decode(data, declared)
    return tidy(text)


def tidy(text: str) -> str:
    r"""Decoded text with "\n" as its only line end, without NULs and terminal codes.

    Lines are counted as `sed`, `grep -n` and editors count them. A lone "\r" ends a line only in a
    text that has no other line ends, as in old files of the Mac. In any other text it becomes a
    space: a progress bar was redrawn there.

    Raises Unreadable(EMPTY) where nothing in the text is visible.
    """
    text = text.replace("\r\n", "\n").replace("\0", " ")
    if "\r" in text:
        text = text.replace("\r", " " if "\n" in text else "\n")
    if "\x1b" in text:
        text = TERMINAL_CODE.sub("", text)
    if not _VISIBLE.search(text):
        raise Unreadable(Reason.EMPTY, "the file has no text in it")
    return text


def check_not_binary(data: bytes) -> None:
    """Raise Unreadable(BINARY) where `data`, in an 8-bit encoding, is not text."""
    for signature, content in SIGNATURES:
        if data.startswith(signature):
            raise Unreadable(Reason.BINARY, f"the file is {content}, which is not read")
    nuls = data.count(0)
    controls = len(data) - len(data.translate(None, CONTROLS)) - nuls
    if nuls > MAX_NULS * len(data) or controls > MAX_CONTROLS * len(data):
        raise Unreadable(Reason.BINARY, "the file is binary, not text")


def _by_mark(data: bytes) -> str | None:
    """The text of a file that begins with a byte order mark; None without one."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return None


def _by_form(data: bytes) -> str | None:
    """The text of a file whose bytes have the form of UTF-16, UTF-32, ISO-2022 or HZ, else None."""
    if encoding := wide_encoding(data):
        return data.decode(encoding, "replace")
    if data.isascii():
        return decode_iso_2022(data) if is_shifted(data) else decode_hz(data)
    return None


def _decode(data: bytes, declared: str) -> str:
    """The text of `data` in an 8-bit encoding: UTF-8, declared or detected."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    name = declared.lower()
    if name and not name.startswith(("utf-16", "utf-32")):
        try:
            return data.decode(DECLARED_AS.get(name, name))
        except (UnicodeDecodeError, LookupError):
            # Pages that declare a wrong encoding are as common as pages that declare none.
            pass
    return (
        _mended(data) if _is_damaged_utf_8(data, text) else data.decode(detected(data), "replace")
    )


def _is_damaged_utf_8(data: bytes, text: str) -> bool:
    """True where `text`, which is `data` decoded as UTF-8, has some bad bytes only."""
    bad = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    if bad <= good or (good + bad <= FEW_CHARACTERS and bad <= MAX_BAD_BYTES * good):
        return True
    lines = [line.decode("utf-8", "replace") for line in telling_lines(data).splitlines()]
    return sum("\ufffd" in line for line in lines) < len(lines) / 2


def _mended(data: bytes) -> str:
    """The text of damaged UTF-8; lines in which nothing is UTF-8 come from another program."""
    lines = [line.decode("utf-8", "replace") for line in data.split(b"\n")]
    foreign = [
        number
        for number, line in enumerate(lines)
        if "\ufffd" in line and line.replace("\ufffd", "").isascii()
    ]
    if foreign:
        sources = data.split(b"\n")
        encoding = detected(b"\n".join(sources[number] for number in foreign))
        for number in foreign:
            lines[number] = sources[number].decode(encoding, "replace")
    return "\n".join(lines)
