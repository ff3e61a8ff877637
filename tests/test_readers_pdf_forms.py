"""XFA forms in a PDF, and the parts of a PDF that are left out and told."""

from __future__ import annotations

import pytest

from search.readers.paged.pdf import DYNAMIC
from search.readers.paged.pdf import read as read_pdf

from .test_readers_pdf import annotated, attached, pdf, read

OPEN, CLOSE = b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">', b"</xdp:xdp>"
TEMPLATE = b"""<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/">
<subform name="form1">
<draw name="Head"><value><text>Application for a ferret licence</text></value></draw>
<field name="Applicant"><ui><textEdit/></ui>
<caption><value><text>Name of applicant:</text></value></caption></field>
<field name="Town"><caption><value><exData contentType="text/html">
<body xmlns="http://www.w3.org/1999/xhtml"><p>Your <b>town</b></p><p>or village</p></body>
</exData></value></caption>
<items><text>Bath</text><text>Wells</text></items>
<items save="1"><text>1</text><text>2</text></items></field>
<draw presence="hidden"><value><text>Office use</text></value></draw>
<field name="Row"><caption><value><text>Ferret</text></value></caption></field>
<field name="f1"><event><script>alert("no")</script></event>
<caption><value><text>Date</text></value></caption><bind match="dataRef" ref="$.Day"/></field>
</subform></template>"""
DATA = b"""<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1>
<Applicant>Wilhelmina &amp; Sand</Applicant><Town>2</Town><Row>Rex</Row><Row>Tip</Row>
<Note><body xmlns="http://www.w3.org/1999/xhtml"><p>first</p><p>second <i>line</i></p></body></Note>
<Picture xfa:contentType="image/png">iVBOR</Picture><Day>Monday</Day>
</form1></xfa:data></xfa:datasets>"""
SAID = """Application for a ferret licence
Name of applicant: Wilhelmina & Sand
Your town or village: Wells
Ferret
Date: Monday
Ferret: Rex
Ferret: Tip
Note: first
second line"""
HIDDEN = "left out: 1 hidden part"


def form(stored: str, *packets: bytes, lines=("Please wait...",), catalog=""):
    """A PDF with an XFA form, whose packets are the objects from 920."""
    return pdf(
        list(lines),
        catalog=f"{catalog} /AcroForm << /Fields [] /XFA {stored} >>",
        streams={920 + number: ("", packet) for number, packet in enumerate(packets)},
    )


@pytest.mark.parametrize(
    "data",
    [
        form("920 0 R", OPEN + TEMPLATE + DATA + CLOSE),
        form(
            "[(preamble) 920 0 R (template) 921 0 R (datasets) 922 0 R (postamble) 923 0 R]",
            *(OPEN, TEMPLATE, DATA, CLOSE),
        ),
        form("[(template) 920 0 R (datasets) 921 0 R]", TEMPLATE, DATA),
    ],
)
def test_captions_and_values_of_a_form_are_read(data):
    document = read(data)
    assert (document.text, document.warnings) == (f"Please wait...\n\n{SAID}", (HIDDEN,))


def test_a_dynamic_form_is_told():
    whole = OPEN + TEMPLATE + DATA + CLOSE
    assert read(form("920 0 R", whole, catalog="/NeedsRendering true")).warnings == (
        DYNAMIC,
        HIDDEN,
    )
    empty = form("920 0 R", OPEN + CLOSE, catalog="/NeedsRendering true")
    assert read(empty).warnings == ("left out: 1 form",)


def test_what_the_pages_show_is_not_repeated():
    shown = form("920 0 R", OPEN + TEMPLATE + DATA + CLOSE, lines=SAID.split("\n"))
    assert read(shown).text == SAID


@pytest.mark.parametrize(
    "packet",
    [
        (OPEN + TEMPLATE + DATA)[:700],
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + OPEN + CLOSE,
        OPEN + b"<a>" * 500 + b"</a>" * 500 + CLOSE,
    ],
)
def test_a_form_that_cannot_be_read_is_counted(packet):
    document = read(form("920 0 R", packet))
    assert (document.text, document.warnings) == ("Please wait...", ("left out: 1 form",))


def test_annotations_that_are_not_read_are_counted():
    document = read(
        annotated(
            "<< /Subtype /Stamp /AP << /N 11 0 R >> /Contents (Approved) >>",
            "<< /Subtype /Watermark /AP << /N 11 0 R >> >>",
            "<< /Subtype /Text /F 2 /Contents (hidden note) >>",
            "<< /Subtype /Widget /FT /Tx /F 2 /T (Hidden) /V (unseen) >>",
            "<< /Subtype /Widget /FT /Tx /F 2 /T (Empty) >>",
            "<< /Subtype /Redact /Contents (redacted) >>",
            "<< /Subtype /FreeText /RC (<p>Rich <b>note</b></p>) >>",
            "<< /Subtype /Link /Contents (a link) >>",
        )
    )
    assert document.text == "Application form\n\nNote: Approved\nNote: Rich note"
    assert document.warnings == ("left out: 2 hidden parts, 2 comments",)


def test_attachments_that_are_not_read_are_counted():
    data = attached(("a.txt", b"Words."), ("b.exe", b"MZ"))
    assert read(data).warnings == (
        "left out: 1 attachment that is not read (.exe files are programs, which are not read)",
    )
    assert read_pdf(data, "/docs/report.pdf").warnings == ("left out: 2 embedded files",)
