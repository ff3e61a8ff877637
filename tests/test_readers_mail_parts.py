"""Mail whose words lie where they are easily lost: in other forms, encodings and containers."""

from __future__ import annotations

import base64
import quopri
import struct
from email.message import EmailMessage

import pytest

from search import readers
from search.documents import Document
from search.readers.mail.tnef import inflated
from search.text.passages import PassageRules, split

from .toys import ToyTokenizer


def read(data: bytes | str, name: str = "letter.eml") -> Document:
    return readers.read(data if isinstance(data, bytes) else data.encode(), f"/mail/{name}")


def shown(data: bytes | str, name: str = "letter.eml") -> list[str]:
    """The texts of the blocks behind the headers."""
    document = read(data, name)
    return [document.text[block.start : block.end] for block in document.blocks]


def alternatives(*forms: tuple[str, str], end: str = "\n") -> str:
    """A message whose text has these forms, each of a type."""
    parts = "".join(f"--b\nContent-Type: {kind}\n\n{text}\n" for kind, text in forms)
    source = f"Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n{parts}--b--\n"
    return source.replace("\n", end)


PLAIN = "The sluice is opened at nine.\n\nBring the long crowbar and two lamps."
PAGE = "<p>The <b>sluice</b> is opened at nine.<p>Bring the long crowbar and two lamps."
SLUICE = ["The sluice is opened at nine.", "Bring the long crowbar and two lamps."]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("plain", "html", "expected"),
    [
        # The plain form says everything.
        (PLAIN, PAGE, SLUICE),
        (PLAIN + "\nhttps://x.org/view?id=77", PAGE + '<a href="https://x.org"></a>', None),
        # The plain form is blank, or says something else.
        ("", PAGE, SLUICE),
        (" \n\t\n\u00a0", PAGE, SLUICE),
        ("This message is in HTML.", PAGE, ["This message is in HTML.", *SLUICE]),
        ("https://x.org/view?id=77", PAGE, SLUICE),
        ("-- \nMill Lane 4, Haarlem", PAGE, ["-- \nMill Lane 4, Haarlem", *SLUICE]),
        # The plain form is the beginning of the text only.
        ("The sluice is opened at nine.", PAGE, SLUICE),
        # The plain form says more than the other.
        (PLAIN, "<p>Please turn on plain text now.", None),
        # The words of pictures count.
        ("See below.", '<p>See below.<img alt="Map of all five sluices and locks">', None),
        # Chinese lines are broken anywhere.
        ("灯塔看守人买了一个\n厚厚的本子", "<p>灯塔看守人买了一个厚厚的本子", None),
    ],
)
def test_the_forms_of_a_text_are_shown_that_together_say_everything(
    plain: str, html: str, expected: list[str] | None, end: str
) -> None:
    source = alternatives(
        ("text/plain; charset=utf-8", plain), ("text/html; charset=utf-8", html), end=end
    )
    document = read(source)
    words = [" ".join(text.split()) for text in shown(source)[1:]]
    if expected is not None:
        assert words == [" ".join(text.split()) for text in expected]
    elif "pictures" in html:
        assert "See below." in document.text
    else:
        assert " ".join(words).replace(" ", "").startswith(plain.split("\n")[0].replace(" ", ""))
    assert document.warnings == ()


def test_a_form_with_pictures_and_nested_forms_are_chosen_among_too() -> None:
    inner = (
        "--b\nContent-Type: multipart/related; boundary=c\n\n"
        f"--c\nContent-Type: text/html\n\n{PAGE}\n"
        "--c\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\n"
        "beside the page\n--c--\n"
    )
    source = (
        "Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\n{{}}\n{inner}--b--\n"
    )
    assert shown(source.format(PLAIN))[1:] == [*SLUICE, "Attachment: a.txt", "beside the page"]
    assert shown(source.format("see HTML"))[1:] == [
        *("see HTML", *SLUICE),
        *("Attachment: a.txt", "beside the page"),
    ]


INVITATION = (
    "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Weir committee\n"
    "DTSTART:20260610T160000Z\nLOCATION:Boathouse\\, upper floor\nEND:VEVENT\nEND:VCALENDAR"
)


@pytest.mark.parametrize("plain", ["", "See the calendar."])
def test_an_invitation_is_read_as_a_calendar(plain: str) -> None:
    source = alternatives(
        ("text/plain", plain), ("text/calendar; method=REQUEST", INVITATION), ("text/html", "<p>")
    )
    assert shown(source)[1:] == [
        *filter(None, [plain]),
        *("Attachment: unnamed.ics", "Method: REQUEST", "Weir committee"),
        "Start: 2026-06-10 16:00 UTC\nLocation: Boathouse, upper floor",
    ]


INNER = (
    "From: office@x.org\nSubject: Survey\nMIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=utf-8\n\nThe bar has möved.\n"
)
ENCODINGS = {
    "base64": base64.encodebytes(INNER.encode()).decode(),
    "quoted-printable": quopri.encodestring(INNER.encode()).decode(),
    "8bit": INNER,
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("kind", ["message/rfc822", "application/octet-stream"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_attached_message_is_read_in_any_encoding(encoding: str, kind: str, end: str) -> None:
    source = (
        "Subject: Fwd\nContent-Type: multipart/mixed; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nSee below.\n"
        f'--b\nContent-Type: {kind}; name="survey.eml"\n'
        f"Content-Transfer-Encoding: {encoding}\n"
        f'Content-Disposition: attachment; filename="survey.eml"\n\n{ENCODINGS[encoding]}\n--b--\n'
    )
    document = read(source.replace("\n", end))
    assert [block.heading for block in document.blocks if block.level] == ["Fwd", "Survey"]
    assert document.text.endswith("From: office@x.org\n\nThe bar has möved.")


def test_messages_inside_messages_are_read_in_any_encoding() -> None:
    source = INNER
    for level in range(3):
        encoded = base64.encodebytes(source.encode()).decode()
        source = (
            f"Subject: level {level}\nContent-Type: message/rfc822\n"
            f"Content-Transfer-Encoding: base64\n\n{encoded}"
        )
    document = read(source)
    headings = [block.heading for block in document.blocks if block.level]
    assert headings == ["level 2", "level 1", "level 0", "Survey"]


def test_a_report_of_delivery_is_read() -> None:
    source = (
        "Subject: Undelivered\nContent-Type: multipart/report; boundary=b\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.org\n\n"
        "Final-Recipient: rfc822; bo@x.org\nDiagnostic-Code: smtp; 552 mailbox full\n\n--b--\n"
    )
    assert "552 mailbox full" in read(source).text


def attribute(level: int, number: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", level, number, 6, len(value)) + value + b"\0\0"


def properties(*entries: tuple[int, int | str | bytes]) -> bytes:
    """Properties as TNEF holds them: numbers, strings in UTF-16, and binary values."""
    data = struct.pack("<I", len(entries))
    for number, value in entries:
        if isinstance(value, int):
            data += struct.pack("<HHI", 3, number, value)
            continue
        kind = 0x1F if isinstance(value, str) else 0x102
        value = f"{value}\0".encode("utf-16-le") if isinstance(value, str) else value
        name = bytes(16) + struct.pack("<II", 0, 7) if number >= 0x8000 else b""
        data += struct.pack("<HH", kind, number) + name + struct.pack("<II", 1, len(value))
        data += value + b"\0" * (-len(value) % 4)
    return data


def tnef(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def stored(rtf: bytes) -> bytes:
    """RTF as a compressed property that compresses nothing."""
    return struct.pack("<4I", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


NEXT = attribute(2, 0x9002, bytes(14))
RTF = rb"{\rtf1\ansi The valve opened at \'e4ight.\par Bring the log.}"
WINMAIL = tnef(
    attribute(1, 0x8004, b"Boiler\0"),
    attribute(1, 0x9003, properties((0x8001, "x"), (0x1009, stored(RTF)))),
    NEXT + attribute(2, 0x8010, b"PRESSU~1.TXT\0") + attribute(2, 0x800F, b"Week 12: 3.2 bar"),
    attribute(2, 0x9005, properties((0x3707, "pressure läng.txt"))),
    NEXT
    + attribute(
        2,
        0x9005,
        properties(
            (
                0x3701,
                bytes(16) + tnef(attribute(1, 0x9003, properties((0x37, "In"), (0x1000, "A")))),
            )
        ),
    ),
)


def test_the_text_and_the_attachments_in_winmail_dat_are_read() -> None:
    expected = ["The valve opened at äight.", "Bring the log."]
    message = EmailMessage()
    message["Subject"] = "Plant"
    message.set_content("\n")
    message.add_attachment(WINMAIL, "application", "ms-tnef", filename="winmail.dat")
    words = [line for text in shown(message.as_bytes()) for line in text.split("\n") if line]
    assert words == [
        *("Plant", *expected, "Attachment: pressure läng.txt", "Week 12: 3.2 bar", "In", "A"),
    ]
    # The same file saved by itself.
    document = read(WINMAIL, "winmail.dat")
    assert (document.kind, document.title, document.warnings) == ("mail", "Boiler", ())
    assert [line for line in document.text.split("\n") if line] == ["Boiler", *words[1:]]


def test_the_forms_of_a_text_in_winmail_dat_are_chosen_among() -> None:
    html = b"<p>The valve opened at eight; bring the log to the upper caf\xc3\xa9."
    entries = ((0x3FDE, 65001), (0x1013, html), (0x1000, "see HTML"))
    source = tnef(attribute(1, 0x9003, properties(*entries)))
    assert shown(source, "winmail.dat")[1:] == [
        "see HTML",
        "The valve opened at eight; bring the log to the upper café.",
    ]
    body = tnef(
        attribute(1, 0x9007, struct.pack("<II", 1251, 0))
        + attribute(1, 0x800C, "Насос".encode("cp1251"))
    )
    assert shown(body, "winmail.dat")[1:] == ["Насос"]


def test_compressed_rtf_refers_to_what_stood_before() -> None:
    # The example of Microsoft's specification MS-OXRTFCP, section 3.1.1.
    data = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af3206865"
        "6c0900206277" + "05b06c647d0a800fa0"
    )
    assert inflated(data) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_a_damaged_winmail_dat_is_told() -> None:
    cut = read(WINMAIL[:-30], "winmail.dat")
    assert "The valve opened" in cut.text
    assert "winmail.dat is damaged" in cut.warnings[0]
    message = EmailMessage()
    message["Subject"] = "Plant"
    message.set_content("words\n")
    message.add_attachment(b"no TNEF", "application", "ms-tnef", filename="winmail.dat")
    assert read(message.as_bytes()).warnings == (
        "left out: 1 attachment that is not read (winmail.dat: the file is no TNEF stream)",
    )


def test_attachments_that_are_not_read_are_told_with_their_reasons() -> None:
    message = EmailMessage()
    message["Subject"] = "Papers"
    message.set_content("See below.\n")
    for name in ("a.zip", "b.zip", "film.mp4"):
        message.add_attachment(b"x", "application", "octet-stream", filename=name)
    message.add_attachment(b"caf\xe9 caf\xc3\xa9 \xff", "application", "x", filename="a.txt")
    assert read(message.as_bytes()).warnings == (
        "left out: 3 attachments that are not read "
        "(2: .zip files are archives, which are not read; "
        "1: .mp4 files are videos, which are not read)",
        "attachment a.txt: left out: 2 characters that cannot be decoded",
    )


def test_an_unnamed_attachment_is_read_by_its_contents() -> None:
    head = "Subject: s\nContent-Type: application/octet-stream\n"
    assert shown(head + "\nplain words\n")[1:] == ["Attachment: unnamed", "plain words"]


def test_what_a_text_in_the_wrong_type_or_depth_hides_is_told() -> None:
    binary = base64.b64encode(bytes(range(256))).decode()
    head = "Subject: s\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
    assert read(head + binary).warnings == (
        "left out: 1 text that cannot be read (the file is binary, not text)",
    )
    nested = "".join(f"Subject: {n}\nContent-Type: message/rfc822\n\n" for n in range(20))
    assert read(nested + "Subject: last\n\nx").warnings == (
        "left out: 1 message nested too deeply",
    )
    receivers = ", ".join(f"a{number}@example.org" for number in range(3_000))
    assert read(f"Subject: s\nTo: {receivers}\n\nx").warnings == (
        "left out: 1 header that is cut off",
    )


def test_a_text_attachment_is_read_in_the_encoding_that_it_names() -> None:
    source = (
        b"Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        b'Content-Type: text/plain; charset=koi8-r; name="a.txt"\n'
        b"Content-Disposition: attachment\n\n" + "насос".encode("koi8-r") + b"\n--b--\n"
    )
    assert shown(source)[1:] == ["Attachment: a.txt", "насос"]


MARK = "From ida@example.org Mon Nov  2 10:00:00 2026\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "line",
    [
        "From next Monday the ovens are lit at 4:30 instead of five.\nBring warm clothes.",
        "From 4:30 on the ovens are hot.\nNote: bring warm clothes.",
        "From Mon to Fri we start at 04:30 sharp.\n\nSubject to change.",
        "From Mon Nov 2 10:00:00 2026 on\nwe meet here.",
    ],
)
def test_a_line_that_begins_with_from_is_a_line_of_the_letter(line: str, end: str) -> None:
    source = f"{MARK}Subject: One\n\nDear all,\n\n{line}\n\n{MARK}Subject: Two\n\nThe yeast.\n"
    document = read(source.replace("\n", end), "inbox.mbox")
    assert [message.title for message in document.messages] == ["One", "Two"]
    cut = list(split(document, ToyTokenizer(), PassageRules()))
    words = " ".join(" ".join(passage.text for passage in cut).split())
    assert " ".join(line.split()) in words


def test_a_deleted_message_is_told() -> None:
    deleted = "X-Mozilla-Status: 0009\nSubject: Gone\n\nx\n"
    kept = "Subject: Kept\n\ny\n"
    mark = "From - Mon Nov  2 10:00:00 2026\n"
    assert read(f"{mark}{deleted}\n{mark}{kept}", "Inbox").warnings == (
        "left out: 1 deleted message",
    )


def test_all_pages_of_a_saved_page_are_read() -> None:
    part = "--b\nContent-Type: text/html\n\n"
    source = (
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
        f"{part}<title>Mill</title><frameset><frame src=a></frameset>\n"
        f"{part}<p>The mill stands still.\n{part}<p>It was sold.\n--b--\n"
    )
    document = read(source, "mill.mht")
    assert " ".join(document.text.split()) == "The mill stands still. It was sold."
