"""Office files that are disguised, broken, locked, or made as traps."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pptx
import pytest

from search import readers
from search.documents import Reason
from search.errors import Unreadable
from search.index import Index

from .office_files import W, paragraph, read, word, zipped


def refusal(data: bytes, name: str) -> tuple[Reason, str]:
    with pytest.raises(Unreadable) as caught:
        read(data, name)
    return caught.value.reason, caught.value.message


@pytest.mark.parametrize(
    ("data", "name", "kind", "text"),
    [
        (word(paragraph("words")), "a.doc", "docx", "words"),
        (word(paragraph("words")), "a.xlsx", "docx", "words"),
        (rb"{\rtf1 words}", "a.doc", "rtf", "words"),
        (b"<html><body>saved as Word", "a.docx", "html", "saved as Word"),
        (b"\n<table><tr><td>a<td>b</table>", "a.xls", "html", "a\tb"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><html><p>page", "a.doc", "html", "page"),
        (b"a\tb\n1\t2", "a.xls", "text", "a\tb\n1\t2"),
        (b"<fictionBook><body><p>tale</p></body></fictionBook>", "a.rtf", "fb2", "tale"),
    ],
)
def test_the_contents_decide_on_the_reader_before_the_suffix(data, name, kind, text):
    document = read(data, name)
    assert (document.kind, document.text) == (kind, text)


def test_of_all_archives_only_a_zipped_book_is_read():
    assert readers.readable("/docs/a.fb2.zip") is None
    assert readers.readable("/docs/a.zip") is not None


WHOLE = word(paragraph("words " * 500))


@pytest.mark.parametrize(
    ("data", "name", "refused"),
    [
        (
            WHOLE[: len(WHOLE) // 2],
            "a.docx",
            (Reason.CORRUPT, "the file is an incomplete or damaged ZIP archive"),
        ),
        (
            zipped({"word/styles.xml": ""}),
            "a.docx",
            (Reason.CORRUPT, "its part word/document.xml is missing"),
        ),
        (zipped({}), "a.docx", (Reason.CORRUPT, "its part word/document.xml is missing")),
        (
            zipped({"a.txt": "x"}),
            "a.pptx",
            (Reason.CORRUPT, "its part ppt/presentation.xml is missing"),
        ),
        (
            word("<w:p>"),
            "a.docx",
            (Reason.CORRUPT, "its XML is damaged: mismatched tag: line 1, column 98"),
        ),
        (word(""), "a.docx", (Reason.NO_TEXT, "the document holds no text")),
        (bytes(range(256)) * 20, "a.docx", (Reason.CORRUPT, "the file is neither DOCX nor text")),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9),
            "a.xls",
            (Reason.CORRUPT, "the file is damaged: not an OLE2 structured storage file"),
        ),
        (
            b"\x03Ida" + bytes(158),
            "~$a.docx",
            (Reason.BINARY, "the file marks a document as open in Office, and holds no text"),
        ),
        (b" ", "a.rtf", (Reason.EMPTY, "the file has no text in it")),
    ],
)
def test_a_file_that_cannot_be_read_is_told(data, name, refused):
    assert refusal(data, name) == refused


def entity(declared: str) -> bytes:
    return zipped(
        {
            "word/document.xml": (
                f"<!DOCTYPE d [{declared}]>"
                f"<w:document {W}><w:body>{paragraph('&x;')}</w:body></w:document>"
            )
        }
    )


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY x SYSTEM "file:///etc/hostname">',
        '<!ENTITY x "words">',
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY x "&a;&a;&a;&a;&a;">',
        '<!ENTITY % x SYSTEM "http://localhost:1/x"> %x;',
    ],
)
def test_entities_are_neither_loaded_nor_expanded(declared):
    message = "its XML declares entities, which no such file needs; they may be a trap"
    assert refusal(entity(declared), "a.docx") == (Reason.CORRUPT, message)


def test_a_bomb_is_refused_before_it_is_inflated():
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w") as part,
    ):
        for _ in range(210):
            part.write(bytes(1_000_000))
    assert refusal(file.getvalue(), "a.docx") == (
        Reason.TOO_LARGE,
        "it inflates to more than 200 MB (its part word/document.xml alone to 210 MB)",
    )
    assert refusal(zipped({"word/document.xml": bytes(9_000_000)}), "a.docx") == (
        Reason.TOO_LARGE,
        "its part word/document.xml inflates to 9 MB of nearly nothing",
    )


def test_a_part_is_no_larger_than_its_directory_says():
    data = bytearray(zipped({"word/document.xml": b"<w:document>" + b" " * 90_000}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (5_000).to_bytes(4, "little")
    assert refusal(bytes(data), "a.docx") == (
        Reason.CORRUPT,
        "its part word/document.xml is damaged: Bad CRC-32 for file 'word/document.xml'",
    )


def test_names_that_lead_out_of_the_archive_are_not_followed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parts = {
        "../../out.txt": "bad",
        "/word/x": "bad",
        "word/document.xml": f"<w:d {W}>{paragraph('words')}</w:d>",
    }
    parts["word/_rels/document.xml.rels"] = (
        '<R><Relationship Id="a" Type="x/styles" Target="../../../etc/passwd"/></R>'
    )
    assert read(zipped(parts), "a.docx").text == "words"
    assert list(tmp_path.iterdir()) == []


def test_a_zip_file_behind_a_password_is_told():
    data = bytearray(WHOLE)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark)
        data[place + flags] |= 1
    assert refusal(bytes(data), "a.docx") == (Reason.ENCRYPTED, "the file needs a password")


def test_files_nested_deeper_than_python_recurses_are_read():
    deep = "<w:sdt><w:sdtContent>" * 20_000 + paragraph("deep") + "</w:sdtContent></w:sdt>" * 20_000
    assert read(word(deep), "a.docx").text == "deep"
    assert read(b"{\\rtf1 " + b"{" * 50_000 + b"deep" + b"}" * 50_001, "a.rtf").text == "deep"


def test_a_hit_has_its_slide_and_a_broken_file_stops_nothing(index: Index, tmp_path: Path):
    made = pptx.Presentation()
    for title, words in (("Moorings", "Two boats."), ("Costs", "The harbour charges rent.")):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, words
    folder = tmp_path / "talks"
    folder.mkdir()
    made.save(str(folder / "plan.pptx"))
    (folder / "torn.docx").write_bytes(WHOLE[: len(WHOLE) // 2])
    report = index.ingest([folder])
    assert (report.added, [(Path(skip.path).name, skip.reason) for skip in report.failed]) == (
        1,
        [("torn.docx", Reason.CORRUPT)],
    )
    (hit,) = index.query("rent of the harbour", limit=1).hits
    assert (hit.title, hit.kind, hit.headings, hit.page, hit.line_start, hit.text) == (
        "Moorings",
        "pptx",
        ("Costs",),
        2,
        5,
        "Costs\n\nThe harbour charges rent.",
    )
