"""PDF: real files, written by the tests object by object."""

from __future__ import annotations

import io
import zlib

import pytest
from pypdf import PdfReader, PdfWriter

from search import readers
from search.documents import Block, Document, Reason
from search.errors import Unreadable


def pdf(*pages, title=None, font="/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding"):
    """A PDF with a page for each list of lines; a page given as bytes has these as its raw contents."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 3: f"<< {font} >>".encode()}
    kids = []
    for number, page in enumerate(pages):
        lines = page if isinstance(page, list) else []
        shows = "".join(f"({line}) Tj 0 -14 Td " for line in lines)
        stream = page if isinstance(page, bytes) else f"BT /F1 12 Tf 72 720 Td {shows}ET".encode("cp1252")
        packed = zlib.compress(stream)
        objects[10 + 2 * number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>"
            % (11 + 2 * number)
        )
        objects[11 + 2 * number] = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (
            len(packed),
            packed,
        )
        kids.append(f"{10 + 2 * number} 0 R")
    objects[2] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    objects[4] = f"<< /Title ({title}) >>".encode() if title else b"<< >>"
    out = bytearray(b"%PDF-1.4\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, start)
    return bytes(out)


def locked(user):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(["Pensions"]))))
    writer.encrypt(user, "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def read(data):
    return readers.read(data, "/docs/report.pdf")


def refusal(data):
    with pytest.raises(Unreadable) as caught:
        read(data)
    return caught.value.reason, caught.value.message


def test_pages_begin_where_they_say():
    assert read(pdf(["Annual report", "Roasting coffee."], [], ["Third page"])) == Document(
        "/docs/report.pdf", "pdf", "Annual report", "Annual report\nRoasting coffee.\n\nThird page",
        (Block(0, 30, "paragraph"), Block(32, 42, "paragraph")), (0, 30, 32),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stored", "title"),
    [
        ("Coffee in 2024", "Coffee in 2024"),
        ("Microsoft Word - Coffee", "Coffee"),
        ("untitled", "First line"),
        ("scan_0001.indd", "First line"),
        ("-- \\(\\) --", "First line"),
    ],
)
def test_the_title_is_the_stored_one_where_it_is_sensible(stored, title):
    assert read(pdf(["First line"], title=stored)).title == title


def test_words_parted_at_line_ends_are_joined():
    assert (
        read(pdf(["An exam-", "ple of well-", "Known pre-1900 hy-", "phens"])).text
        == "An example of well-\nKnown pre-1900 hyphens"
    )


def test_titles_set_letter_by_letter_are_joined():
    assert read(pdf([*"ANNUAL", " ", *"REPORT", "of the year"])).text == "ANNUAL REPORT\nof the year"


def test_an_empty_password_opens_and_another_does_not():
    assert read(locked("")).text == "Pensions"
    assert refusal(locked("secret")) == (Reason.ENCRYPTED, "the PDF needs a password")


def test_a_scan_has_no_text():
    assert refusal(pdf([], [])) == (Reason.NO_TEXT, "the PDF holds no text; a scan needs text recognition first")


def test_names_of_drawings_are_no_text():
    differences = " ".join(f"/g{number}" for number in range(1, 27))
    font = f"/Type /Font /Subtype /Type1 /BaseFont /AAAAAA+X /Encoding << /Type /Encoding /Differences [97 {differences}] >>"
    assert refusal(pdf(["abcdef"], font=font))[0] is Reason.NO_TEXT


def test_a_broken_page_does_not_lose_the_others():
    broken = pdf(["One"], ["Two"], ["Three"]).replace(b"/Contents 13 0 R", b"/Contents (nothing)")
    assert read(broken).text == "One\n\nThree"


def test_a_broken_file_is_corrupt():
    good = pdf(["One"])
    for data in (good[:200], b"%PDF-1.7\n", good.replace(b"/Catalog /Pages 2 0 R", b"/Catalog")):
        reason, message = refusal(data)
        assert (reason, message.partition(":")[0]) == (Reason.CORRUPT, "the PDF is damaged")


def test_junk_around_the_file_does_no_harm():
    assert read(b"junk\n" * 200 + pdf(["One"]) + b"\0" * 5_000).text == "One"


def test_a_pdf_is_known_under_another_name():
    assert readers.read(pdf(["One"]), "/docs/download").kind == "pdf"


def test_a_bomb_is_refused():
    assert refusal(pdf(b" " * 200_000_000))[0] is Reason.CORRUPT
