"""The reader of OpenDocument files: text, slides and sheets, packed and flat."""

from __future__ import annotations

import pytest

from search.documents import Block, Document, Reason
from search.errors import Unreadable

from .office_files import blocks, read, zipped

NAMES = (
    'xmlns:office="o" xmlns:text="t" xmlns:table="ta" xmlns:style="s" xmlns:draw="d" xmlns:dc="c" '
    'xmlns:presentation="p" xmlns:svg="v"'
)


def content(kind: str, body: str, styles: str = "") -> str:
    return (
        f"<office:document-content {NAMES}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )


def odf(kind: str, body: str, styles: str = "", **parts: str) -> bytes:
    return zipped(
        {
            "content.xml": content(kind, body, styles),
            **{name.replace("_", "."): words for name, words in parts.items()},
        }
    )


def test_a_text_document_is_read_whole():
    body = (
        "<text:tracked-changes>"
        "<text:deletion><text:p>deleted</text:p></text:deletion></text:tracked-changes>"
        '<text:p text:style-name="P1">The lease</text:p>'
        "<text:table-of-content><text:p>The flat 1</text:p></text:table-of-content>"
        '<text:h text:outline-level="2">The\n flat</text:h>'
        "<text:p>open<text:span>doc</text:span><text:s text:c='3'/>x<text:tab/>y<text:line-break/>z"
        "<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>A note.</text:p></text:note-body></text:note>"
        "<office:annotation><dc:creator>Ida</dc:creator><dc:date>2025</dc:date>"
        "<text:p>Sure?</text:p></office:annotation> end"
        "<draw:frame><svg:title>picture</svg:title>"
        "<draw:text-box><text:p>In a box</text:p></draw:text-box></draw:frame></text:p>"
        "<text:list><text:list-item><text:p>one</text:p>"
        "<text:list><text:list-item><text:p>two</text:p></text:list-item></text:list>"
        "</text:list-item></text:list>"
        "<table:table><table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>Key</text:p></table:table-cell>"
        "<table:table-cell><text:p>Room</text:p></table:table-cell>"
        "</table:table-row></table:table-header-rows>"
        "<table:table-row><table:covered-table-cell/>"
        "<table:table-cell><text:p>A</text:p><text:p>B</text:p></table:table-cell>"
        "</table:table-row></table:table>"
    )
    margins = (
        "<style:master-page><style:header><text:p>Letterhead</text:p></style:header>"
        "<style:footer><text:p>Bank</text:p></style:footer>"
    )
    data = odf(
        "text",
        body,
        '<style:style style:name="P1" style:parent-style-name="Title"/>',
        styles_xml=(
            f"<office:document-styles {NAMES}>{margins * 2}"
            f"{'</style:master-page>' * 2}</office:document-styles>"
        ),
        meta_xml=(
            f"<office:document-meta {NAMES}><dc:title>Stale title</dc:title></office:document-meta>"
        ),
    )
    document = read(data, "a.odt")
    assert (document.kind, document.title) == ("odt", "The lease")
    assert blocks(document) == [
        ("paragraph", "Letterhead"),
        ("h1", "The lease"),
        ("h2", "The flat"),
        ("paragraph", "opendoc   x\ty\nz end"),
        ("paragraph", "A note."),
        ("paragraph", "Ida: Sure?"),
        ("paragraph", "picture"),
        ("paragraph", "In a box"),
        ("list", "one"),
        ("list", "two"),
        ("table", "Key\tRoom\n\tA B"),
        ("paragraph", "Bank"),
    ]


def test_a_presentation_is_read_with_slides_as_pages():
    def frame(role: str, words: str) -> str:
        return (
            f'<draw:frame presentation:class="{role}">'
            f"<draw:text-box><text:p>{words}</text:p></draw:text-box></draw:frame>"
        )

    shape = "<draw:custom-shape><text:p>Arrow</text:p></draw:custom-shape>"
    notes = (
        f"<presentation:notes>{frame('notes', 'Say it.')}{frame('page-number', '1')}"
        "</presentation:notes>"
    )
    first = (
        f"<draw:page>{shape}{frame('title', 'Plan')}{frame('footer', 'ACME')}"
        f"{frame('outline', 'Dig')}{notes}</draw:page>"
    )
    second = f"<draw:page>{frame('subtitle', 'Costs')}{frame('', 'Low.')}</draw:page>"
    assert read(odf("presentation", first + second), "a.odp") == Document(
        "/docs/a.odp",
        "odp",
        "Plan",
        "Plan\n\nArrow\n\nDig\n\nSay it.\n\nCosts\n\nLow.",
        (
            Block(0, 4, "heading", 1, "Plan"),
            Block(6, 11, "paragraph"),
            Block(13, 16, "paragraph"),
            Block(18, 25, "paragraph"),
            Block(27, 32, "heading", 1, "Costs"),
            Block(34, 38, "paragraph"),
        ),
        (0, 27),
    )


def cell(words: str, **attributes: int) -> str:
    marks = "".join(
        f' table:{name.replace("_", "-")}="{count}"' for name, count in attributes.items()
    )
    return f"<table:table-cell{marks}><text:p>{words}</text:p></table:table-cell>"


@pytest.mark.parametrize("name", ["a.ods", "a.fods"])
def test_a_workbook_is_read_packed_or_flat(name):
    comment = (
        "<office:annotation><dc:creator>Ida</dc:creator><text:p>Why?</text:p></office:annotation>"
    )
    rows = (
        f"<table:table-row>{cell('Day')}{cell('Rain')}{cell('Sun')}</table:table-row>"
        f"<table:table-row>{cell('Monday')}"
        f"<table:table-cell>{comment}<text:p>3 mm</text:p></table:table-cell></table:table-row>"
        f"<table:table-row>{cell('dry', number_columns_repeated=2)}{cell('8 h')}"
        f"{cell('', number_columns_repeated=16000)}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048000">'
        f"{cell('', number_columns_repeated=16384)}</table:table-row>"
    )
    body = (
        f'<table:table table:name="Weather">{rows}</table:table><table:table table:name="Empty"/>'
    )
    data = (
        odf("spreadsheet", body)
        if name == "a.ods"
        else content("spreadsheet", body).replace("document-content", "document").encode()
    )
    document = read(data, name)
    assert (document.kind, document.pages, blocks(document)) == (
        "ods",
        (0, 58),
        [
            ("h1", "Weather"),
            ("h2", "Day | Rain | Sun"),
            ("table", "Monday\t3 mm\ndry\t\t8 h"),
            ("paragraph", "Ida: Why?"),
        ],
    )


def test_a_file_behind_a_password_is_told():
    with pytest.raises(Unreadable) as caught:
        read(
            zipped({"META-INF/manifest.xml": "<m:encryption-data/>", "content.xml": b"\x00\x01"}),
            "a.odt",
        )
    assert (caught.value.reason, caught.value.message) == (
        Reason.ENCRYPTED,
        "the file needs a password",
    )


def test_a_document_of_another_kind_is_told():
    with pytest.raises(Unreadable) as caught:
        read(odf("chart", ""), "a.odt")
    assert caught.value.message == "the OpenDocument file has no text, slides or sheets"
