"""LDIF: entries of a directory of people and things, each headed by its name.

Values in base64 are decoded. Each value is in the line of the file where it begins.
"""

from __future__ import annotations

import re

from ...documents import Document, Reason
from ...errors import Unreadable
from ..left_out import LeftOut, Part
from ..rows import Rows
from ..title import MAX_TITLE, stem
from .content_lines import from_base64, source, text_of, unfolded
from .escapes import on_one_line

SUFFIXES = (".ldif", ".ldi")

HEADINGS = ("displayname", "cn", "o", "ou", "uid", "mail")
"""The attributes that head an entry; the first one that it has counts."""

DATA = frozenset(
    (
        *("jpegphoto", "photo", "thumbnailphoto", "thumbnaillogo", "audio", "personalsignature"),
        *("userpassword", "userpkcs12", "usercertificate", "cacertificate", "usersmimecertificate"),
        *("sambantpassword", "sambalmpassword", "sshpublickey", "pgpkey", "krbprincipalkey"),
    )
)
"""Attributes whose values are pictures, sounds, passwords and keys."""

_ATTRIBUTE = re.compile(r"([\w.-]{1,100})((?:;[\w.-]+)*+):([:<]?)[^\S\n]*+(.*)", re.DOTALL)
_FIRST_NAME = re.compile(r"[^=,]+=((?>[^\\,]+|\\.)+)")


def read(data: bytes, path: str) -> Document:
    """The document in an LDIF file.

    The only entry's name is the title. Raises Unreadable where the file is binary or empty.
    """
    left_out = LeftOut()
    values: dict[int, str] = {}
    names: dict[str, str] = {}
    headings: dict[int, str] = {}
    first = last = 0
    for number, line in unfolded(source(data)):
        last = number
        match = _ATTRIBUTE.fullmatch(line.rstrip())
        if match is None:
            if not line.strip() and first:
                headings[first] = _heading(names)
                first = 0
            values[number] = on_one_line(line).strip()
            continue
        name = match[1].lower()
        value = _value(name, match[3], match[4], left_out)
        if name == "dn":
            if first:
                headings[first] = _heading(names)
            first, names = number, {}
        if value:
            names.setdefault(name, value)
            values[number] = f"{match[1]}: {value}"
    if first:
        headings[first] = _heading(names)
    rows = _rows(values, headings, last)
    if not rows.blocks:
        raise Unreadable(Reason.NO_TEXT, "the file has no entry with words")
    left_out.add_undecoded(rows.text)
    title = next(iter(headings.values())) if len(headings) == 1 else ""
    return Document(
        path,
        "contacts",
        title[:MAX_TITLE] or stem(path),
        rows.text,
        tuple(rows.blocks),
        warnings=left_out.warnings(),
    )


def _value(name: str, mark: str, value: str, left_out: LeftOut) -> str:
    """An attribute's value; a binary one, a picture or a key is counted and gives no words."""
    data = from_base64(value) if mark == ":" and name not in DATA else None
    decoded = None if name in DATA else value if data is None else text_of(data)
    if decoded is None:
        left_out.add(Part.DATA)
    return on_one_line(decoded or "").strip()


def _heading(names: dict[str, str]) -> str:
    """The name of an entry: an attribute of it, or the first part of its distinguished name."""
    name = next((names[heading] for heading in HEADINGS if heading in names), "")
    match = _FIRST_NAME.match(names.get("dn", ""))
    return name or (match[1].replace("\\", "") if match else "")


def _rows(values: dict[int, str], headings: dict[int, str], last: int) -> Rows:
    """The rows of the text, one for each line of the file; an entry's own name heads it."""
    rows = Rows()
    for number in range(1, last + 1):
        value = values.get(number, "")
        if heading := headings.get(number):
            rows.heading(f"{heading} ({value})" if value else heading, 1, heading)
        elif number in values and not value:
            rows.between()
        else:
            rows.take(value, "paragraph")
    rows.close()
    return rows
