"""The reader of PDF, on real files that the tests write object by object."""

from __future__ import annotations

import io
import re
import zlib

import pytest
from pypdf import PdfReader, PdfWriter

from search import readers
from search.documents import Block, Document, Reason
from search.errors import Unreadable
from search.readers.limits import Limits, OutOfTime
from search.readers.paged.pdf import read as read_pdf
from search.readers.pool import ReaderPool


def pdf(
    *pages,
    title=None,
    font="/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding",
    catalog="",
    resources="",
    page_entries="",
    streams=None,
):
    """A PDF with a page for each list of lines.

    A page that is given as bytes has them as its raw contents. `catalog`, `resources` and
    `page_entries` are further entries as PDF writes them. `streams` maps the numbers of further
    objects, from 900, to their entries and their contents; None stands for no stream.
    """
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        3: f"<< {font} >>".encode(),
    }
    for number, (entries, contents) in (streams or {}).items():
        objects[number] = (
            f"<< {entries} >>".encode()
            if contents is None
            else b"<< %s /Length %d >>\nstream\n%s\nendstream"
            % (entries.encode(), len(contents), contents)
        )
    kids = []
    for number, page in enumerate(pages):
        lines = page if isinstance(page, list) else []
        shows = "".join(f"({line}) Tj 0 -14 Td " for line in lines)
        stream = (
            page
            if isinstance(page, bytes)
            else f"BT /F1 12 Tf 72 720 Td {shows}ET".encode("cp1252")
        )
        packed = zlib.compress(stream)
        objects[10 + 2 * number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] %s "
            b"/Resources << /Font << /F1 3 0 R >> %s >> /Contents %d 0 R >>"
        ) % (page_entries.encode(), resources.encode(), 11 + 2 * number)
        objects[11 + 2 * number] = (
            b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
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
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        max(objects) + 1,
        start,
    )
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


def test_each_page_has_its_offset():
    assert read(pdf(["Annual report", "Roasting coffee."], [], ["Third page"])) == Document(
        "/docs/report.pdf",
        "pdf",
        "Annual report",
        "Annual report\nRoasting coffee.\n\nThird page",
        (Block(0, 30, "paragraph"), Block(32, 42, "paragraph")),
        (0, 30, 32),
    )


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
    assert (
        read(pdf([*"ANNUAL", " ", *"REPORT", "of the year"])).text == "ANNUAL REPORT\nof the year"
    )


def test_an_empty_password_opens_and_another_does_not():
    assert read(locked("")).text == "Pensions"
    assert refusal(locked("secret")) == (Reason.ENCRYPTED, "the PDF needs a password")


def test_a_scan_has_no_text():
    assert refusal(pdf([], [])) == (Reason.NO_TEXT, "the PDF holds no text")


def test_letters_that_are_only_named_as_drawings_are_no_text():
    differences = " ".join(f"/g{number}" for number in range(1, 27))
    font = (
        "/Type /Font /Subtype /Type1 /BaseFont /AAAAAA+X "
        f"/Encoding << /Type /Encoding /Differences [97 {differences}] >>"
    )
    assert refusal(pdf(["abcdef"], font=font))[0] is Reason.NO_TEXT


def test_letters_without_names_cost_their_page_only():
    document = read(pdf(["Annual report"], [r"\001\002\003 \004\005"], ["Third page"]))
    assert (document.text, document.pages) == ("Annual report\n\nThird page", (0, 13, 15))
    assert document.warnings == ("page 2 has fonts that do not say which letters they draw",)
    reason, message = refusal(pdf([r"\001\002\003 \004\005"]))
    assert (reason, message.partition(";")[0]) == (
        Reason.NO_TEXT,
        "the PDF's fonts do not say which letters they draw",
    )


def test_a_broken_page_does_not_lose_the_others():
    broken = pdf(["One"], ["Two"], ["Three"]).replace(b"/Contents 13 0 R", b"/Contents (nothing)")
    assert read(broken).text == "One\n\nThree"


def test_pages_that_are_too_large_are_told():
    flood = b" " * 80_000_000
    document = read(pdf(["One"], flood, ["Three"]))
    assert (document.text, document.warnings) == ("One\n\nThree", ("page 2 cannot be read",))


def test_a_second_library_opens_a_cyclic_tree_of_pages():
    good = pdf(["One"], ["Two"])
    cyclic = good.replace(b"/Kids [10 0 R 12 0 R]", b"/Kids [10 0 R 12 0 R 2 0 R]")
    assert read(cyclic).text == "One\n\nTwo"


def test_ligatures_are_read_as_letters():
    differences = "/Encoding << /Type /Encoding /Differences [97 /fi /fl] >>"
    assert (
        read(
            pdf(
                ["a ne, bow"],
                font=f"/Type /Font /Subtype /Type1 /BaseFont /Times-Roman {differences}",
            )
        ).text
        == "fi ne, flow"
    )


def test_columns_that_are_drawn_line_by_line_are_read_one_after_the_other():
    left = [
        "The committee dis-",
        "cussed the municipal",
        "reservoir project in",
        "the spring of 2024.",
    ]
    right = ["Elsewhere in the", "town the library", "was closed because", "of the long flood."]
    lines = "".join(
        f"1 0 0 1 60 {700 - 16 * row} Tm ({start}) Tj 1 0 0 1 320 {700 - 16 * row} Tm ({end}) Tj "
        for row, (start, end) in enumerate(zip(left, right, strict=True))
    )
    heading = (
        "1 0 0 1 60 730 Tm "
        "(Minutes of the council of Ferncombe and its neighbouring parishes, with notes) Tj "
    )
    assert read(pdf(f"BT /F1 12 Tf {heading}{lines}ET".encode())).text == (
        "Minutes of the council of Ferncombe and its neighbouring parishes, with notes\n"
        "The committee discussed the municipal\nreservoir project in\nthe spring of 2024.\n"
        "Elsewhere in the\ntown the library\nwas closed because\nof the long flood."
    )
    table = "".join(
        (
            f"1 0 0 1 60 {700 - 16 * row} Tm (Item {row}) Tj "
            f"1 0 0 1 320 {700 - 16 * row} Tm ({row * 7}.50) Tj "
        )
        for row in range(6)
    )
    assert (
        read(pdf(f"BT /F1 12 Tf {table}ET".encode()))
        .text.replace("\n", " ")
        .startswith("Item 0 0.50 Item 1 7.50")
    )


LEFT = ["The committee dis-", "cussed the municipal", "reservoir project in", "the spring of 2024."]
RIGHT = ["Elsewhere in the", "town the library", "was closed because", "of the long flood."]


@pytest.mark.parametrize(
    "step",
    [
        "1 0 0 1 60 {y} Tm ({left}) Tj 260 0 Td ({right}) Tj ",
        "1 0 0 1 60 {y} Tm ({left}) Tj 260 3 Td ({right}) Tj ",
        "1 0 0 1 60 {y} Tm [({left})] TJ 1 0 0 1 320 {y} Tm [({right})] TJ ",
        "1 0 0 1 60 {above} Tm 12 TL ({left}) ' 1 0 0 1 320 {y} Tm ({right}) Tj ",
        (
            "ET q 2 0 0 2 0 0 cm BT /F1 6 Tf 30 {half} Td ({left}) Tj ET Q "
            "q 2 0 0 2 0 0 cm BT /F1 6 Tf 160 {half} Td ({right}) Tj ET Q BT "
        ),
    ],
)
def test_columns_are_recognised_however_the_pen_is_moved(step):
    lines = "".join(
        step.format(
            left=left, right=right, y=700 - 16 * row, above=712 - 16 * row, half=350 - 8 * row
        )
        for row, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True))
    )
    assert read(pdf(f"BT /F1 12 Tf {lines}ET".encode())).text == (
        "The committee discussed the municipal\nreservoir project in\nthe spring of 2024.\n"
        "Elsewhere in the\ntown the library\nwas closed because\nof the long flood."
    )


def test_bookmarks_become_headings():
    writer = PdfWriter(
        clone_from=PdfReader(
            io.BytesIO(pdf(["1. The house", "It is old.", "Roof", "Tiles."], ["more", "words"]))
        )
    )
    house = writer.add_outline_item(title="The House", page_number=0)
    writer.add_outline_item(title="Roof", page_number=0, parent=house)
    writer.add_outline_item(title="Not repeated", page_number=1)
    out = io.BytesIO()
    writer.write(out)
    document = read(out.getvalue())
    assert document.text == "1. The house\nIt is old.\nRoof\nTiles.\n\nmore\nwords"
    assert document.blocks == (
        Block(0, 12, "heading", 1, "The House"),
        Block(12, 24, "paragraph"),
        Block(24, 28, "heading", 2, "Roof"),
        Block(28, 35, "paragraph"),
        Block(37, 41, "heading", 1, "Not repeated"),
        Block(41, 47, "paragraph"),
    )


@pytest.mark.parametrize(
    ("limits", "text", "warning"),
    [
        (
            Limits(pages=2),
            "One\n\nTwo",
            "only 2 of its 3 pages are read: it has more pages than are read from one file",
        ),
        (
            Limits(characters=3),
            "One\n\nTwo",
            "only 2 of its 3 pages are read: it has more text than is read from one file",
        ),
    ],
)
def test_pages_read_before_a_limit_are_kept(limits, text, warning):
    document = read_pdf(pdf(["One"], ["Two"], ["Three"]), "/docs/report.pdf", limits)
    assert (document.text, document.warnings) == (text, (warning,))


def test_pages_read_before_the_time_is_up_are_kept():
    flood = b"BT /F1 12 Tf " + b"(a) Tj 1 1 Td " * 300_000 + b"ET"
    with ReaderPool(Limits(seconds=2, seconds_per_mb=0, patience=100)) as pool:
        document = pool.read(pdf(["One"], flood, flood), "/docs/report.pdf")
    assert (document.text, document.warnings) == (
        "One",
        ("only 1 of its 3 pages are read: the time for one file was up",),
    )


def test_a_broken_file_is_corrupt():
    good = pdf(["One"])
    scrambled = good.replace(b"/Contents", b"/Continue")
    for data in (
        good[:200],
        b"%PDF-1.7\n",
        b"%PDF-1.7\n1 0 obj",
        scrambled[: scrambled.index(b"xref")].replace(b"/Pages 2", b""),
    ):
        reason, message = refusal(data)
        assert (reason, message.partition(":")[0]) == (Reason.CORRUPT, "the PDF is damaged")


CUT_OFF = "the file is damaged or was cut off; pages found in it: "


@pytest.mark.parametrize("share", [0.35, 0.5, 0.7, 0.9])
def test_a_file_that_was_cut_off_gives_its_pages(share):
    whole = pdf(*[[f"Page {number} of the report"] for number in range(20)])
    document = read(whole[: int(len(whole) * share)] + b"\0" * 500)
    count = whole[: int(len(whole) * share)].count(b"/Type /Page ")
    assert (len(document.pages), document.warnings) == (count, (f"{CUT_OFF}{count}",))
    assert document.text.split("\n\n")[: count - 1] == [
        f"Page {number} of the report" for number in range(count - 1)
    ]


def test_compressed_pages_are_found_in_a_file_that_was_cut_off():
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(["One"], ["Two"]))))
    plain = io.BytesIO()
    writer.write(plain)
    objects = [
        (int(number), body.strip())
        for number, body in re.findall(rb"(\d+) 0 obj(.*?)endobj", plain.getvalue(), re.DOTALL)
    ]
    packed = [
        (number, body)
        for number, body in objects
        if b"stream" not in body and b"/Catalog" not in body
    ]
    index, bodies = b"", b""
    for number, body in packed:
        index += b"%d %d " % (number, len(bodies))
        bodies += body + b" "
    stream = zlib.compress(index + bodies)
    head = b"<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>" % (
        len(packed),
        len(index),
        len(stream),
    )
    data = b"%PDF-1.5\n99 0 obj\n" + head + b"\nstream\n" + stream + b"\nendstream\nendobj\n"
    data += b"".join(b"%d 0 obj\n%s\nendobj\n" % item for item in objects if item not in packed)
    document = read(data)
    assert (document.text, document.warnings) == ("One\n\nTwo", (f"{CUT_OFF}2",))


def test_pages_without_their_catalogue_are_found():
    document = read(pdf(["One"]).replace(b"/Catalog /Pages 2 0 R", b"/Catalog"))
    assert (document.text, document.warnings) == ("One", (f"{CUT_OFF}1",))


def test_pages_behind_a_tree_that_is_too_deep_are_found():
    deep = b"".join(
        b"%d 0 obj\n<< /Type /Pages /Kids [%d 0 R] /Count 1 >>\nendobj\n" % (n, n + 1)
        for n in range(100, 3_100)
    )
    whole = pdf(["Leaf"]).replace(b"/Kids [10 0 R]", b"/Kids [100 0 R]")
    data = (
        whole[: whole.rindex(b"xref\n", 0, -40)]
        + deep
        + b"3100 0 obj\n<< /Type /Pages /Kids [10 0 R] /Count 1 >>\nendobj\n"
    )
    document = read(data + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n")
    assert (document.text, document.warnings) == ("Leaf", (f"{CUT_OFF}1",))


def labelled(*pages):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(*pages))))
    writer.set_page_label(0, 1, "/r")
    writer.set_page_label(2, 3, "/D", prefix="A-", start=7)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_pages_keep_their_labels():
    assert read(labelled(["One"], ["Two"], ["Three"], ["Four"])).page_labels == (
        "i",
        "ii",
        "A-7",
        "A-8",
    )
    assert read(pdf(["One"])).page_labels == ()


def annotated(*annotations):
    """A PDF of one page with these annotations, which are written as PDF writes them."""
    data = pdf(["Application form"])
    return data.replace(
        b"/MediaBox", b"/Annots [" + " ".join(annotations).encode() + b"] /MediaBox"
    )


@pytest.mark.parametrize(
    ("annotation", "shown"),
    [
        ("/Subtype /Widget /FT /Tx /T (Name) /V (Ida Berg)", "Name: Ida Berg"),
        ("/Subtype /Widget /FT /Tx /T (form[0].f1_02[0]) /V (Ida)", "Ida"),
        (
            "/Subtype /Widget /FT /Tx /T (f1) /TU (Your name:) /V <FEFF00C4007000660065006C>",
            "Your name: Äpfel",
        ),
        (
            "/Subtype /Widget /Parent << /FT /Tx /T (Street) /V (Quince Street\\r14) >>",
            "Street: Quince Street\n14",
        ),
        ("/Subtype /Widget /FT /Ch /T (Towns) /V [(Bath) (Wells)]", "Towns: Bath, Wells"),
        ("/Subtype /Widget /FT /Btn /T (Smoker) /V /Yes /AS /Yes", "Smoker: Yes"),
        ("/Subtype /Widget /FT /Btn /T (Smoker) /V /Off /AS /Off", ""),
        ("/Subtype /Widget /FT /Btn /Ff 65536 /T (Print) /AS /On", ""),
        ("/Subtype /Widget /FT /Tx /Ff 8192 /T (Password) /V (secret)", ""),
        ("/Subtype /Widget /FT /Tx /T (Title) /V (Application)", ""),
        ("/Subtype /Text /Contents (Ask again)", "Note: Ask again"),
        ("/Subtype /Link /Contents (elsewhere)", ""),
        ("/Subtype /Widget /FT /Tx /V 7", ""),
    ],
)
def test_form_values_and_notes_stand_below_the_text_of_their_page(annotation, shown):
    expected = f"Application form\n\n{shown}" if shown else "Application form"
    document = read(annotated(f"<< {annotation} >>"))
    assert (document.text, document.warnings) == (expected, ())


def test_broken_annotations_cost_no_text():
    document = read(
        annotated(
            "<< /Subtype /Text /Contents (One) >>",
            "null",
            "7",
            "99 0 R",
            "<< /Subtype /Widget /Parent 10 0 R >>",
        )
    )
    assert (document.text, document.warnings) == ("Application form\n\nNote: One", ())


def attached(*files, text=("Cover letter",)):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(list(text)))))
    for name, data in files:
        writer.add_attachment(name, data)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_attachments_are_read_as_in_a_mail():
    inner = attached(("deeper.txt", b"Not read."))
    document = read(
        attached(
            ("../lease.md", b"# Lease\n\nDue on the first.\n"),
            ("photo.png", b"\x89PNG"),
            ("inner.pdf", inner),
        )
    )
    shown = [(block.level, document.text[block.start : block.end]) for block in document.blocks]
    assert shown == [
        (0, "Cover letter"),
        (1, "Attachment: lease.md"),
        (2, "# Lease"),
        (0, "Due on the first."),
        (1, "Attachment: inner.pdf"),
        (0, "Cover letter"),
        (0, "Attachment: photo.png (a picture or scan, no text)"),
    ]
    assert document.pages == (0,)


def test_a_file_pinned_to_a_page_is_read_too():
    file = "<< /Type /Filespec /F (notes.txt) /UF (notes.txt) /EF << /F 90 0 R >> >>"
    data = annotated(f"<< /Subtype /FileAttachment /FS {file} >>")
    data = data.replace(
        b"10 0 obj",
        b"90 0 obj\n<< /Length 14 >>\nstream\nPinned to this\nendstream\nendobj\n10 0 obj",
    )
    assert read(data).text == "Application form\n\nAttachment: notes.txt\n\nPinned to this"


def test_a_cover_without_words_does_not_hide_the_attachments():
    assert (
        read(attached(("a.txt", b"Attached words."), text=())).text
        == "Attachment: a.txt\n\nAttached words."
    )


def test_junk_around_the_file_does_no_harm():
    assert read(b"junk\n" * 200 + pdf(["One"]) + b"\0" * 5_000).text == "One"


def test_a_pdf_is_recognised_under_another_name():
    assert readers.read(pdf(["One"]), "/docs/download").kind == "pdf"


def test_a_bomb_is_refused():
    assert refusal(pdf(b" " * 200_000_000))[0] is Reason.CORRUPT


def test_a_broken_attachment_costs_no_other_attachment():
    whole = attached(("a.txt", b"A" * 50), ("b.txt", b"Good words."))
    document = read(
        whole.replace(b"/Type /EmbeddedFile\n/Length 50", b"/Filter /FlateDecodes /Length 50")
    )
    assert document.text == (
        "Cover letter\n\nAttachment: a.txt (it cannot be read: NotImplementedError)\n\n"
        "Attachment: b.txt\n\nGood words."
    )


def test_attachments_read_before_the_time_is_up_are_kept():
    def slow(data, path):
        if path == "slow.txt":
            raise OutOfTime
        return readers.read(data, path)

    data = attached(("good.txt", b"Good words."), ("slow.txt", b"x"), ("too.txt", b"y"))
    document = read_pdf(data, "/docs/report.pdf", enclosed=slow)
    assert document.text == "Cover letter\n\nAttachment: good.txt\n\nGood words."
    assert document.warnings == (
        "not all of its attachments are read: the time or the memory for one file was used up",
    )
