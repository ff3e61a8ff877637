"""Calendars, cards, directories and translations: unfolded, decoded, and a section for each."""

from __future__ import annotations

import base64

import pytest

from search import readers
from search.documents import Block, Document, Reason
from search.errors import Unreadable
from search.text.passages import PassageRules, split

from .toys import ToyTokenizer


def read(source: str | bytes, name: str) -> Document:
    data = source if isinstance(source, bytes) else source.encode()
    return readers.read(data, f"/docs/{name}")


def lines(document: Document) -> list[tuple[int, str]]:
    """The lines with words, each with its number."""
    rows = enumerate(document.text.split("\n"), 1)
    return [(number, row) for number, row in rows if row.strip()]


def headings(document: Document) -> list[str]:
    return [block.heading for block in document.blocks if block.level]


CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
BEGIN:VTIMEZONE
TZID:Europe/Berlin
END:VTIMEZONE
BEGIN:VEVENT
UID:7@example.org
DTSTART;TZID=Europe/Berlin:20260714T190000
SUMMARY:Choir\\, late
LOCATION:St. Ursula\\; ring twice
DESCRIPTION:Bring a pencil.\\nParking behind th
 e apothecary\\, not in
  front.
ATTENDEE;CN="Bo: the man":mailto:bo@x.org
BEGIN:VALARM
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
BEGIN:VTODO
DUE;VALUE=DATE:20260801
SUMMARY:Sweep
X-ALT-DESC;FMTTYPE=text/html:<p>Cold <b>stove</b>\\, caf&eacute\\;</p>
ATTACH;FMTTYPE=image/png;ENCODING=BASE64;VALUE=BINARY:iVBORw0KGgo=
ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:aGVhcnRoIGhhdGNo
END:VTODO
END:VCALENDAR
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_calendar_is_read_whole(end: str) -> None:
    document = read(CALENDAR.replace("\n", end), "a.ics")
    assert (document.kind, document.title) == ("calendar", "a")
    assert lines(document) == [
        (7, "Choir, late"),
        (8, "Uid: 7@example.org"),
        (9, "Start: 2026-07-14 19:00 Europe/Berlin"),
        (11, "Location: St. Ursula; ring twice"),
        (12, "Description: Bring a pencil. Parking behind the apothecary, not in front."),
        (15, "Attendee: Bo: the man bo@x.org"),
        (17, "Description: Reminder"),
        (20, "Sweep"),
        (21, "Due: 2026-08-01"),
        (23, "Description: Cold stove, café"),
        (25, "Attach: hearth hatch"),
    ]
    assert headings(document) == ["Choir, late", "Sweep"]
    assert document.warnings == ("left out: 1 picture, sound or key",)
    cut = split(document, ToyTokenizer(), PassageRules(min_tokens=4))
    assert [(passage.headings, passage.line_start, passage.line_end) for passage in cut] == [
        (("Choir, late",), 7, 17),
        (("Sweep",), 20, 25),
    ]


def test_a_calendar_is_called_by_its_name_or_its_only_event() -> None:
    event = "BEGIN:VEVENT\nSUMMARY:Choir\nEND:VEVENT\n"
    named = f"BEGIN:VCALENDAR\nX-WR-CALNAME:House\\, garden\n{event}END:VCALENDAR"
    assert read(named, "a.ics").title == "House, garden"
    assert read(f"BEGIN:VCALENDAR\n{event}END:VCALENDAR", "a.ics").title == "Choir"
    assert read(event + event, "a.ics").title == "a"


CARD = (
    "BEGIN:VCARD\nVERSION:3.0\nN:Müller;Zoë;Ann;Dr.;\nitem1.EMAIL;type=WORK:zoe@x.org\n"
    "item1.X-ABLabel:_$!<Work>!$_\nORG:Acme\\, Inc.;Sales\n"
    "ADR;TYPE=HOME:;;Hauptstr. 1;Köln;;50667;Germany\nBDAY:19800415\n"
    "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ\n AAAQABAAD\n"
    "KEY;VALUE=text:-----BEGIN PGP\\nabc\nLOGO:https://x.org/l.png\n"
    "SOUND:data:audio/ogg;base64,T2dnUw==\n"
    f"NOTE;ENCODING=b:{base64.b64encode('Grüße'.encode()).decode()}\nTEL;CELL:1\nEND:VCARD\n"
)


def test_a_card_is_read_whole() -> None:
    document = read(CARD, "a.vcf")
    assert (document.kind, document.title) == ("contacts", "Dr. Zoë Ann Müller")
    assert lines(document) == [
        (1, "Dr. Zoë Ann Müller"),
        (4, "Email: zoe@x.org"),
        (5, "Label: Work"),
        (6, "Organisation: Acme, Inc., Sales"),
        (7, "Address: Hauptstr. 1, Köln, 50667, Germany"),
        (8, "Birthday: 1980-04-15"),
        (12, "Logo: https://x.org/l.png"),
        (14, "Note: Grüße"),
        (15, "Telephone: 1"),
    ]
    assert document.warnings == ("left out: 3 pictures, sounds or keys",)
    two = read(CARD + CARD.replace("Zoë", "Ida"), "all.vcf")
    assert (two.title, headings(two)) == ("all", ["Dr. Zoë Ann Müller", "Dr. Ida Ann Müller"])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "NOTE;ENCODING=QUOTED-PRINTABLE:caf=C3=A9 und=\n Drehorgel=0D=0Anachts",
            "café und Drehorgel nachts",
        ),
        ("NOTE;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:caf=E9 =\nund mehr", "café und mehr"),
        ("NOTE;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=ED=E0=F1=EE=F1", "насос"),
        ("NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=no-such:caf=C3=A9", "café"),
        ("NOTE:one\\, two\\; three\\nfour \\\\ C:\\data", "one, two; three four \\ C:\\data"),
        ('NOTE;LANGUAGE="de:x;y":words', "words"),
        ("NOTE:a\n\tb", "ab"),
    ],
)
def test_each_encoding_of_a_value(line: str, shown: str, end: str) -> None:
    source = f"BEGIN:VCARD\nFN:Ida\n{line}\nEND:VCARD"
    assert lines(read(source.replace("\n", end), "a.vcf")) == [(1, "Ida"), (3, f"Note: {shown}")]


def test_data_of_old_cards_end_where_base64_ends() -> None:
    source = (
        "BEGIN:VCARD\nFN:Ida\nPHOTO;JPEG;ENCODING=BASE64:\n /9j/4AAQ\n AAAA==\n\n"
        "SOUND;BASE64:\nAAAABBBB\nCCCC\n\nNOTE:kept\nEND:VCARD"
    )
    document = read(source, "a.vcf")
    assert lines(document) == [(1, "Ida"), (11, "Note: kept")]
    assert document.warnings == ("left out: 2 pictures, sounds or keys",)


def test_a_line_may_be_folded_inside_a_character() -> None:
    source = b"BEGIN:VCARD\nFN:Ida\nNOTE:caf\xc3\n \xa9 split \xf0\x9f\r\n \x98\x80\nEND:VCARD"
    assert lines(read(source, "a.vcf")) == [(1, "Ida"), (3, "Note: café split 😀")]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_a_card_is_read_in_any_encoding(codec: str) -> None:
    assert headings(read("BEGIN:VCARD\nFN:Zoë Müllner\nEND:VCARD\n".encode(codec), "a.vcf")) == [
        "Zoë Müllner"
    ]


def test_broken_cards_keep_their_words() -> None:
    source = "no property here\nBEGIN:VCARD\nFN:Ida\nloose words\nEND:VEVENT\nNOTE:x"
    assert lines(read(source, "a.vcf")) == [
        (1, "no property here"),
        (2, "Ida"),
        (4, "loose words"),
        (6, "Note: x"),
    ]
    with pytest.raises(Unreadable) as caught:
        read("BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n", "a.vcf")
    assert caught.value.reason is Reason.NO_TEXT


def test_entries_of_a_directory_are_headed_by_their_names() -> None:
    encoded = base64.b64encode("Anna Björk".encode()).decode()
    address = base64.b64encode("Straße 1\r\nKöln".encode()).decode()
    document = read(
        f"version: 1\n# all\ndn: uid=ab,dc=x\ncn:: {encoded}\ndescription: A line that is fol\n"
        " ded in a word\njpegPhoto:: /9j/4AAQ\n SkZJRg==\nuserPassword: secret\n\n"
        f"dn: ou=Tools\\, small,dc=x\npostalAddress:: {address}\nblob:: AAECAwQF\nurl:< file:///x",
        "a.ldif",
    )
    assert (document.title, headings(document)) == ("a", ["Anna Björk", "Tools, small"])
    assert lines(document) == [
        (1, "version: 1"),
        (2, "# all"),
        (3, "Anna Björk (dn: uid=ab,dc=x)"),
        (4, "cn: Anna Björk"),
        (5, "description: A line that is folded in a word"),
        (11, "Tools, small (dn: ou=Tools\\, small,dc=x)"),
        (12, "postalAddress: Straße 1  Köln"),
        (14, "url: file:///x"),
    ]
    assert document.warnings == ("left out: 3 pictures, sounds or keys",)


def test_messages_of_a_translation_are_paragraphs() -> None:
    source = (
        '# Translation\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=ISO-8859-2\\n"\n\n'
        '#: src/a.c:12\nmsgctxt "menu"\nmsgid "Open \\"file\\""\nmsgstr ""\n"Souboř\\n"\n'
        '"otevřít a za"\n"vřít"\n\nmsgid "x"\nmsgid_plural "y"\nmsgstr[0] "eins\\tzwei"\n'
        '#~ msgid "old"'
    )
    for data in (source.encode("iso-8859-2"), source.replace("\n", "\r\n").encode("iso-8859-2")):
        document = read(data, "cs.po")
        assert (document.kind, document.title) == ("text", "cs")
        assert lines(document) == [
            (1, "# Translation"),
            (3, "Content-Type: text/plain; charset=ISO-8859-2 "),
            (6, "#: src/a.c:12"),
            (7, "menu"),
            (8, 'Open "file"'),
            (9, "Souboř otevřít a zavřít"),
            (14, "x"),
            (15, "y"),
            (16, "eins zwei"),
            (17, "old"),
        ]
    assert [block.kind for block in document.blocks] == ["paragraph"] * 3
    assert document.blocks[1] == Block(
        document.text.index("#: src"), document.text.index(" zavřít") + 7, "paragraph"
    )
