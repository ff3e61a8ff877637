"""PDFs, office files, notebooks and mail that break indexers."""

from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter

from .office_files import W, paragraph, word, zipped
from .test_readers_pdf import pdf


@dataclass(frozen=True, slots=True)
class Hard:
    """A file, and what an ingest must make of it.

    `expect` is one of:
    find: the file is in the index, and a query for `marker` finds it.
    meta: nothing of the file can be read, and the ingest reports it with a reason.
    either: both are right, as long as nothing crashes.
    No query may find the words of `absent`.
    """

    path: str
    data: bytes
    expect: str
    marker: str = ""
    absent: tuple[str, ...] = ()


def pdfs() -> Iterator[Hard]:
    report = [[f"Page {number} about coffee roasting."] for number in range(1, 6)]
    base = pdf(*report, ["Final page papayatwo summary"])
    flood = b"BT /F1 12 Tf 50 700 Td (papayaeight) Tj ET "
    deep = b"".join(
        b"%d 0 obj\n<< /Type /Pages /Kids [%d 0 R] /Count 1 >>\nendobj\n" % (n, n + 1)
        for n in range(100, 3_100)
    )
    private = "/Type /Font /Subtype /Type1 /BaseFont /AAAAAA+X"
    for name, data, expect, marker in (
        ("plain.pdf", base, "find", "papayatwo summary"),
        ("UPPER.PDF", pdf(["upper papayathree"]), "find", "papayathree"),
        ("truncated_half.pdf", base[: len(base) // 2], "either", ""),
        ("header.pdf", base[:20], "meta", ""),
        ("zero_tail.pdf", base[: len(base) // 2] + b"\0" * 5_000, "either", ""),
        (
            "html_named.pdf",
            b"<!DOCTYPE html><html><body>404 papayafour not found",
            "find",
            "papayafour",
        ),
        ("text_named.pdf", b"this is text papayafive\n", "find", "papayafive"),
        (
            "junk_before.pdf",
            b"HTTP/1.1 200 OK\r\n\r\n" + b"\n" * 900 + base,
            "find",
            "papayatwo summary",
        ),
        ("junk_behind.pdf", base + b"\0" * 5_000 + b"garbage" * 500, "find", "papayatwo summary"),
        (
            "startxref.pdf",
            base[: base.rfind(b"startxref")] + b"startxref\n99999999\n%%EOF\n",
            "find",
            "papayatwo summary",
        ),
        ("no_end.pdf", base[: base.rfind(b"xref\n", 0, -40)], "either", ""),
        (
            "prev_loop.pdf",
            base.replace(b"trailer\n<<", b"trailer\n<< /Prev %d" % base.rfind(b"xref\n", 0, -40)),
            "either",
            "",
        ),
        ("kids_cycle.pdf", base.replace(b"/Kids [10 0 R", b"/Kids [2 0 R 10 0 R"), "either", ""),
        (
            "parent_cycle.pdf",
            base.replace(b"/Page /Parent 2 0 R", b"/Page /Parent 10 0 R"),
            "either",
            "",
        ),
        ("bomb.pdf", pdf(flood + b" " * 120_000_000), "either", ""),
        ("operators.pdf", pdf(flood + b"0 0 m 1 1 l S\n" * 200_000), "either", ""),
        (
            "count_lie.pdf",
            base.replace(b"/Count 6", b"/Count 2000000000"),
            "find",
            "papayatwo summary",
        ),
        (
            "many_pages.pdf",
            pdf(
                *[
                    [f"page {n} papayanine needle" if n == 301 else f"page {n}"]
                    for n in range(1, 401)
                ]
            ),
            "find",
            "papayanine needle",
        ),
        (
            "deep_tree.pdf",
            base.replace(b"/Kids [10 0 R", b"/Kids [100 0 R 10 0 R").replace(
                b"xref\n", deep + b"xref\n", 1
            ),
            "either",
            "",
        ),
        (
            "nested_arrays.pdf",
            b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Foo "
            + b"[" * 20_000
            + b">>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF",
            "meta",
            "",
        ),
        (
            "broken_pages.pdf",
            base.replace(b"/Contents 13 0 R", b"/Contents [4 0 R]").replace(
                b"/Contents 15 0 R", b""
            ),
            "find",
            "papayatwo summary",
        ),
        ("scan.pdf", pdf(b"q 595 0 0 842 0 0 cm /Im0 Do Q"), "meta", ""),
        (
            "scan_with_layer.pdf",
            pdf(b"BT /F1 12 Tf 3 Tr 50 700 Td (invoice papayatwelve invisible layer) Tj ET"),
            "find",
            "papayatwelve invisible layer",
        ),
        (
            "rotated.pdf",
            pdf(b"BT /F1 12 Tf 0 1 -1 0 300 100 Tm (rotated landscape table) Tj ET"),
            "find",
            "rotated landscape table",
        ),
        (
            "letters.pdf",
            pdf([*"ANNUAL", " ", *"REPORT", "papayaseventeen"]),
            "find",
            "annual papayaseventeen",
        ),
        ("no_pages.pdf", base.replace(b"/Kids [", b"/Kids [] /Old ["), "either", ""),
        ("null_root.pdf", base.replace(b"/Type /Catalog /Pages", b"/Pages"), "either", ""),
        (
            "title.pdf",
            pdf(["odd kumquatfive"], title="\\376\\377\\330\\000\\000"),
            "find",
            "odd kumquatfive",
        ),
        ("gibberish.pdf", pdf([r"\001\002\003\004"], font=private), "meta", ""),
        ("password.pdf", locked("secret", "AES-256"), "meta", ""),
        ("password_rc4.pdf", locked("secret", "RC4-128"), "meta", ""),
        ("owner_aes256.pdf", locked("", "AES-256"), "find", "papayasix"),
        ("owner_aes128.pdf", locked("", "AES-128"), "find", "papayasix"),
        ("owner_rc4.pdf", locked("", "RC4-40"), "find", "papayasix"),
        ("outline_cycle.pdf", _outline_cycle(base), "find", "papayatwo summary"),
    ):
        yield Hard(f"pdf/{name}", data, expect, marker)
    for collection, text in (
        ("GB1", "房屋租赁合同"),
        ("Japan1", "確定申告の書類"),
        ("Korea1", "연말정산 서류"),
    ):
        yield Hard(f"pdf/cjk_{collection}.pdf", _cjk(collection, text), "find", text)


def locked(user: str, algorithm: str) -> bytes:
    """A PDF that opens with the password `user`; an empty one opens it without asking."""
    writer = PdfWriter(
        clone_from=PdfReader(io.BytesIO(pdf(["Encrypted papayasix about pensions"])))
    )
    writer.encrypt(user, "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _outline_cycle(base: bytes) -> bytes:
    """The PDF `base` with an outline whose entries follow each other in a circle."""
    circle = (
        b"90 0 obj\n<< /First 91 0 R /Last 91 0 R >>\nendobj\n91 0 obj\n"
        b"<< /Title (one) /Next 91 0 R /First 91 0 R >>\nendobj\n"
    )
    return base.replace(b"/Type /Catalog", b"/Type /Catalog /Outlines 90 0 R").replace(
        b"xref\n", circle + b"xref\n", 1
    )


def _cjk(collection: str, text: str) -> bytes:
    """A PDF whose text is in a font that the file does not contain.

    The encoding is one that every viewer knows; the file has no table of its characters.
    """
    encoding = {"GB1": "UniGB-UCS2-H", "Japan1": "UniJIS-UCS2-H", "Korea1": "UniKS-UCS2-H"}[
        collection
    ]
    info = f"/CIDSystemInfo << /Registry (Adobe) /Ordering ({collection}) /Supplement 0 >>"
    below = (
        f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song {info} "
        "/FontDescriptor << /Type /FontDescriptor /FontName /Song /Flags 4 >> >>"
    )
    font = (
        f"/Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /{encoding} "
        f"/DescendantFonts [{below}]"
    )
    return pdf(
        f"BT /F1 14 Tf 60 700 Td <{text.encode('utf-16-be').hex()}> Tj ET".encode(), font=font
    )


def office() -> Iterator[Hard]:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p>{}</w:tc>"
    inner = f"<w:tbl><w:tr>{cell.format('nested kumquatnine', '')}</w:tr></w:tbl>"
    lease = (
        paragraph("Body kumquatseven") + f"<w:tbl><w:tr>{cell.format('cell', inner)}</w:tr></w:tbl>"
    )
    ok = word(lease)
    xml = f"<w:document {W}><w:body>{{}}</w:body></w:document>"
    tracked = (
        "<w:p><w:ins><w:r><w:t>inserted kumquatfifteen</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>kumquatsixteen</w:delText></w:r></w:del>"
        "<w:hyperlink><w:r><w:t> linked</w:t></w:r></w:hyperlink></w:p>"
    )
    laughs = (
        '<!DOCTYPE l [<!ENTITY a "AAAA">'
        + "".join(
            f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        )
        + "]>"
    )
    stolen = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    for name, data, expect, marker, absent in (
        ("rich.docx", ok, "find", "nested kumquatnine", ()),
        ("truncated.docx", ok[: len(ok) // 2], "meta", "", ()),
        (
            "html_named.docx",
            b"<html><body>saved as docx kumquattwelve</body></html>",
            "either",
            "",
            (),
        ),
        ("docx_named.doc", ok, "find", "kumquatseven", ()),
        ("no_document.docx", zipped({"word/other.xml": "<a/>"}), "meta", "", ()),
        (
            "torn.docx",
            zipped({"word/document.xml": xml.format(paragraph("torn"))[:-30]}),
            "either",
            "",
            (),
        ),
        (
            "laughs.docx",
            zipped({"word/document.xml": laughs + xml.format(paragraph("ha &i;"))}),
            "either",
            "",
            (),
        ),
        (
            "xxe.docx",
            zipped({"word/document.xml": stolen + xml.format(paragraph("x &x;"))}),
            "either",
            "",
            (),
        ),
        (
            "bomb.docx",
            zipped({"word/document.xml": xml.format(" " * 300_000_000)}),
            "either",
            "",
            (),
        ),
        (
            "traversal.docx",
            zipped(
                {
                    "../../../../tmp/traversal.txt": "bad",
                    "word/document.xml": xml.format(paragraph("kumquatthirty")),
                }
            ),
            "find",
            "kumquatthirty",
            (),
        ),
        (
            "tracked.docx",
            word(tracked),
            "find",
            "inserted kumquatfifteen linked",
            ("kumquatsixteen",),
        ),
        (
            "long.docx",
            word(
                "".join(paragraph(f"paragraph {n}") for n in range(5_000))
                + paragraph("kumquatthirteen last")
            ),
            "find",
            "kumquatthirteen last",
            (),
        ),
        ("no_container.epub", zipped({"a.xhtml": "<p>avocadotwo</p>"}), "either", "", ()),
        ("truncated.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "meta", "", ()),
    ):
        yield Hard(f"office/{name}", data, expect, marker, absent)


def notebooks_and_mail() -> Iterator[Hard]:
    picture = base64.b64encode(random.Random(6).randbytes(1_000_000)).decode()
    plotted = {
        "cell_type": "code",
        "source": "plot(x)",
        "outputs": [{"output_type": "display_data", "data": {"image/png": picture}}],
    }
    nested = "From: x@example.org\r\nSubject: innermost avocadoeleven\r\n\r\ncore text\r\n"
    for level in range(60):
        nested = (
            f"From: x@example.org\r\nSubject: level {level}\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: message/rfc822\r\n\r\n{nested}"
        )
    subject = base64.b64encode("Rückflug bestätigt avocadonine".encode("latin-1")).decode()
    for name, text, expect, marker in (
        (
            "picture.ipynb",
            json.dumps(
                {
                    "nbformat": 4,
                    "cells": [{"cell_type": "markdown", "source": "# avocadothree"}, plotted],
                }
            ),
            "find",
            "avocadothree",
        ),
        (
            "v3.ipynb",
            json.dumps(
                {
                    "nbformat": 3,
                    "worksheets": [{"cells": [{"cell_type": "code", "input": "avocadofive = 1"}]}],
                }
            ),
            "find",
            "avocadofive",
        ),
        ("cut.ipynb", '{"cells": [ {"cell_type": "markdown", "source": ["# broken', "either", ""),
        ("no_cells.ipynb", "{}", "meta", ""),
        ("list.ipynb", "[1,2]", "meta", ""),
        (
            "odd.ipynb",
            '{"cells": [null, 1, {"source": null}, {"cell_type": 3, "source": {}}]}',
            "either",
            "",
        ),
        (
            "encoded.eml",
            "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\r\n"
            f"Subject: =?iso-8859-1?B?{subject}?=\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\navo=\r\ncadoten\r\n",
            "find",
            "bestätigt avocadoten",
        ),
        ("nested.eml", nested, "either", ""),
        (
            "no_boundary.eml",
            (
                "Subject: broken avocadothirteen\r\nFrom: x@y.org\r\n"
                "Content-Type: multipart/mixed\r\n\r\nbody\r\n"
            ),
            "find",
            "avocadothirteen",
        ),
        (
            "two.mbox",
            "From a@example.org Mon Jan  1 00:00:00 2024\nSubject: one\n\nbody\n\n"
            "From b@example.org Mon Jan  1 00:00:00 2024\nSubject: avocadonineteen\n\nx\n",
            "find",
            "avocadonineteen",
        ),
    ):
        yield Hard(f"mail/{name}", text.encode(), expect, marker)
    raw = (
        b"From: x@example.org\r\nSubject: caf\xe9 avocadofifteen\r\n\r\n"
        b"Le caf\xe9 avocadosixteen\r\n"
    )
    yield Hard("mail/raw.eml", raw, "find", "café avocadosixteen")
