"""Pages and pictures as pixels: whole sizes, some pixels, and what cannot be drawn."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from search import Index, Picture
from search.documents import Reason
from search.errors import Unreadable, UsageError
from search.readers.paged.page_marks import TINT
from search.readers.paged.page_picture import draw
from search.readers.picture_process import picture

from .test_readers_pdf import pdf

WHITE, RED, BLUE = (255, 255, 255), (255, 0, 0), (0, 0, 255)
PAGES = pdf(b"1 0 0 rg 0 396 306 396 re f", b"0 0 1 rg 306 0 306 396 re f")
"""Two pages of 612 x 792 points: a red quarter at the top left, a blue one at the bottom right."""


def pixel(drawn: Picture, x: int, y: int) -> tuple[int, ...]:
    at = 3 * (y * drawn.width + x)
    return tuple(drawn.pixels[at : at + 3])


def corners(drawn: Picture) -> list[tuple[int, ...]]:
    right, bottom = drawn.width - 10, drawn.height - 10
    return [pixel(drawn, x, y) for y in (10, bottom) for x in (10, right)]


def an_image(color: str, size: tuple[int, int], kind: str = "PNG", mode: str = "RGB") -> bytes:
    file = BytesIO()
    Image.new(mode, size, color).save(file, kind)
    return file.getvalue()


def test_a_page_is_drawn_as_large_as_fits() -> None:
    first = draw(PAGES, 1, 306, 1000)
    assert (first.width, first.height) == (306, 396)
    assert len(first.pixels) == 306 * 396 * 3
    assert corners(first) == [RED, WHITE, WHITE, WHITE]
    second = draw(PAGES, 2, 2000, 792)
    assert (second.width, second.height) == (612, 792)
    assert corners(second) == [WHITE, WHITE, WHITE, BLUE]


def test_a_page_has_a_bounded_number_of_pixels() -> None:
    drawn = draw(PAGES, 1, 100_000, 100_000)
    assert drawn.width * drawn.height <= 4_000_000
    assert corners(drawn) == [RED, WHITE, WHITE, WHITE]


def test_a_picture_is_fitted_and_put_on_white() -> None:
    assert draw(an_image("blue", (400, 200)), 1, 100, 100) == Picture(100, 50, bytes(BLUE) * 5000)
    clear = draw(an_image("#ff000000", (20, 20), mode="RGBA"), 1, 50, 50)
    assert clear == Picture(20, 20, bytes(WHITE) * 400)


@pytest.mark.parametrize(
    ("data", "page", "message"),
    [
        (PAGES, 3, "there is no page 3; the file has 2"),
        (PAGES, 0, "there is no page 0; the file has 2"),
        (b"%PDF-1.4 nothing", 1, "page 1 cannot be drawn"),
        (b"nothing", 1, "the picture cannot be drawn"),
        (an_image("red", (40, 40))[:60], 1, "the picture cannot be drawn"),
    ],
)
def test_what_cannot_be_drawn_says_why(data: bytes, page: int, message: str) -> None:
    with pytest.raises(Unreadable) as error:
        draw(data, page, 100, 100)
    assert (error.value.reason, error.value.message) == (Reason.CORRUPT, message)


def test_without_pillow_only_pages_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    image = an_image("red", (40, 40))
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(Unreadable, match="Pillow, which draws pictures, is missing"):
        draw(image, 1, 100, 100)
    assert draw(PAGES, 1, 306, 396).width == 306


def test_a_process_draws_a_file(tmp_path: Path) -> None:
    file = tmp_path / "pages.pdf"
    file.write_bytes(PAGES)
    assert picture(str(file), 2, 306, 396) == draw(PAGES, 2, 306, 396)
    with pytest.raises(Unreadable, match="there is no page 3"):
        picture(str(file), 3, 306, 396)
    with pytest.raises(Unreadable, match="No such file"):
        picture(str(tmp_path / "gone.pdf"), 1, 306, 396)


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "pages.pdf"
    file.write_bytes(PAGES)
    with pytest.raises(Unreadable) as error:
        picture(str(file), 1, 306, 396, seconds=0)
    assert error.value.reason is Reason.TIMEOUT


def test_the_index_draws_what_has_pages(index: Index, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "boiler.pdf").write_bytes(pdf(["The boiler is hot."]))
    (folder / "notes.md").write_text("Notes.\n")
    index.ingest([folder])
    drawn = index.picture(folder / "boiler.pdf", 1, (306, 1000))
    assert (drawn.width, drawn.height) == (306, 396)
    assert pixel(drawn, 5, 5) == WHITE
    assert bytes(WHITE) * 306 * 396 != drawn.pixels
    with pytest.raises(UsageError, match="a document of kind markdown has no picture"):
        index.picture(folder / "notes.md")
    with pytest.raises(UsageError, match="not in the index"):
        index.picture(folder / "other.pdf")


def test_words_are_tinted_where_they_stand() -> None:
    data = pdf(["The tide turns at", "six o'clo-", "ck. Boats wait."], ["Nothing here."])
    plain = draw(data, 1, 612, 792)
    marked = draw(data, 1, 612, 792, mark="Turns at six o'clock!")
    changed = [
        divmod(place // 3, plain.width)
        for place in range(0, len(plain.pixels), 3)
        if plain.pixels[place : place + 3] != marked.pixels[place : place + 3]
    ]
    assert {pixel(marked, column, row) for row, column in changed} >= {TINT}
    # The first line is tinted behind "The tide", the last one before "Boats".
    rows = sorted({row for row, _ in changed})
    first = min(column for row, column in changed if row == rows[0])
    last = max(column for row, column in changed if row == rows[-1])
    assert first > min(column for _, column in changed)
    assert last < max(column for _, column in changed)
    # What stands on another page, and what is no word, changes nothing.
    for mark in ("Nothing here.", "…", "six boats"):
        assert draw(data, 1, 612, 792, mark=mark) == plain


def test_words_are_tinted_on_a_page_that_is_turned() -> None:
    turned = pdf(["The tide turns."], page_entries="/Rotate 90")
    plain, marked = draw(turned, 1, 792, 792), draw(turned, 1, 792, 792, mark="tide")
    assert plain.width > plain.height
    changed = [
        divmod(place // 3, plain.width)
        for place in range(0, len(plain.pixels), 3)
        if plain.pixels[place : place + 3] != marked.pixels[place : place + 3]
    ]
    rows, columns = {row for row, _ in changed}, {column for _, column in changed}
    # The word stands upright: it is taller than wide.
    assert len(rows) > len(columns) > 0
