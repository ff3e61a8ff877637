"""Damaged files of every format give a document or are unreadable, however they are damaged."""

from __future__ import annotations

import gzip
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from search import readers
from search.documents import Document, Reason
from search.errors import Unreadable
from search.readers.limits import Limits
from search.readers.pool import ReaderPool

from .hard_documents import locked
from .hard_files import hard_files
from .office_files import W, paragraph, word, zipped
from .test_readers_books import PARTS as BOOK
from .test_readers_odf import odf
from .test_readers_pdf import pdf
from .test_recognition import picture

FIXTURES = Path(__file__).parent / "fixtures"

SEEDS = {
    "a.md": (
        b"---\ntitle: Boiler\n---\n# Boiler\n\nText, `code`, [link](x).\n\n- one\n- two\n\n```\n"
        b"ls\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    ),
    "a.txt": "Prüfung: naïve café, 東京 и Москва.\r\n\r\nSecond paragraph.\n".encode(),
    "wide.txt": "Notes on canoes, wide and plain.\n\nSecond.\n".encode("utf-16"),
    "a.rst": b"Title\n=====\n\nText::\n\n    literal\n\n.. code:: python\n\n    x = 1\n\n- item\n",
    "a.py": (
        b'"""Doc."""\n\nclass A:\n    def f(self):\n        return 1\n\n\ndef g(x):\n    return x\n'
    ),
    "a.html": (
        b"<html><head><title>T</title></head><body><h1>H</h1><p>a<b>b</b></p><table><tr>"
        b"<td>1<td>2</table><pre>x\ny</pre></body></html>"
    ),
    "a.pdf": pdf(["Annual report", "of roast-", "ing coffee"], ["Second page"], title="Coffee"),
    "locked.pdf": locked("", "AES-128"),
    "a.docx": word(
        paragraph("Lease")
        + "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    ),
    "stored.docx": zipped(
        {
            "word/document.xml": (
                f"<w:document {W}><w:body>{paragraph('The rent is due.')}</w:body></w:document>"
            )
        },
        zipfile.ZIP_STORED,
    ),
    "a.odt": odf(
        "text",
        '<text:h text:outline-level="1">Flat</text:h><text:p>open<text:s text:c="3"/>x</text:p>',
    ),
    "a.epub": zipped(BOOK),
    "a.xls": (FIXTURES / "ledger.xls").read_bytes(),
    "a.fb2": (
        b"<FictionBook><body><section><title><p>One</p></title><p>Text.</p></section></body>"
        b"</FictionBook>"
    ),
    "a.rtf": (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title Lease}}\pard\outlinelevel0 "
        rb"Flat\par\pard caf\'e9 \u8364? {\b x}\par}"
    ),
    "a.org": (
        b"#+TITLE: Plan\n* TODO One\n:DRAWER:\nx\n:END:\n- item\n#+BEGIN_SRC sh\nls\n#+END_SRC\n"
        b"| a | b |\n"
    ),
    "a.adoc": b"= Title\n:attr: x\n\n== One\n\nText.\n\n----\ncode\n----\n\n|===\n| a | b\n|===\n",
    "a.tex": (
        rb"\documentclass{article}\title{T}\begin{document}\section{One} Text, \emph{more}. % no"
        b"\n"
        rb"\begin{itemize}\item a\end{itemize}\end{document}"
    ),
    "a.1": b".TH LS 1\n.SH NAME\nls \\- list\n.PP\n.B bold\n\\fIitalic\\fR\n",
    "a.json": (
        b'{"name": "x", "list": [1, 2.5, null, true, {"deep": {"er": "\\u00e9\\n"}}], "text": '
        b'"words"}'
    ),
    "a.yaml": b"name: x\nlist:\n  - one\n  - two: |\n      block\n      text\n&a anchor: *a\n",
    "a.xml": (
        b'<?xml version="1.0"?><r a="b"><title>T</title><p>x &amp; y<!-- c --></p><![CDATA[raw]]>'
        b"</r>"
    ),
    "a.csv": b'id,note\n1,"one\ntwo ""q"""\n2;x\n',
    "a.srt": (
        b"1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:01:01,000 --> 00:01:02,000\nthere\n"
    ),
    "a.ipynb": (
        b'{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": ["# A\\n", "b"]}, '
        b'{"cell_type": "code", "source": "x", '
        b'"outputs": [{"output_type": "stream", "text": "y"}]}]}'
    ),
    "a.eml": (
        b"From: =?utf-8?Q?J=C3=BC?= <j@x.org>\r\nSubject: Trip\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=q\r\n\r\n"
        b"--q\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n"
        b"--q\r\nContent-Type: text/html\r\n\r\n<p>x\r\n--q--\r\n"
    ),
    "a.mbox": (
        b"From a@x.org Mon Jan  1 00:00:00 2024\nSubject: one\n\nbody\n\n"
        b"From b@x.org Mon Jan  1 00:00:00 2024\nSubject: two\n\nbody two\n"
    ),
    "a.mhtml": (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=q\r\n\r\n"
        b"--q\r\nContent-Type: text/html\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>caf=C3=A9=\r\n</p>\r\n--q--\r\n"
    ),
    "a.md.gz": gzip.compress(b"# Words\n\nin gzip, some of them\n" * 9),
    "a.png": picture(),
    "a.properties": b"# note\nkey = caf\\u00e9\\n\\\n   more\n",
    "a.ics": (
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Choir\\, late\r\nDTSTART:20260714T190000Z\r\n"
        b"DESCRIPTION;ENCODING=QUOTED-PRINTABLE:caf=C3=A9=\r\n end\r\n"
        b"ATTACH;ENCODING=BASE64:AAAA\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    ),
    "a.ldif": b"dn: cn=Ida,dc=x\ncn:: SWRh\njpegPhoto:: /9j/\n AAAA\nmail: i@x.org\n\ndn: cn=B\n",
    "a.po": b'#: a.c\nmsgid "One\\n"\nmsgstr ""\n"Eins\\t"\n"zwei"\n\nmsgid "b"\nmsgstr[0] "c"\n',
    "a.tnef": (
        b"\x78\x9f\x3e\x22\x01\x00"
        b"\x01\x04\x80\x01\x00\x04\x00\x00\x00One\x00\x00\x00"
        b"\x01\x0c\x80\x02\x00\x05\x00\x00\x00words\x00\x00"
        b"\x02\x02\x90\x06\x00\x00\x00\x00\x00\x00\x00"
        b"\x02\x0f\x80\x06\x00\x04\x00\x00\x00text\x00\x00"
    ),
    "a.kt": b"class A {\n    fun f() = 1\n}\n",
}
"""A small valid file of each format."""

LIMITS = Limits(seconds=20, patience=50, memory=1 << 30)


def mutants(data: bytes, chance: random.Random, others: list[bytes]) -> Iterator[bytes]:
    """Damaged versions of a file, without end.

    Bits are turned, and parts are deleted, repeated, zeroed or taken from other files.
    """
    while True:
        mutant = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            start = chance.randrange(len(mutant) + 1)
            end = min(start + chance.choice((1, 4, 32, 256)), len(mutant))
            damage = chance.randrange(6)
            if damage == 0 and start < len(mutant):
                mutant[start] ^= 1 << chance.randrange(8)
            elif damage == 1:
                del mutant[start:end]
            elif damage == 2:
                mutant[start:start] = mutant[start:end] * chance.choice((1, 2, 50))
            elif damage == 3:
                mutant[start:end] = bytes(end - start)
            elif damage == 4:
                other = chance.choice(others)
                place = chance.randrange(len(other) + 1)
                mutant[start:end] = other[place : place + 64]
            elif chance.random() < 0.3:
                del mutant[start:]
        yield bytes(mutant)


def check(document: Document, data: bytes) -> None:
    """Assert that blocks and pages are in order and within the text, and that it can be stored."""
    document.text.encode()
    document.title.encode()
    end = 0
    for block in document.blocks:
        assert end <= block.start <= block.end <= len(document.text), (block, data)
        assert block.kind in ("heading", "paragraph", "list", "table", "code")
        assert (block.kind == "heading") == (1 <= block.level <= 6)
        end = block.end
    assert list(document.pages) == sorted(document.pages)
    assert all(page <= len(document.text) for page in document.pages)


def fuzz(name: str, seed: int, rounds: int) -> None:
    """Read damaged versions in a worker; its death, or a limit that it reaches, is a failure."""
    damaged = mutants(SEEDS[name], random.Random(f"{name} {seed}"), list(SEEDS.values()))
    with ReaderPool(LIMITS) as pool:
        for _ in range(rounds):
            data = next(damaged)
            try:
                check(pool.read(data, f"/d/{name}"), data)
            except Unreadable as error:
                assert error.reason not in (
                    Reason.CRASHED,
                    Reason.TIMEOUT,
                    Reason.LIMIT,
                    Reason.UNREADABLE,
                ), (
                    error,
                    data,
                )
                assert error.message


def test_every_reader_has_a_seed() -> None:
    assert set(readers.READERS.values()) <= {
        readers.READERS[f".{name.rpartition('.')[2]}"] for name in SEEDS
    }


@pytest.mark.parametrize("name", SEEDS)
def test_damaged_files_are_read_or_refused(name: str) -> None:
    fuzz(name, 0, 60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("name", SEEDS)
def test_many_damaged_files_are_read_or_refused(name: str, seed: int) -> None:
    fuzz(name, seed, 1_500)


@pytest.mark.parametrize(
    "file",
    [file for file in hard_files() if len(file.data) < 5_000],
    ids=lambda file: ascii(file.path)[1:50],
)
def test_hard_files_that_are_cut_short_are_read_or_refused(file) -> None:  # type: ignore[no-untyped-def]
    chance = random.Random(ascii(file.path))
    for _ in range(3):
        data = file.data[: chance.randrange(len(file.data) + 1)]
        try:
            check(readers.read(data, f"/d/{file.path.rpartition('/')[2]}"), data)
        except Unreadable as error:
            assert error.message
