"""The readers of messages, mailboxes and saved web pages."""

from __future__ import annotations

import gzip
from email.message import EmailMessage

import pytest

from search import readers
from search.documents import Block, Document, Message, Reason
from search.errors import Unreadable
from search.readers.limits import OutOfTime
from search.readers.mail import mail
from search.text.passages import PassageRules, split

from .toys import ToyTokenizer


def read(data, name="letter.eml"):
    return readers.read(data if isinstance(data, bytes) else data.encode(), f"/mail/{name}")


def blocks(document):
    """Each block as its line, its kind (for a heading its level) and its text."""
    return [
        (
            document.text.count("\n", 0, block.start) + 1,
            f"h{block.level}" if block.level else block.kind,
            document.text[block.start : block.end],
        )
        for block in document.blocks
    ]


def refusal(data, name="letter.eml"):
    with pytest.raises(Unreadable) as caught:
        read(data, name)
    return caught.value.reason, caught.value.message


PLAIN = """\
Return-Path: <ida@example.org>
Received: from mail.example.org
From: Ida <ida@example.org>
To: Bo <bo@example.org>,
  Cy <cy@example.org>
Subject: The boiler
Date: Mon, 2 Nov 2026 10:00:00 +0100

The radiators stay cold.

> When does he come?
On Friday.
"""


def test_a_message_is_read_whole():
    text = (
        "\n\n\nThe boiler (2026-11-02)\nFrom: Ida <ida@example.org>\n"
        "To: Bo <bo@example.org>, Cy <cy@example.org>\nDate: Mon, 2 Nov 2026 10:00:00 +0100\n\n"
        "The radiators stay cold.\n\n> When does he come?\nOn Friday."
    )
    assert read(PLAIN) == Document(
        "/mail/letter.eml",
        "mail",
        "The boiler",
        text,
        (
            Block(3, 26, "heading", 1, "The boiler (2026-11-02)"),
            Block(27, 136, "paragraph"),
            Block(138, 162, "paragraph"),
            Block(164, 195, "paragraph"),
        ),
        messages=(Message(1, 0, "The boiler", 1_793_610_000 * 10**9),),
    )


def test_a_text_that_is_not_encoded_stands_in_the_files_own_lines():
    for source in (PLAIN, PLAIN.replace("\n", "\r\n")):
        lines = source.replace("\r\n", "\n").split("\n")
        for line, _, words in blocks(read(source))[2:]:
            assert lines[line - 1 :][: words.count("\n") + 1] == words.split("\n")


def test_encoded_words_and_quoted_printable_are_decoded_and_plain_text_is_preferred():
    source = (
        "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\n"
        "Subject: =?iso-8859-1?B?Uvxja2ZsdWc=?= =?utf-8?Q?_best=C3=A4tigt?=\n"
        "Content-Type: multipart/alternative; boundary=b\n\n"
        "--b\nContent-Type: text/plain; charset=utf-8\n"
        "Content-Transfer-Encoding: quoted-printable\n\nIhre Buchung f=C3=BCr avoca=\ndoten.\n"
        "--b\nContent-Type: text/html\n\n<p>Ihre <b>Buchung</b> f&uuml;r avocadoten.\n--b--\n"
    )
    assert blocks(read(source)) == [
        (6, "h1", "Rückflug bestätigt"),
        (7, "paragraph", "From: Jürgen <j@example.org>"),
        (9, "paragraph", "Ihre Buchung für avocadoten."),
    ]


def test_an_html_body_is_read_as_a_page_where_there_is_no_plain_text():
    source = (
        "Subject: News\nContent-Type: text/html; charset=iso-8859-1\n"
        "Content-Transfer-Encoding: base64\n\n"
        "PGgxPkNhZuk8L2gxPjxwPk9wZW4gYWdhaW4uPHN0eWxlPnAge308L3N0eWxlPg==\n"
    )
    assert blocks(read(source)) == [
        (3, "h1", "News"),
        (5, "h2", "Café"),
        (7, "paragraph", "Open again."),
    ]


@pytest.mark.parametrize(
    ("header", "body", "shown"),
    [
        ("", "Le café".encode("latin-1"), "Le café"),
        ("Content-Type: text/plain; charset=utf-8\n", "Le café".encode(), "Le café"),
        ("Content-Type: text/plain; charset=latin-1\n", "Le café".encode(), "Le café"),
        ("Content-Type: text/plain; charset=koi8-r\n", "борщ".encode("koi8-r"), "борщ"),
        (
            "Content-Type: text/plain; charset=iso-2022-jp\n",
            "味噌汁".encode("iso-2022-jp"),
            "味噌汁",
        ),
        ("Content-Type: text/plain; charset=iso-2022-nonsense\n", b"plain", "plain"),
        ('Content-Type: text/plain; charset="no/such\x00thing"\n', b"plain", "plain"),
        ("Content-Transfer-Encoding: nonsense\n", b"plain", "plain"),
        ("Content-Type: multipart/mixed\n", b"no boundary", "no boundary"),
    ],
)
def test_text_is_decoded_whether_its_encoding_is_declared_wrong_or_missing(header, body, shown):
    assert blocks(read(b"Subject: s\n" + header.encode() + b"\n" + body))[-1][1:] == (
        "paragraph",
        shown,
    )


def test_raw_and_broken_headers_are_read():
    assert read("Subject: caf\xe9 au lait\n\nx".encode("latin-1")).title == "café au lait"
    assert (
        read("Subject: =?utf-8?B?!?= =?no-such?Q?x?=\n\nx").title == "=?utf-8?B?!?= =?no-such?Q?x?="
    )
    assert blocks(read("Subject:\nDate: the day before\n\nx")) == [
        (1, "h1", "(no subject)"),
        (2, "paragraph", "Date: the day before"),
        (4, "paragraph", "x"),
    ]
    assert read("Subject:\n\nx").title == "letter"


def attached():
    message = EmailMessage()
    message["Subject"] = "Papers"
    message.set_content("See below.\n")
    message.add_attachment("# Lease\n\n## Rent\n\nDue on the first.\n", filename="../../lease.md")
    message.add_attachment(b"name,city\nQuincy,Bath\n", "text", "csv", filename="people.csv")
    message.add_attachment(b"\x89PNG", "image", "png", filename="photo.png")
    message.add_attachment(b"not a pdf", "application", "pdf", filename="cut.pdf")
    message.add_attachment(gzip.compress(b"words"), "application", "gzip", filename="log.txt.gz")
    message.add_attachment(b"notes", "application", "octet-stream", filename="notes")
    return message


def test_attachments_are_read_by_their_names():
    document = read(attached().as_bytes())
    assert [block[1:] for block in blocks(document)] == [
        ("h1", "Papers"),
        ("paragraph", "See below."),
        ("h2", "Attachment: lease.md"),
        ("h3", "# Lease"),
        ("h4", "## Rent"),
        ("paragraph", "Due on the first."),
        ("h2", "Attachment: people.csv"),
        ("h3", "name,city"),
        ("table", "Quincy,Bath"),
        ("paragraph", "Attachment: photo.png (a picture or scan, no text)"),
        ("h2", "Attachment: cut.pdf"),
        ("paragraph", "not a pdf"),
        ("paragraph", "Attachment: log.txt.gz (the file is compressed data, which is not read)"),
        ("h2", "Attachment: notes"),
        ("paragraph", "notes"),
    ]


def test_no_more_attachments_are_read_than_a_mail_may_have():
    message = EmailMessage()
    message["Subject"] = "Many"
    message.set_content("x")
    for number in range(202):
        message.add_attachment(b"words", "text", "x-note", filename=f"{number}.txt")
    shown = [block[1:] for block in blocks(read(message.as_bytes()))]
    assert shown[-4:] == [
        ("h2", "Attachment: 199.txt"),
        ("paragraph", "words"),
        ("paragraph", "Attachment: 200.txt (not read: there are more than 200)"),
        ("paragraph", "Attachment: 201.txt (not read: there are more than 200)"),
    ]


def test_a_forwarded_message_is_read_below():
    message = EmailMessage()
    message["Subject"] = "Fwd: Papers"
    message.set_content("Look.")
    message.add_attachment(attached())
    assert [block[1:] for block in blocks(read(message.as_bytes()))][:6] == [
        ("h1", "Fwd: Papers"),
        ("paragraph", "Look."),
        ("h2", "Papers"),
        ("paragraph", "See below."),
        ("h3", "Attachment: lease.md"),
        ("h4", "# Lease"),
    ]


def nested(depth):
    return (
        "".join(
            f"Subject: level {level}\nContent-Type: message/rfc822\n\n" for level in range(depth)
        )
        + "Subject: last\n\nx"
    )


def test_nested_messages_are_read_to_a_limited_depth():
    assert [block[2] for block in blocks(read(nested(60)))] == [
        f"level {level}" for level in range(11)
    ]
    assert refusal(nested(3_000)) == (
        Reason.CORRUPT,
        "the message holds messages nested too deeply",
    )


def test_a_file_without_a_header_is_refused():
    assert refusal("only words\n") == (
        Reason.CORRUPT,
        "the file holds no message: it has no header",
    )


MAILBOX = """\
From ida@example.org Mon Nov  2 10:00:00 2026
Subject: One
Date: Mon, 2 Nov 2026 10:00:00 +0100

The boiler.
>From then on it was cold.

From here on it is no mark: no time stands in it.

From bo@example.org Tue Nov  3 11:00:00 2026
From: bo@example.org
X-Note: yes
Subject: Two

The lease.
"""


def test_a_mailbox_is_read_whole():
    document = read(MAILBOX, "inbox.mbox")
    assert (document.kind, document.title) == ("mail", "inbox")
    assert blocks(document) == [
        (2, "h1", "One (2026-11-02)"),
        (3, "paragraph", "Date: Mon, 2 Nov 2026 10:00:00 +0100"),
        (5, "paragraph", "The boiler.\nFrom then on it was cold."),
        (8, "paragraph", "From here on it is no mark: no time stands in it."),
        (12, "h1", "Two"),
        (13, "paragraph", "From: bo@example.org"),
        (15, "paragraph", "The lease."),
    ]


def starts(document):
    """The first words of each message."""
    return [
        document.text[message.start :].lstrip().split("\n")[0][:40] for message in document.messages
    ]


def test_each_message_of_a_mailbox_has_its_place_subject_and_date():
    document = read(
        MAILBOX + "\nFrom cy@example.org Wed Nov 32 25:00:00 2026\nX-Note: no\n\nNothing more.\n",
        "inbox.mbox",
    )
    assert [
        (message.number, message.title, message.written_ns) for message in document.messages
    ] == [
        (1, "One", 1_793_610_000 * 10**9),
        # This date is that of the line before the message, which is in UTC.
        (2, "Two", 1_793_703_600 * 10**9),
        (3, "(no subject)", None),
    ]
    assert starts(document) == [
        "From ida@example.org Mon Nov  2 10:00:00",
        "From bo@example.org Tue Nov  3 11:00:00 ",
        "From cy@example.org Wed Nov 32 25:00:00 ",
    ]


@pytest.mark.parametrize(
    "date",
    [
        "Thu, 1 Jan 1970 00:00:00 +0000",
        "Fri, 1 Jan 9999 00:00:00 +0000",
        "Wed, 1 Jan 1150 00:00:00 +0100",
        "soon",
    ],
)
def test_an_impossible_date_is_no_date(date):
    assert read(f"Subject: s\nDate: {date}\n\nx").messages == (Message(1, 0, "s", None),)


@pytest.mark.parametrize(
    "mark",
    [
        "ida@example.org Mon Nov  2 10:00:00 2026",
        "- Mon Nov 2 10:00:00 2026",
        "ida at example.org  Mon Nov  2 10:00:00 2026",
        "1762@xxx Mon Nov 02 10:00:00 +0000 2026",
    ],
)
def test_the_line_before_a_message_dates_it_where_nothing_else_does(mark):
    document = read(f"From {mark}\nSubject: s\n\nx\n", "Inbox")
    assert [message.written_ns for message in document.messages] == [1_793_613_600 * 10**9]


def test_messages_deleted_from_a_mailbox_are_not_read():
    deleted = "X-Mozilla-Status: 0009\nSubject: Gone\n\nDeleted words.\n"
    present = "X-Mozilla-Status: 0001\nSubject: Kept\n\nX-Mozilla-Status: 0008\n"
    mark = "From - Mon Nov  2 10:00:00 2026\n"
    document = read(f"{mark}{deleted}\n{mark}{present}\n", "Inbox")
    assert [(message.number, message.title) for message in document.messages] == [(2, "Kept")]
    assert blocks(document) == [(9, "h1", "Kept"), (11, "paragraph", "X-Mozilla-Status: 0008")]


def test_a_broken_message_costs_no_other_message():
    mark = "From - Mon Nov  2 10:00:00 2026\n"
    document = read(
        f"{mark}Subject: One\n\nx\n\n{mark}{nested(3_000)}\n\n{mark}Subject: Three\n\nz\n", "Inbox"
    )
    assert [(message.number, message.title) for message in document.messages] == [
        (1, "One"),
        (3, "Three"),
    ]
    assert document.warnings == (
        "message 2 is left out: the message holds messages nested too deeply",
    )


def test_messages_read_before_the_time_is_up_are_kept():
    def slow(data, path):
        if data == b"slow":
            raise OutOfTime
        return readers.read(data, path)

    def letter(name, content):
        message = EmailMessage()
        message["Subject"] = name
        message.set_content(name.lower())
        message.add_attachment(content, "application", "x", filename="a.txt")
        return b"From - Mon Nov  2 10:00:00 2026\n" + message.as_bytes() + b"\n"

    document = mail.read(
        letter("One", b"good") + letter("Two", b"slow") + letter("Three", b"good"),
        "/mail/Inbox",
        slow,
    )
    assert [message.title for message in document.messages] == ["One"]
    assert [words for _, _, words in blocks(document)] == [
        "One",
        "one",
        "Attachment: a.txt",
        "good",
    ]
    assert document.text.endswith("good")
    assert document.warnings == (
        "only the first 1 of its 3 messages are read: the time for one file was up",
    )
    with pytest.raises(OutOfTime):
        mail.read(letter("Two", b"slow"), "/mail/Inbox", slow)


def test_each_message_of_a_mailbox_may_have_its_attachments():
    source = b""
    for number in range(2):
        message = EmailMessage()
        message["Subject"] = str(number)
        message.set_content("x")
        for other in range(101):
            message.add_attachment(b"words", "text", "x-note", filename=f"{number}-{other}.txt")
        source += b"From - Mon Nov  2 10:00:00 2026\n" + message.as_bytes() + b"\n"
    assert [words for _, _, words in blocks(read(source, "Inbox"))][-2:] == [
        "Attachment: 1-100.txt",
        "words",
    ]


def test_no_passage_spans_two_messages():
    cut = split(read(MAILBOX, "inbox.mbox"), ToyTokenizer(), PassageRules())
    assert [(passage.headings, passage.line_start, passage.line_end) for passage in cut] == [
        (("One (2026-11-02)",), 2, 8),
        (("Two",), 12, 15),
    ]


def test_mail_is_recognised_by_its_contents_where_the_name_says_nothing():
    assert read(MAILBOX, "Inbox").title == "Inbox"
    assert (read(PLAIN, "1762074000.M1P2.host:2,S").kind, read(PLAIN, "note.txt").kind) == (
        "mail",
        "text",
    )
    assert read("From here: to there\n\nwords", "note").kind == "text"


def test_the_count_and_the_flags_of_apple_mail_are_left_out():
    document = read(f"{len(PLAIN)}   \n{PLAIN}<?xml version='1.0'?><plist>flags</plist>", "12.emlx")
    assert blocks(document)[-1] == (12, "paragraph", "> When does he come?\nOn Friday.")


def test_a_saved_page_is_read_as_a_page():
    page = (
        "From: <Saved by Blink>\nSubject: Tides\nMIME-Version: 1.0\n"
        "Content-Type: multipart/related; type=text/html; boundary=b\n\n"
        "--b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n"
        "Content-Location: https://example.org/\n\n"
        "<title>Tides</title><h1>The tide</h1><p class=3Dx>turns every six ho=\nurs.\n"
        "--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n"
    )
    assert read(page, "tides.mhtml") == Document(
        "/mail/tides.mhtml",
        "html",
        "Tides",
        "The tide\n\nturns every six hours.",
        (Block(0, 8, "heading", 1, "The tide"), Block(10, 32, "paragraph")),
    )
    assert refusal("Subject: x\n\nwords", "page.mht") == (
        Reason.CORRUPT,
        "the file holds no web page",
    )
