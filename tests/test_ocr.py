"""The real engine recognises text on pages drawn here; `make test-ocr` installs and runs it."""

from __future__ import annotations

import io
import textwrap
from difflib import SequenceMatcher
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from search.errors import Unreadable
from search.index import Index
from search.readers.limits import Limits
from search.readers.paged.pdf import read as read_pdf
from search.readers.pool import ReaderPool

from .test_readers_pdf import pdf

pytest.importorskip("rapidocr")

GERMAN = (
    "Die Kündigung der Wohnung muss schriftlich bis zum dritten Werktag eines Monats beim "
    "Vermieter eingehen. Größere Schäden an der Straßenseite sind unverzüglich zu melden; "
    "für die Übergabe gilt das Protokoll vom 14. März 2024, Betrag 1.250,80 €."
)
FRENCH = (
    "Le dépôt de garantie équivaut à deux mois de loyer. Il est restitué après l'état des lieux, "
    "déduction faite des sommes dues. Où que soit la fenêtre, elle reste fermée pendant l'hiver, "
    "ça va de soi."
)
ENGLISH = (
    "The committee discussed the municipal reservoir in the spring. Fill the boiler until the "
    "gauge shows 1.5 bar, then close both taps and wait for twenty minutes before the pump is "
    "switched on again."
)


def drawn(*texts, points=11, wide=80, left=72):
    """A letter page at 200 dots per inch, drawn in the Helvetica that PDFium has.

    Each text is a paragraph; all stand in one column.
    """
    shows, top = "", 730
    for text in texts:
        for line in textwrap.wrap(text, wide):
            shows += f"1 0 0 1 {left} {top} Tm ({line}) Tj "
            top -= points * 1.25
        top -= points
    page = pypdfium2.PdfDocument(pdf(f"BT /F1 {points} Tf {shows}ET".encode("cp1252")))[0]
    return page.render(scale=200 / 72).to_pil().convert("L")


def blank():
    return Image.new("L", (1700, 2200), "white")


def saved(page, kind, *others, **options):
    file = io.BytesIO()
    if others:
        options |= {"save_all": True, "append_images": others}
    page.save(file, kind, **options)
    return file.getvalue()


def words(text):
    return " ".join(text.split())


def similarity(read_text, expected):
    """The share of their characters that two texts have in common, in order."""
    return SequenceMatcher(None, words(read_text), words(expected), autojunk=False).ratio()


@pytest.fixture(scope="module")
def pool():
    with ReaderPool() as pool:
        yield pool


def test_a_scanned_pdf_is_read_page_by_page(pool):
    scan = saved(drawn(GERMAN, FRENCH), "PDF", drawn(ENGLISH), blank(), resolution=200)
    document = pool.read(scan, "/d/scan.pdf")
    first, second = (
        document.text[: document.pages[1]],
        document.text[document.pages[1] : document.pages[2]],
    )
    assert [
        similarity(*pair) > 0.99
        for pair in zip(first.split("\n\n"), (GERMAN, FRENCH), strict=False)
    ] == [True, True]
    assert similarity(second, ENGLISH) > 0.99
    assert (document.pages[2], document.warnings) == (len(document.text), ())


def test_two_columns_are_read_one_after_the_other(pool):
    left, right = (
        drawn(GERMAN, GERMAN, wide=40, left=60),
        drawn(ENGLISH, ENGLISH, wide=40, left=320),
    )
    page = ImageChops.darker(left, ImageChops.offset(right, 0, 9))
    assert (
        similarity(
            pool.read(saved(page, "PNG"), "/d/columns.png").text,
            f"{GERMAN} {GERMAN} {ENGLISH} {ENGLISH}",
        )
        > 0.99
    )


def test_small_letters_on_a_whole_page_are_read(pool):
    texts = [GERMAN, ENGLISH, FRENCH] * 6
    page = saved(drawn(*texts, points=8, wide=110), "JPEG", quality=75)
    assert similarity(pool.read(page, "/d/page.jpg").text, " ".join(texts)) > 0.99


def test_a_tall_screenshot_is_read_to_its_end(pool):
    lines = [f"Message number {number} of the long conversation" for number in range(1, 101)]
    page = Image.new("L", (1080, 8200), "white")
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((80, 60 + 80 * number), line, "black", ImageFont.load_default(36))
    assert pool.read(saved(page, "PNG"), "/d/chat.png").text.split("\n") == lines


def test_light_letters_on_dark_and_transparent_ones_are_read(pool):
    clear = Image.new("RGBA", (1200, 300), (0, 0, 0, 0))
    ImageDraw.Draw(clear).text(
        (60, 100), "The tide turns every six hours", "black", ImageFont.load_default(36)
    )
    dark = Image.new("RGB", (1200, 300), (20, 30, 40))
    ImageDraw.Draw(dark).text(
        (60, 100), "Rain gauge in the garden", (220, 220, 200), ImageFont.load_default(36)
    )
    assert pool.read(saved(clear, "PNG"), "/d/clear.png").text == "The tide turns every six hours"
    assert pool.read(saved(dark, "WEBP"), "/d/dark.webp").text == "Rain gauge in the garden"


def test_a_photograph_is_turned_as_its_camera_was_held(pool):
    turned = drawn(ENGLISH).crop((0, 0, 1700, 700)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert (
        similarity(pool.read(saved(turned, "JPEG", exif=exif), "/d/photo.jpg").text, ENGLISH) > 0.99
    )


def test_photographs_of_apple_devices_are_read(pool):
    photo = Path(__file__).parent / "fixtures" / "letter.heic"
    assert (
        pool.read(photo.read_bytes(), "/d/letter.heic").text
        == "The landlord may raise\nthe rent once a year"
    )


def test_a_picture_without_text_is_told(pool):
    with pytest.raises(Unreadable) as caught:
        pool.read(saved(Image.effect_noise((800, 600), 40), "PNG"), "/d/noise.png")
    assert caught.value.message == "no text was recognised in the picture"


def test_recognition_does_not_count_against_the_time_for_a_file():
    pages = [drawn(ENGLISH, GERMAN) for _ in range(8)]
    limits = Limits(seconds=4, seconds_per_mb=0, patience=100)
    with ReaderPool(limits) as pool:
        document = pool.read(saved(pages[0], "PDF", *pages[1:], resolution=200), "/d/scan.pdf")
    assert (len(document.pages), document.warnings) == (8, ())
    assert similarity(document.text, f"{ENGLISH} {GERMAN} " * 8) > 0.99


def test_pages_beyond_the_time_for_recognition_are_told():
    pages = [drawn(ENGLISH) for _ in range(40)]
    limits = Limits(seconds=60, seconds_per_mb=0, patience=0.3)
    (warning,) = read_pdf(
        saved(pages[0], "PDF", *pages[1:], resolution=200), "/d/scan.pdf", limits
    ).warnings
    start, _, end = warning.partition(" of its 40 ")
    assert 0 < int(start.removeprefix("text was recognised on ")) < 40
    assert end == "scanned pages: the time for it was up"


def test_a_scan_is_found(index: Index, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "scan.pdf").write_bytes(
        saved(drawn(GERMAN), "PDF", drawn(ENGLISH), resolution=200)
    )
    assert index.ingest([tmp_path / "notes"]).added == 1
    (hit,) = index.query("municipal reservoir", mode="text", limit=1).hits
    assert (Path(hit.path).name, hit.kind) == ("scan.pdf", "pdf")
    assert "The committee discussed the municipal reservoir" in words(hit.text)
