"""Every reader tells what it leaves out of a document.

Each reader has a small file here with a part that is left out. A reader that leaves nothing out
says why in LEAVES_NOTHING_OUT.
"""

from __future__ import annotations

import gzip
import json
from functools import partial
from pathlib import Path

import pytest

from search import readers
from search.readers.office import office

from .commands import docsearch
from .office_files import epub, paragraph, word, zipped
from .test_readers_odf import odf
from .test_readers_pdf import annotated, pdf
from .test_readers_slides_and_sheets import WORKBOOK, relations, shape
from .test_symbol_font import old_word

BAD = "Grün, grüner, am grünsten ".encode() + b"\xff\xfe" + " und süß.\n".encode()
UNDECODED = "left out: 2 characters that cannot be decoded"
COMMENT = "left out: 1 comment"
RUBY = "<si><t>漢</t><rPh><t>かん</t></rPh></si>"
CHART = "<c:c><c:ser><c:v>Boats</c:v></c:ser></c:c>"

BOOK = zipped(
    {
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": relations(("worksheet", "s.xml"), ("sharedStrings", "t.xml")),
        "xl/t.xml": f"<sst>{RUBY}</sst>",
        "xl/s.xml": (
            '<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>'
        ),
    }
)
SLIDES = zipped(
    {
        "ppt/presentation.xml": '<p:p><p:sldId r:id="r0"/></p:p>',
        "ppt/_rels/presentation.xml.rels": relations(("slide", "s.xml")),
        "ppt/_rels/s.xml.rels": relations(("chart", "c.xml")),
        "ppt/c.xml": CHART,
        "ppt/s.xml": f"<p:sld>{shape('title', 'Boats')}</p:sld>",
    }
)
FICTION = "<FictionBook><body><section><p>Hemp \ufffd is brown.</p></section></body></FictionBook>"
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "source": "plot()",
            "outputs": [{"output_type": "display_data", "data": {"image/png": "iVBORw0="}}],
        }
    ]
}

LEAVES_OUT: dict[str, tuple[bytes | str, str]] = {
    # Text and source code.
    "a.txt": (BAD, UNDECODED),
    "a.kt": (BAD, UNDECODED),
    "a.py": (b"# " + BAD, UNDECODED),
    "a.properties": (BAD, UNDECODED),
    # Markup.
    "a.md": ("Text.\n\n<!-- a note -->\n", COMMENT),
    "a.rst": ("Text.\n\n.. a note\n", COMMENT),
    "a.org": ("Text.\n# a note\n", COMMENT),
    "a.adoc": ("Text.\n\n// a note\n", COMMENT),
    "a.tex": ("Text. % a note\n", COMMENT),
    "a.1": ('.TH A 1\n.SH NAME\na \\- b\n.\\" a note\n', COMMENT),
    "a.html": (
        "<p>Text.<p hidden>Unseen.</p><!-- a note -->",
        "left out: 1 hidden part, 1 comment",
    ),
    "a.mhtml": ("Content-Type: text/html\n\n<p>Text.<nav>Home</nav>", "left out: 1 menu"),
    # Pages.
    "a.pdf": (
        annotated("<< /Subtype /Text /F 2 /Contents (hidden note) >>"),
        "left out: 1 hidden part",
    ),
    # Office files and books.
    "a.docx": (
        word(f"{paragraph('New')}<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>"),
        "left out: 1 deleted part",
    ),
    "a.xlsx": (BOOK, "left out: 1 reading beside characters"),
    "a.pptx": (SLIDES, "left out: 1 chart without its numbers"),
    "a.odt": (
        odf("text", "<text:table-of-content>x</text:table-of-content><text:p>Text</text:p>"),
        "left out: 1 table of contents or index",
    ),
    "a.rtf": (r"{\rtf1 New{\deleted old}\par}", "left out: 1 deleted part"),
    "a.epub": (epub("<html><body><p>Text.</p><!-- a note --></body></html>"), COMMENT),
    "a.fb2": (FICTION, "left out: 1 character that cannot be decoded"),
    "a.doc": (
        old_word("new old\r", [(4, b""), (7, b"\x00\x08\x01"), (8, b"")]),
        "left out: 1 deleted part",
    ),
    # Data.
    "a.ipynb": (json.dumps(NOTEBOOK), "left out: 1 output that is no text"),
    "a.csv": (BAD, UNDECODED),
    "a.json": (b'{"a": "' + BAD.strip() + b'"}', UNDECODED),
    "a.yaml": (b"a: " + BAD, UNDECODED),
    "a.xml": (b"<a>" + BAD + b"</a>", UNDECODED),
    "a.vtt": ("WEBVTT\n\nNOTE a note\n\n00:01.000 --> 00:02.000\nText.\n", COMMENT),
    "a.vcf": (
        "BEGIN:VCARD\nFN:Ida Vail\nPHOTO:iVBORw0KGgo=\nEND:VCARD\n",
        "left out: 1 picture, sound or key",
    ),
    "a.ics": (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Dig\nDESCRIPTION;FMTTYPE=text/html:<p>Text."
        "<p hidden>Unseen.\nEND:VEVENT\nEND:VCALENDAR\n",
        "left out: 1 hidden part",
    ),
    "a.ldif": ("dn: cn=Ida\ncn: Ida\njpegPhoto:: iVBORw0=\n", "left out: 1 picture, sound or key"),
    "a.po": (b'msgid "a"\nmsgstr "' + BAD.strip() + b'"\n', UNDECODED),
    # Files that hold other files.
    "a.eml": (
        "Subject: s\nContent-Type: application/zip\nContent-Disposition: attachment; "
        'filename="a.zip"\n\nPK\n',
        "left out: 1 attachment that is not read (.zip files are archives, which are not read)",
    ),
    "a.txt.gz": (gzip.compress(BAD), UNDECODED),
}
"""Files by name, each with the only warning about it."""

LEAVES_NOTHING_OUT = {
    "search.readers.paged.image": (
        "a picture has no text but what is recognised; pages that are not reached are told"
    ),
}
"""Readers that leave no text out, by module, with the reason."""


def module_of(reader: readers.Reader) -> str:
    return (reader.func if isinstance(reader, partial) else reader).__module__


def reader_of(name: str) -> readers.Reader:
    return readers.READERS["." + name.rpartition(".")[2]]


def test_every_reader_is_in_a_table():
    told = {module_of(reader_of(name)) for name in LEAVES_OUT}
    assert told.isdisjoint(LEAVES_NOTHING_OUT)
    assert told | LEAVES_NOTHING_OUT.keys() == set(map(module_of, readers.READERS.values()))
    # The reader of office files is one for each family of formats.
    suffixes = {"." + name.partition(".")[2] for name in LEAVES_OUT}
    assert [family for family in office.FAMILIES if suffixes.isdisjoint(family.SUFFIXES)] == []


@pytest.mark.parametrize("name", LEAVES_OUT)
def test_what_is_left_out_is_told(name):
    data, warning = LEAVES_OUT[name]
    data = data if isinstance(data, bytes) else data.encode()
    assert readers.read(data, f"/docs/{name}").warnings == (warning,)


def test_a_warning_reaches_the_user(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text("Text.\n\n<!-- a note -->\n")
    env = {"DOCSEARCH_INDEX": str(tmp_path / "index"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    run = partial(docsearch, cwd=tmp_path, env=env)
    ingested = run("ingest", notes, "--json")
    assert json.loads(ingested.out)["warnings"] == [f"{notes}/a.md: {COMMENT}"]
    assert json.loads(run("check", notes / "a.md", "--json").out) == {
        "schema": 1,
        "path": f"{notes}/a.md",
        "indexed": True,
        "code": "indexed",
        "message": f"it is in the index, with 1 passage; {COMMENT}",
    }


def test_an_ingest_sums_up_what_documents_leave_out(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    for number in range(3):
        (notes / f"{number}.md").write_text(f"Text {number}.\n\n<!-- a note -->\n")
    (notes / "a.html").write_text("<p>Text.<nav>Home</nav><p hidden>Unseen.")
    (notes / "b.eml").write_text("Subject: s\nContent-Type: text/html\n\n<p>Text.<nav>Home</nav>")
    whole = pdf(["One"], ["Two"], ["Three"])
    (notes / "c.pdf").write_bytes(whole[: int(0.8 * len(whole))])
    done = docsearch("--index", "index", "ingest", "notes", cwd=tmp_path)
    assert done.out == ""
    # A slow run tells of its progress too.
    *lines, last = (line for line in done.err.splitlines() if "/6 files" not in line)
    assert lines == [
        f"docsearch: {notes.resolve()}/c.pdf: the file is damaged or was cut off; "
        "pages found in it: 3",
        "left out in 5 documents: 1 hidden part, 3 comments, 2 menus; "
        "ask about one with: docsearch --index index check PATH",
    ]
    assert last.startswith("documents: 6 added")
