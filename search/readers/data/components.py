"""iCalendar and vCard: one section for each event, task and card, headed by its summary or name.

Lines are unfolded, and values are decoded. Each value is in the line of the file where it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ...documents import Document, Reason
from ...errors import Unreadable
from ..left_out import LeftOut, Part
from ..markup import html
from ..rows import Rows
from ..title import MAX_TITLE, stem
from .content_lines import (
    Property,
    from_base64,
    from_quoted_printable,
    parsed,
    source,
    text_of,
    unfolded,
)
from .escapes import Escapes, on_one_line

CALENDARS = (".ics", ".ical", ".icalendar", ".ifb", ".vcs")
SUFFIXES = (*CALENDARS, ".vcf", ".vcard")

SECTIONS = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VCARD"})
HEADINGS = ("SUMMARY", "FN", "N", "NICKNAME", "ORG", "EMAIL", "TEL", "DESCRIPTION")
"""The properties that head a section; the first one that has words counts."""

NAMES_OF_CALENDARS = ("NAME", "X-WR-CALNAME")

LABELS = {
    "ADR": "Address",
    "BDAY": "Birthday",
    "DTEND": "End",
    "DTSTART": "Start",
    "FN": "Name",
    "N": "Name",
    "ORG": "Organisation",
    "TEL": "Telephone",
    "X-ABLABEL": "Label",
    "X-ALT-DESC": "Description",
    "X-WR-CALDESC": "Description",
    "X-WR-CALNAME": "Name",
}
DATA = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
"""Properties whose values are pictures, sounds and keys, unless they are addresses of such."""

STRUCTURED = frozenset({"N", "ADR", "ORG", "GENDER", "RELATED"})
"""Properties whose value has parts, which semicolons separate."""

MAX_DEPTH = 32
"""How deep components may lie inside each other; the properties of deeper ones count as theirs."""

OF_PROGRAMS = frozenset({"VERSION", "PRODID", "CALSCALE"})
"""Properties that say which program wrote the file in which format; nobody sees them."""

_TEXT = Escapes(blanks="nN", numbers="")
_PARTS = re.compile(r"((?>[^\\;]+|\\.|\\\Z)*+)(?:;|\Z)", re.DOTALL)
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(?:\d\d)?(?:\.\d+)?(Z?))?")
_ADDRESS = re.compile(r"(?:https?|ftp|mailto|tel|cid|file|urn):", re.IGNORECASE)
_DATA_ADDRESS = re.compile(r"data:", re.IGNORECASE)
_MAILTO = re.compile(r"^(?:mailto|tel):", re.IGNORECASE)
_LABEL = re.compile(r"_\$!<([^<>]*+)>!\$_")


@dataclass(slots=True)
class _Component:
    """An open component that begins in `line`: the lines and values of its named properties."""

    name: str
    line: int
    values: dict[str, tuple[int, str]] = field(default_factory=dict)

    def first(self, names: tuple[str, ...]) -> str:
        """The value of the first of these properties that it has."""
        return next((self.values[name][1] for name in names if name in self.values), "")


def read(data: bytes, path: str) -> Document:
    """The document in a calendar or in a file of cards.

    The title is the calendar's name, or the heading of the only section. Raises Unreadable where
    the file is binary or empty, or holds no words.
    """
    text = source(data)
    page = _Page()
    for number, line in unfolded(text):
        page.take(number, line)
    page.close()
    rows = page.rows()
    if not rows.blocks:
        raise Unreadable(Reason.NO_TEXT, "the file has no event or card with words")
    headings = [heading for heading in page.headings.values() if heading]
    title = page.title or (headings[0] if len(headings) == 1 else stem(path))
    kind = "calendar" if path.lower().endswith(CALENDARS) else "contacts"
    document = Document(path, kind, title[:MAX_TITLE], rows.text, tuple(rows.blocks))
    page.left_out.add_undecoded(rows.text)
    return replace(document, warnings=page.left_out.warnings())


class _Page:
    """What the lines of the file become: `values` and `headings` by the line that they stand in."""

    def __init__(self) -> None:
        self.values: dict[int, str] = {}
        self.headings: dict[int, str] = {}
        self.ends: set[int] = set()
        self.title = ""
        self.left_out = LeftOut()
        self.last = 0
        self._open: list[_Component] = []

    def take(self, number: int, line: str) -> None:
        """Take the next logical line, which begins in the file's line `number`."""
        self.last = number
        item = parsed(number, line.rstrip())
        if item is None:
            # A line without a name is broken; its words are kept.
            self.values[number] = on_one_line(line).strip()
        elif item.name == "BEGIN" and len(self._open) < MAX_DEPTH:
            self._open.append(_Component(item.value.strip().upper(), number))
        elif item.name == "BEGIN":
            self.ends.add(number)
        elif item.name == "END":
            self.end(number, item.value.strip().upper())
        else:
            self.property(item)

    def end(self, number: int, name: str) -> None:
        """End the open components down to the one of that name."""
        while self._open and any(part.name == name for part in self._open):
            component = self._open.pop()
            self.section(component)
            if component.name == name:
                break
        self.ends.add(number)

    def close(self) -> None:
        """End the components that the file does not end."""
        while self._open:
            self.section(self._open.pop())

    def section(self, component: _Component) -> None:
        """Head a component that is a section, or take its name as the title."""
        if component.name in SECTIONS:
            heading = self.headings[component.line] = component.first(HEADINGS)
            # The heading is not repeated in the line of its property.
            for name in HEADINGS:
                line, value = component.values.get(name, (0, ""))
                if value == heading:
                    self.values.pop(line, None)
        elif component.name == "VCALENDAR":
            self.title = self.title or component.first(NAMES_OF_CALENDARS)

    def property(self, item: Property) -> None:
        """Add a property of the open component. The rules of time zones are no text."""
        in_zone = any(component.name == "VTIMEZONE" for component in self._open)
        if in_zone or item.name in OF_PROGRAMS:
            return
        value = self.value(item)
        if not value:
            return
        component = self._open[-1] if self._open else None
        if component:
            component.values.setdefault(item.name, (item.line, value))
        is_own = item.name.startswith("X-")
        label = LABELS.get(item.name, item.name if is_own else item.name.capitalize())
        self.values[item.line] = f"{label}: {value}"

    def value(self, item: Property) -> str:
        """A property's value as people read it; pictures, sounds and keys are counted."""
        value = item.value
        if item.encoding == "QUOTED-PRINTABLE":
            value = from_quoted_printable(value, item.parameters.get("CHARSET", ""))
        elif item.encoding in ("BASE64", "B"):
            data = None if item.name in DATA else from_base64(value)
            decoded = None if data is None else text_of(data, item.parameters.get("CHARSET", ""))
            if decoded is None:
                self.left_out.add(Part.DATA)
                return ""
            value = decoded
        is_address = _ADDRESS.match(value) is not None
        if _DATA_ADDRESS.match(value) or (item.name in DATA and value and not is_address):
            self.left_out.add(Part.DATA)
            return ""
        if item.parameters.get("FMTTYPE", "").lower() == "text/html":
            value = self.page_text(_TEXT.decoded(value))
        elif item.name in STRUCTURED:
            value = _parts(item.name, value)
        elif date := _DATE.fullmatch(value):
            value = _date(date, item.parameters.get("TZID", ""))
        else:
            value = _TEXT.decoded(value)
        value = _MAILTO.sub("", _LABEL.sub(r"\1", on_one_line(value))).strip()
        # An address often has the name of a person beside it.
        name = item.parameters.get("CN", "")
        return f"{name} {value}".strip() if name not in value else value

    def page_text(self, value: str) -> str:
        """The words of a value in HTML. What the page leaves out is counted."""
        try:
            page, left_out = html.read_page(("\ufeff" + value).encode("utf-8", "replace"), "")
        except Unreadable:
            return ""
        self.left_out.include(left_out)
        return page.text

    def rows(self) -> Rows:
        """The rows of the text, one for each line of the file."""
        rows = Rows()
        for number in range(1, self.last + 1):
            if heading := self.headings.get(number):
                rows.heading(heading, 1, heading)
            elif number in self.headings or number in self.ends:
                rows.between()
            else:
                rows.take(self.values.get(number, ""), "paragraph")
        rows.close()
        return rows


def _parts(name: str, value: str) -> str:
    """The parts of a structured value. A name has the family name first in the file."""
    parts = [_TEXT.decoded(match[1]).strip() for match in _split(value)]
    if name == "N":
        family, given, *others = [*parts, "", ""][: max(len(parts), 2)]
        middle, before, after = [*others, "", "", ""][:3]
        return " ".join(filter(None, (before, given, middle, family, after)))
    return ", ".join(filter(None, parts))


def _split(value: str) -> Iterator[re.Match[str]]:
    return (match for match in _PARTS.finditer(value) if match[0])


def _date(match: re.Match[str], zone: str) -> str:
    """A date as people write it: 2026-07-14 19:00 Europe/Berlin."""
    year, month, day, hour, minute, utc = match.groups()
    time = f" {hour}:{minute}" if hour else ""
    place = " UTC" if utc else f" {zone}" if zone and hour else ""
    return f"{year}-{month}-{day}{time}{place}"
