"""Text in pictures is recognised with an engine, and without one the user is told how to get it.

The engines are stand-ins that have the calls of the real ones.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from search import readers
from search.documents import Document, Reason, Skip
from search.errors import Unreadable
from search.readers.limits import Limits
from search.readers.paged import recognition
from search.readers.paged.image import read as read_image
from search.readers.paged.ocr_engines import with_ocrmac
from search.readers.paged.pdf import read as read_pdf
from search.readers.paged.reading_order import Line

from .test_readers_pdf import pdf

HINT = "to have text in pictures recognised: pip install 'docsearch[ocr]', then ingest again"

RAPIDOCR = """
from types import SimpleNamespace
import numpy

class RapidOCR:
    def __init__(self, params):
        assert params["EngineConfig.onnxruntime.intra_op_num_threads"] == 1

    def __call__(self, pixels):
        if pixels.min() > 200:
            return SimpleNamespace(txts=None, boxes=None)
        if pixels.max() < 50:
            raise RuntimeError("Traceback\\nno such layer")
        box = [[10, 10], [200, 12], [200, 30], [10, 28]]
        boxes = numpy.array([box], dtype=numpy.float32)
        return SimpleNamespace(txts=("Recognised words",), boxes=boxes)
"""

OCRMAC = """
class OCR:
    def __init__(self, image):
        self.image = image

    def recognize(self):
        low, high = self.image.convert("L").getextrema()
        if high < 50:
            raise RuntimeError("no such layer")
        return [("Recognised words", 0.5, [0.1, 0.9, 0.3, 0.05])] if low <= 200 else []
"""

without_engine = pytest.mark.skipif(recognition.available(), reason="an engine is installed")


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """A function that installs a stand-in for the engine of this platform."""

    def install():
        modules = {
            "rapidocr.py": RAPIDOCR,
            "cv2.py": "def setNumThreads(number): pass",
            "onnxruntime.py": "",
            "ocrmac/ocrmac.py": OCRMAC,
        }
        for name, code in modules.items():
            (tmp_path / "engines" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "engines" / name).write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path / "engines"))
        recognition.available.cache_clear()

    yield install
    for module in ("rapidocr", "cv2", "onnxruntime", "ocrmac", "ocrmac.ocrmac"):
        sys.modules.pop(module, None)
    recognition.available.cache_clear()
    recognition._engine.cache_clear()


def picture(shade=100, size=(400, 300), kind="PNG"):
    file = io.BytesIO()
    Image.new("L", size, shade).save(file, kind)
    return file.getvalue()


def scanned(*pages):
    """A PDF with a page for each shade of grey that covers it, or each list of lines."""
    writer = PdfWriter()
    for page in pages:
        source = pdf(page) if isinstance(page, list) else picture(page, kind="PDF")
        writer.append(PdfReader(io.BytesIO(source)))
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def refusal(read, data, path):
    with pytest.raises(Unreadable) as caught:
        read(data, path)
    return caught.value.reason, caught.value.message


@without_engine
def test_without_an_engine_scans_are_told():
    assert refusal(readers.read, scanned(100, 100), "/d/a.pdf") == (
        Reason.NO_TEXT,
        f"the PDF is scanned, no text; {HINT}",
    )
    assert refusal(readers.read, pdf([], []), "/d/a.pdf") == (
        Reason.NO_TEXT,
        "the PDF holds no text",
    )
    skip = Skip("/d/a.PNG", Reason.NO_TEXT, f"a picture or scan, no text; {HINT}")
    assert readers.readable("/d/a.PNG") == skip
    assert refusal(readers.read, picture(), "/d/a.PNG") == (skip.reason, skip.message)
    assert readers.is_safe(picture(), "/d/a.PNG")


@without_engine
def test_without_an_engine_a_document_of_scans_says_so_and_one_with_a_picture_does_not():
    assert readers.read(scanned(["Cover"], 100, 100), "/d/a.pdf").warnings == (
        f"2 of its 3 pages are scanned, no text; {HINT}",
    )
    assert readers.read(scanned(["One"], ["Two"], 100), "/d/a.pdf").warnings == ()


def test_the_pages_of_a_pdf_without_text_are_recognised(engine):
    engine()
    document = readers.read(scanned(["Cover"], 100, 255, ["End"]), "/d/a.pdf")
    assert (document.text, document.pages, document.warnings) == (
        "Cover\n\nRecognised words\n\nEnd",
        (0, 7, 23, 25),
        (),
    )
    assert refusal(readers.read, scanned(255), "/d/a.pdf") == (
        Reason.NO_TEXT,
        "the PDF holds no text",
    )


def test_letters_that_fonts_do_not_name_are_recognised(engine):
    engine()
    drawn = rb"0.3 g 0 0 612 792 re f BT /F1 12 Tf 72 720 Td (\001\002\003 \004\005) Tj ET"
    document = readers.read(pdf(["One"], drawn), "/d/a.pdf")
    assert (document.text, document.warnings) == ("One\n\nRecognised words", ())


def test_an_engine_that_fails_over_a_page_costs_that_page(engine):
    engine()
    document = readers.read(scanned(100, 0), "/d/a.pdf")
    assert (document.text, document.warnings) == ("Recognised words", ("page 2 cannot be read",))
    failed = (Reason.CRASHED, "text recognition failed: RuntimeError: no such layer")
    assert refusal(readers.read, picture(0), "/d/a.png") == failed


def test_pages_beyond_the_time_are_told(engine):
    engine()
    document = read_pdf(scanned(["Cover"], 100, 100), "/d/a.pdf", Limits(patience=0))
    assert document.warnings == (
        "text was recognised on 0 of its 2 scanned pages: the time for it was up",
    )


@pytest.mark.parametrize("suffix", ["png", "jpeg", "gif", "bmp", "tiff", "webp", "avif"])
def test_pictures_are_documents(engine, suffix):
    engine()
    path = f"/d/a.{suffix}"
    document = readers.read(picture(kind=suffix.upper()), path)
    assert (document.kind, document.title, document.text, document.pages) == (
        *("image", "Recognised words", "Recognised words"),
        (),
    )
    assert refusal(readers.read, picture(255, kind=suffix.upper()), path) == (
        Reason.NO_TEXT,
        "no text was recognised in the picture",
    )


def test_pictures_of_one_file_are_pages(engine):
    engine()
    first, *others = [Image.new("L", (400, 300), shade) for shade in (100, 255, 100)]
    file = io.BytesIO()
    first.save(file, "TIFF", save_all=True, append_images=others)
    document = readers.read(file.getvalue(), "/d/fax.tif")
    assert (document.text, document.pages) == ("Recognised words\n\nRecognised words", (0, 16, 18))
    limited = read_image(file.getvalue(), "/d/fax.tif", Limits(pages=1))
    assert limited.warnings == (
        "text was recognised on 1 of its 3 pages: it has more pages than are read from one file",
    )


def test_transparent_parts_are_paper(engine):
    engine()
    file = io.BytesIO()
    Image.new("RGBA", (400, 300), (0, 0, 0, 0)).save(file, "PNG")
    assert refusal(readers.read, file.getvalue(), "/d/a.png") == (
        Reason.NO_TEXT,
        "no text was recognised in the picture",
    )


def test_damaged_and_huge_pictures_are_told(engine):
    engine()
    assert refusal(readers.read, b"words", "/d/a.png") == (
        Reason.CORRUPT,
        "the file is no picture of a known kind",
    )
    assert refusal(readers.read, picture(size=(20_000, 20_000)), "/d/a.png")[0] is Reason.LIMIT
    assert refusal(readers.read, picture()[:60], "/d/a.png")[0] is Reason.CORRUPT


def test_the_places_of_apples_vision_are_counted_from_below(engine):
    engine()
    assert with_ocrmac()(Image.new("L", (400, 200), 100)) == [
        Line(40, pytest.approx(10), 160, pytest.approx(20), "Recognised words")
    ]


@without_engine
def test_the_next_run_reads_the_scans_once_there_is_an_engine(index, embedder, notes: Path, engine):
    (notes / "scan.pdf").write_bytes(scanned(100))
    (notes / "mixed.pdf").write_bytes(scanned(["Cover"], 100, 100))
    (notes / "blank.png").write_bytes(picture(255))
    (notes / "photo.png").write_bytes(picture())
    first = index.ingest([notes])
    assert (first.added, [skip.path for skip in first.skipped]) == (5, [str(notes / "scan.pdf")])
    assert dict(first.passed_over) == {"no_text": 2}
    assert index.ingest().unchanged == 5
    engine()
    assert [(Path(file.path).name, file.why) for file in index.dry_run().read] == [
        ("blank.png", "new"),
        ("mixed.pdf", "again"),
        ("photo.png", "new"),
        ("scan.pdf", "again"),
    ]
    second = index.ingest()
    assert (second.added, second.changed, second.unchanged) == (1, 2, 4)
    assert index.document(str(notes / "scan.pdf")).text == "Recognised words"
    assert (
        index.document(str(notes / "mixed.pdf")).text
        == "Cover\n\nRecognised words\n\nRecognised words"
    )
    third = index.ingest()
    assert (third.added, third.changed, third.unchanged) == (0, 0, 7)
    assert [(skip.path, skip.message) for skip in third.skipped] == [
        (str(notes / "blank.png"), "no text was recognised in the picture")
    ]
    for module in (notes.parent / "engines").glob("*.py"):
        module.unlink()
    recognition.available.cache_clear()
    assert (index.ingest().unchanged, index.document(str(notes / "photo.png")).kind) == (7, "image")


def test_an_engine_is_loaded_once_in_a_process(engine):
    engine()
    assert isinstance(readers.read(picture(), "/d/a.png"), Document)
    assert recognition._engine.cache_info().currsize == 1
    readers.read(picture(), "/d/b.png")
    assert recognition._engine.cache_info().misses == 1
