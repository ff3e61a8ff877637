"""The lines that iCalendar (RFC 5545), vCard (RFC 6350, also 2.1) and LDIF (RFC 2849) are made of.

A long line goes on in the next line behind one space. Each line has a name and a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...errors import Unreadable
from ..decoding import decode
from .escapes import on_one_line

_FOLD_IN_CHARACTER = re.compile(rb"([\xc2-\xf4][\x80-\xbf]{0,2})(\r?\n[ \t])([\x80-\xbf]{1,3})")
_PROPERTY = re.compile(
    r"(?:(?P<group>[\w-]{1,60})\.)?(?P<name>[\w-]{1,100})"
    r'(?P<parameters>(?:;(?>[^":;]+|"[^"]*+"|")*+)*+):(?P<value>.*)',
    re.DOTALL,
)
_PARAMETER = re.compile(r';(?:(?P<key>[\w-]+)=)?(?P<value>(?>[^";]+|"[^"]*+"|")*+)')
_QUOTED_PRINTABLE = re.compile(r"[^:]{0,500};(?:ENCODING=)?QUOTED-PRINTABLE\b", re.IGNORECASE)
_BASE64 = re.compile(r"[^:]{0,500};(?:ENCODING=)?(?:BASE64|B)\b", re.IGNORECASE)
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")
_BASE64_ROW = re.compile(r"[A-Za-z0-9+/]+={0,2}")


class Property(NamedTuple):
    """A property: its 1-based line in the file, its name in capitals, and its value as written.

    `parameters` maps names in capitals to values; a value without a name maps to itself.
    """

    line: int
    name: str
    parameters: dict[str, str]
    value: str

    @property
    def encoding(self) -> str:
        """The name of the value's encoding in capitals, empty where it is plain."""
        named = self.parameters.get("ENCODING", "").upper()
        return named or next(
            (name for name in ("QUOTED-PRINTABLE", "BASE64") if name in self.parameters), ""
        )


def source(data: bytes, declared: str = "") -> str:
    """The text of a file of folded lines. Raises Unreadable as `decode`.

    Some programs fold a line between the bytes of one character. Its bytes are put together.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        mended = _FOLD_IN_CHARACTER.sub(rb"\1\3\2", data)
        try:
            mended.decode("utf-8")
            data = mended
        except UnicodeDecodeError:
            # The file is in another encoding, in which these bytes are characters.
            pass
    return decode(data, declared)


def unfolded(text: str) -> Iterator[tuple[int, str]]:
    """The logical lines, each with the number of its first line in the file.

    A line in quoted-printable goes on after a "=" at its end, and one in base64, as vCard 2.1 has
    it, up to a line that is none.
    """
    first, parts = 0, [""]
    quoted = encoded = False
    for number, line in enumerate(text.split("\n"), 1):
        if first and quoted and parts[-1].endswith("="):
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        elif first and line[:1] in (" ", "\t"):
            parts.append(line[1:])
        elif first and encoded and _BASE64_ROW.fullmatch(line):
            parts.append(line)
        else:
            if first:
                yield first, "".join(parts)
            first, parts = number, [line]
            quoted = _QUOTED_PRINTABLE.match(line) is not None
            encoded = not quoted and _BASE64.match(line) is not None
    if first:
        yield first, "".join(parts)


def parsed(number: int, line: str) -> Property | None:
    """The property in a logical line of a calendar or card; None where it has no name."""
    match = _PROPERTY.fullmatch(line)
    if match is None:
        return None
    parameters = {}
    for parameter in _PARAMETER.finditer(match["parameters"]):
        value = parameter["value"].replace('"', "")
        parameters[(parameter["key"] or value).upper()] = value
    return Property(number, match["name"].upper(), parameters, match["value"])


def from_base64(value: str) -> bytes | None:
    """The bytes of a value in base64; None where it is none."""
    from base64 import b64decode

    try:
        return b64decode("".join(value.split()), validate=True)
    except ValueError:
        return None


def from_quoted_printable(value: str, charset: str) -> str:
    """The text of a value in quoted-printable, on one line."""
    from quopri import decodestring

    data = decodestring(value.encode("utf-8", "replace"))
    try:
        return on_one_line(decode(data, charset)).strip()
    except Unreadable:
        return ""


def text_of(data: bytes, charset: str = "") -> str | None:
    """The text of `data` on one line; None for binary data.

    It is UTF-8 where no `charset` is named.
    """
    try:
        text = data.decode(charset or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return None
    return None if _BINARY.search(text) else on_one_line(text).strip()
