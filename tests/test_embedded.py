"""Files inside office files, and text in other formats that belongs into a document."""

from __future__ import annotations

import io
import struct
import zlib

import openpyxl
import pytest

from .office_files import TYPES, blocks, ole, paragraph, read, word, zipped
from .test_readers_odf import odf
from .test_readers_ole import doc, doc_streams, record
from .test_readers_slides_and_sheets import relations, shape

FILE = ("left out: 1 embedded file",)


def with_part(kind: str, name: str, contents: bytes | str, body: str, types: str = "") -> bytes:
    """A Word file that refers to one more part as r9."""
    main = f'<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>'
    related = f'<Relationship Id="r9" Type="{TYPES}/{kind}" Target="{name}"/>'
    return zipped(
        {
            "[Content_Types].xml": f"<Types>{types}</Types>",
            "word/document.xml": main,
            "word/_rels/document.xml.rels": f'<Relationships xmlns="x">{related}</Relationships>',
            f"word/{name}": contents,
        }
    )


def workbook(*rows: list[object]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


PAGE = "<html><body><h2>Ropes</h2><p>Hemp is caf&eacute; brown.</p></body></html>"
SAVED = f"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{PAGE}"
ROPES = [("h2", "Ropes"), ("paragraph", "Hemp is café brown.")]


@pytest.mark.parametrize(
    ("name", "contents", "types", "shown"),
    [
        ("c.html", PAGE, "", ROPES),
        ("c.htm", PAGE, "", ROPES),
        ("c.mht", SAVED, "", ROPES),
        ("c.dat", PAGE, '<Default Extension="dat" ContentType="text/html"/>', ROPES),
        ("c.dat", SAVED, '<Override PartName="/word/c.dat" ContentType="message/rfc822"/>', ROPES),
        ("c.rtf", r"{\rtf1 Hemp is brown.}", "", [("paragraph", "Hemp is brown.")]),
        ("c.txt", "Hemp is café brown.", "", [("paragraph", "Hemp is café brown.")]),
        ("c.docx", word(paragraph("Hemp is brown.")), "", [("paragraph", "Hemp is brown.")]),
    ],
)
def test_text_in_another_format_stands_in_its_place(name, contents, types, shown):
    body = paragraph("Before.") + '<w:altChunk r:id="r9"/>' + paragraph("After.")
    document = read(with_part("aFChunk", name, contents, body, types), "a.docx")
    assert (blocks(document), document.warnings) == (
        [("paragraph", "Before."), *shown, ("paragraph", "After.")],
        (),
    )


@pytest.mark.parametrize(("name", "contents"), [("c.exe", b"MZ"), ("c.html", b""), ("", b"")])
def test_text_in_a_format_that_is_not_read_is_counted(name, contents):
    body = paragraph("Before.") + f'<w:altChunk r:id="{"r9" if name else "r1"}"/>'
    document = read(with_part("aFChunk", name or "c.html", contents, body), "a.docx")
    assert (blocks(document), document.warnings) == ([("paragraph", "Before.")], FILE)


def test_an_embedded_workbook_and_document_follow_the_text():
    book = workbook(["Rope", "Yards", "Price"], ["hemp", 40, 7])
    document = read(with_part("package", "e/Bill.xlsx", book, paragraph("See.")), "a.docx")
    assert (blocks(document), document.warnings) == (
        [
            ("paragraph", "See."),
            ("h1", "Embedded file: Bill.xlsx"),
            ("h2", "Sheet"),
            ("h3", "Rope | Yards | Price"),
            ("table", "hemp\t40\t7"),
        ],
        (),
    )
    older = with_part("oleObject", "e/o1.bin", doc("Old words.\r"), paragraph("See."))
    assert blocks(read(older, "a.docx")) == [
        ("paragraph", "See."),
        ("h1", "Embedded file: o1.doc"),
        ("paragraph", "Old words."),
    ]


def packaged(name: str, contents: bytes) -> bytes:
    """A file as Windows' packager puts it into a stream."""
    names = name.encode() + b"\0C:\\x\\" + name.encode() + b"\0"
    copy = b"C:\\temp\0"
    rest = b"\2\0" + names + struct.pack("<HHI", 0, 3, len(copy)) + copy
    rest += struct.pack("<I", len(contents)) + contents
    return struct.pack("<I", len(rest)) + rest


def test_a_file_in_a_package_keeps_its_name():
    package = ole({"\x01Ole10Native": packaged("ropes.txt", b"Hemp is brown.")})
    document = read(with_part("oleObject", "e/o1.bin", package, paragraph("See.")), "a.docx")
    assert blocks(document) == [
        ("paragraph", "See."),
        ("h1", "Embedded file: ropes.txt"),
        ("paragraph", "Hemp is brown."),
    ]


def test_documents_in_documents_are_read_to_a_depth_and_then_counted():
    data = word(paragraph("level 4"))
    for depth in (3, 2, 1):
        data = with_part("package", "e/in.docx", data, paragraph(f"level {depth}"))
    document = read(data, "a.docx")
    assert (blocks(document), document.warnings) == (
        [
            ("paragraph", "level 1"),
            ("h1", "Embedded file: in.docx"),
            ("paragraph", "level 2"),
            ("h2", "Embedded file: in.docx"),
            ("paragraph", "level 3"),
        ],
        (f"in.docx: in.docx: {FILE[0]}",),
    )


def test_a_damaged_embedded_file_does_not_cost_the_document():
    for name, contents in (
        ("e/b.xlsx", b"PK\3\4"),
        ("e/o.bin", ole({"x": b"y"})),
        ("e/o.bin", b""),
    ):
        document = read(with_part("package", name, contents, paragraph("See.")), "a.docx")
        assert (blocks(document), document.warnings) == ([("paragraph", "See.")], FILE)


def test_a_workbook_on_a_slide_and_a_document_on_a_sheet_are_read():
    slides = zipped(
        {
            "ppt/presentation.xml": '<p:p><p:sldId r:id="r0"/></p:p>',
            "ppt/_rels/presentation.xml.rels": relations(("slide", "s.xml")),
            "ppt/s.xml": f"<p:sld>{shape('title', 'Ropes')}</p:sld>",
            "ppt/_rels/s.xml.rels": relations(("package", "b.xlsx")),
            "ppt/b.xlsx": workbook(["hemp"]),
        }
    )
    assert blocks(read(slides, "a.pptx")) == [
        ("h1", "Ropes"),
        ("h1", "Embedded file: b.xlsx"),
        ("h2", "Sheet"),
        ("paragraph", "hemp"),
    ]
    book = zipped(
        {
            "xl/workbook.xml": '<w><sheets><sheet name="One" r:id="r0"/></sheets></w>',
            "xl/_rels/workbook.xml.rels": relations(("worksheet", "s.xml")),
            "xl/s.xml": "<worksheet/>",
            "xl/_rels/s.xml.rels": relations(("package", "d.docx")),
            "xl/d.docx": word(paragraph("hemp")),
        }
    )
    assert blocks(read(book, "a.xlsx")) == [
        ("h1", "One"),
        ("h1", "Embedded file: d.docx"),
        ("paragraph", "hemp"),
    ]


def test_the_objects_of_opendocument_stand_behind_their_paragraph():
    def linked(number: int) -> str:
        return f'<draw:object xlink:href="./Object {number}"/>'

    body = f"<text:p xmlns:xlink='x'>See{linked(1)}{linked(2)}{linked(1)}{linked(3)}</text:p>"
    chart = odf(
        "text",
        body,
        **{
            "Object 1/content_xml": (
                '<office:document-content xmlns:office="o" xmlns:chart="c" xmlns:text="t" '
                'xmlns:table="ta"><office:body><office:chart><chart:title><text:p>Rain</text:p>'
                "</chart:title><table:table><table:table-row><table:table-cell><text:p>May</text:p>"
                "</table:table-cell><table:table-cell><text:p>7</text:p></table:table-cell>"
                "</table:table-row></table:table></office:chart></office:body>"
                "</office:document-content>"
            ),
            "Object 2/content_xml": (
                "<math><mi>E</mi><mo>=</mo><mi>m</mi><annotation>x</annotation></math>"
            ),
        },
    )
    document = read(chart, "a.odt")
    assert (blocks(document), document.warnings) == (
        [("paragraph", "See"), ("paragraph", "Rain"), ("table", "May\t7"), ("paragraph", "E=m")],
        FILE,
    )


def test_an_object_in_rtf_is_read():
    contents = ole({"Package": word(paragraph("hemp"))})
    name = b"Word.Document.12\0"
    stored = struct.pack("<III", 0x501, 2, len(name)) + name + bytes(8)
    stored += struct.pack("<I", len(contents)) + contents
    data = rb"{\rtf1 See.{\object\objemb{\*\objdata " + stored.hex("\n", 32).encode() + rb"}}\par}"
    assert blocks(read(data, "a.rtf")) == [
        ("paragraph", "See."),
        ("h1", "Embedded file: Word.Document.12.docx"),
        ("paragraph", "hemp"),
    ]
    linked = rb"{\rtf1 See.{\object{\*\objdata 0105000001000000}}\par}"
    document = read(linked, "a.rtf")
    assert (blocks(document), document.warnings) == ([("paragraph", "See.")], FILE)


def test_an_object_in_an_older_presentation_is_read():
    contents = ole({"Package": word(paragraph("hemp"))})
    stored = struct.pack("<I", len(contents)) + zlib.compress(contents)
    stream = record(0x03E8, record(0x0FF0, b"", holds=True), holds=True)
    stream += record(0x1011, stored, instance=1)
    assert blocks(read(ole({"PowerPoint Document": stream}), "a.ppt")) == [
        ("h1", "Embedded file: object 1.docx"),
        ("paragraph", "hemp"),
    ]


def test_files_in_the_storages_of_an_older_document_are_read_or_counted():
    inner = doc_streams("Old words.\r")
    streams = doc_streams("See.\r") | {
        "ObjectPool/_1/Package": word(paragraph("hemp")),
        "ObjectPool/_2/\x01Ole10Native": packaged("ropes.txt", b"Hemp is brown."),
        "ObjectPool/_3/WordDocument": inner["WordDocument"],
        "ObjectPool/_3/1Table": inner["1Table"],
        "ObjectPool/_4/Equation Native": b"x",
    }
    document = read(ole(streams), "a.doc")
    assert (blocks(document), document.warnings) == (
        [
            ("paragraph", "See."),
            ("h1", "Embedded file: object 1.docx"),
            ("paragraph", "hemp"),
            ("h1", "Embedded file: ropes.txt"),
            ("paragraph", "Hemp is brown."),
            ("h1", "Embedded file: object 3"),
            ("paragraph", "Old words."),
        ],
        FILE,
    )
