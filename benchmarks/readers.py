"""Reading files as an ingest does, in several worker processes, beside the libraries alone in one.

python -m benchmarks.readers [--megabytes 4]
"""

from __future__ import annotations

import argparse
import html
import io
import textwrap
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from search.ingest.document_memory import document_memory
from search.ingest.read_ahead import read_ahead
from search.readers.pool import WORKERS, ReaderPool

from .measure import Row, median_seconds, write_results
from .texts import CORPUS, document

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Format:
    """Files of one format, and the library that reads one of them for comparison.

    `amount` counts the contents of a file, in `unit` without its "/s".
    """

    name: str
    suffix: str
    files: list[bytes]
    library: str
    alone: Callable[[bytes], object]
    amount: Callable[[bytes], float] = lambda data: len(data) / 1e6
    unit: str = "MB/s"
    target: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the readers.")
    parser.add_argument("--megabytes", type=float, default=4)
    notes = [
        _wrapped(document(seed, 2_000)) for seed in range(int(parser.parse_args().megabytes * 6))
    ]
    rows: list[Row] = []
    started = time.perf_counter()
    with ReaderPool() as pool:
        pool.read(b"<html><p>ready", "/ready.html")
        rows.append(
            Row("a worker's start and first page", 1e3 * (time.perf_counter() - started), "ms")
        )
        for form in formats(notes):
            rows += measured(form, pool)
    write_results("readers", rows)


def formats(notes: list[str]) -> list[Format]:
    """The formats under test, made of the same notes."""
    texts = [note.encode() for note in notes]
    pages = [_page(note) for note in notes]
    words = [_word(note) for note in notes]
    fast, slow = "at least 40 MB/s", "at least 5 MB/s"
    return [
        Format("text", ".txt", texts, "bytes.decode", bytes.decode, target=fast),
        Format("Markdown", ".md", texts, "markdown-it-py", _markdown_it, target=fast),
        Format("HTML", ".html", pages, "selectolax", _selectolax, target=slow),
        Format(
            "DOCX, of its XML",
            ".docx",
            words,
            "python-docx",
            _python_docx,
            amount=_inflated,
            target=slow,
        ),
        Format(
            "PDF",
            ".pdf",
            [_pdf(40)] * 8,
            "pypdf",
            _pypdf,
            amount=lambda data: 40,
            unit="pages/s",
            target=f"pypdf's x {WORKERS} workers",
        ),
    ]


def measured(form: Format, pool: ReaderPool) -> list[Row]:
    """The rates of the pool and of the library alone."""
    total = sum(map(form.amount, form.files))

    def read() -> None:
        names = ((data, f"/{number}{form.suffix}") for number, data in enumerate(form.files))
        with read_ahead(
            names, lambda item, reserve: pool.read(*item, reserve), document_memory, WORKERS
        ) as ahead:
            for coming in ahead:
                coming.result()
                coming.release()

    pool_rate = total / median_seconds(read, ROUNDS)
    library_rate = total / median_seconds(lambda: [form.alone(data) for data in form.files], ROUNDS)
    return [
        Row(
            f"{form.name}, {total:,.0f} {form.unit.removesuffix('/s')}",
            pool_rate,
            form.unit,
            form.target,
        ),
        Row(f"{form.library} alone", library_rate, form.unit),
    ]


def _wrapped(note: str) -> str:
    return "\n\n".join("\n".join(textwrap.wrap(part, 80)) for part in note.split("\n\n"))


def _page(note: str) -> bytes:
    parts = (part.strip("# ") for part in note.split("\n\n"))
    body = "".join(
        f"<h2>{html.escape(part)}</h2>" if len(part) < 40 else f"<p>{html.escape(part)}</p>"
        for part in parts
    )
    return (
        f"<!doctype html><html><head><title>Note</title></head><body>{body}</body></html>".encode()
    )


def _word(note: str) -> bytes:
    """A Word file that python-docx makes, with the note as its body."""
    import docx

    word = docx.Document()
    for part in note.split("\n\n"):
        if part.startswith("#"):
            word.add_heading(part.strip("# "), 2)
        else:
            word.add_paragraph(part.replace("\n", " "))
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def _inflated(data: bytes) -> float:
    """The megabytes of a Word file's XML."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.getinfo("word/document.xml").file_size / 1e6


def _pdf(count: int) -> bytes:
    """A PDF of `count` pages of the sample corpus."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    source = [
        page for path in sorted(Path(CORPUS).rglob("*.pdf")) for page in PdfReader(path).pages
    ]
    for number in range(count):
        writer.add_page(source[number % len(source)])
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _markdown_it(data: bytes) -> object:
    from markdown_it import MarkdownIt

    return MarkdownIt().parse(data.decode())


def _selectolax(data: bytes) -> object:
    from selectolax.lexbor import LexborHTMLParser

    return LexborHTMLParser(data).text()


def _python_docx(data: bytes) -> object:
    import docx

    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)


def _pypdf(data: bytes) -> object:
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


if __name__ == "__main__":
    main()
