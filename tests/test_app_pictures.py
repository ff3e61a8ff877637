"""Pages and pictures in the document's place: what each terminal is given, and the keys."""

from __future__ import annotations

import re
import subprocess
import zlib
from base64 import standard_b64decode
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from textual.widgets import Static
from textual.widgets._toast import Toast

from search import Picture
from search.results import StoredText
from tui import messages
from tui.app import DocsearchApp
from tui.app.pictures import inline, kitty, sixel
from tui.app.pictures.shown import room_of, shown
from tui.app.widgets.document_view import DocumentView
from tui.app.widgets.picture_view import PictureView
from tui.graphics import PICTURE_QUESTION, Graphics, graphics_of

from .app_driver import NOW, ScriptedIndex, Watch, a_hit, until
from .app_driver import shown as rows_of
from .pty_driver import Pty
from .test_app_pty import COMMAND
from .test_app_search import always
from .test_readers_pdf import pdf

RED, BLUE, GREY = b"\xff\0\0", b"\0\0\xff", b"\x80\x80\x80"
NO_WINDOW = (80, 24, 0, 0)


@pytest.mark.parametrize(
    ("environment", "answer", "protocol"),
    [
        ({"TERM": "xterm-kitty"}, b"", "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"}, b"\x1b[?62;22c", "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, b"\x1b[?62;4c", "iterm2"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, b"", "iterm2"),
        ({"TERM": "xterm-256color"}, b"\x1b]11;rgb:0/0/0\x07\x1b[?62;4;22c", "sixel"),
        ({"TERM": "xterm-256color"}, b"\x1b[?4;6c", "blocks"),
        ({"TERM": "xterm-256color"}, b"", "blocks"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/t", "TERM_PROGRAM": "tmux"}, b"", "blocks"),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/t"}, b"\x1b[?1;2;4c", "sixel"),
    ],
)
def test_the_terminal_tells_its_protocol(
    environment: Mapping[str, str], answer: bytes, protocol: str
) -> None:
    assert graphics_of(environment, answer, NO_WINDOW) == Graphics(protocol, (10, 20))


def test_the_size_of_a_cell_is_told_by_the_terminal_or_the_system() -> None:
    told = graphics_of({}, b"\x1b[6;34;17t", (80, 24, 640, 384))
    assert told.cell == (17, 34)
    assert graphics_of({}, b"", (80, 24, 640, 384)).cell == (8, 16)
    assert graphics_of({}, b"\x1b[6;0;0t", (0, 0, 0, 0)).cell == (10, 20)
    assert room_of(30, 10, told) == (510, 340)


def test_kitty_gets_the_pixels_once_and_placeholders() -> None:
    picture = Picture(20, 30, RED * 600)
    given = shown(picture, Graphics("kitty", (10, 20)))
    match = re.fullmatch(
        r"\x1b_Ga=T,U=1,q=2,i=(\d+),f=24,o=z,s=20,v=30,c=2,r=2,m=0;([^\x1b]*)\x1b\\", given.before
    )
    assert match is not None
    assert zlib.decompress(standard_b64decode(match[2])) == picture.pixels
    number = int(match[1])
    texts = [["".join(segment.text for segment in row)] for row in given.cells]
    assert texts == [
        ["\U0010eeee\u0305\u0305\U0010eeee\u0305\u030d"],
        ["\U0010eeee\u030d\u0305\U0010eeee\u030d\u030d"],
    ]
    style = given.cells[0][0].style
    assert style is not None and style.color is not None and style.color.triplet is not None
    assert int(style.color.triplet.hex[1:], 16) == number
    assert given.after == f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"
    assert shown(picture, Graphics("kitty", (10, 20))).after != given.after


def test_a_large_picture_is_sent_to_kitty_in_chunks() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, 30_000, dtype=np.uint8).tobytes()
    sent = kitty.sent(Picture(100, 100, pixels), 7, 10, 5)
    chunks = re.findall(r"\x1b_G[^;]*m=([01]);([^\x1b]*)\x1b\\", sent)
    assert [more for more, _ in chunks] == ["1"] * (len(chunks) - 1) + ["0"]
    assert max(len(chunk) for _, chunk in chunks) == 4096
    assert zlib.decompress(standard_b64decode("".join(chunk for _, chunk in chunks))) == pixels


def test_iterm2_gets_a_png() -> None:
    pixels = RED * 3 + BLUE * 3
    sequence = inline.drawn(Picture(3, 2, pixels), 1, 1)
    match = re.fullmatch(
        r"\x1b\]1337;File=inline=1;size=(\d+);width=1;height=1;preserveAspectRatio=0:(.*)\x07",
        sequence,
    )
    assert match is not None
    data = standard_b64decode(match[2])
    assert len(data) == int(match[1])
    with Image.open(BytesIO(data)) as image:
        assert (image.size, image.tobytes()) == ((3, 2), pixels)


def test_sixels_are_bands_of_colours() -> None:
    # Three columns of red and one of blue, seven rows high: the second band has one row.
    picture = Picture(4, 7, (RED * 3 + BLUE) * 7)
    assert sixel.drawn(picture) == (
        '\x1bP0;1q"1;1;4;7#5;2;0;0;100#180;2;100;0;0#5???~$#180~~~?-#5???@$#180@@@?\x1b\\'
    )
    assert sixel.drawn(Picture(5, 1, GREY * 5)) == ('\x1bP0;1q"1;1;5;1#229;2;52;52;52#229!5@\x1b\\')


def test_blocks_show_two_colours_a_cell() -> None:
    picture = Picture(20, 40, RED * 20 * 10 + BLUE * 20 * 30)
    (first, second) = shown(picture, Graphics("blocks", (10, 20))).cells
    assert [segment.text for segment in first] == ["▀", "▀"]
    colours = [
        (segment.style.color.triplet.rgb, segment.style.bgcolor.triplet.rgb)
        for segment in (first[0], second[1])
    ]
    assert colours == [("rgb(255,0,0)", "rgb(0,0,255)"), ("rgb(0,0,255)", "rgb(0,0,255)")]


PAPER = a_hit("heat.pdf", "The boiler.", page=1, kind="pdf")
LEASE = a_hit("lease.txt", "The boiler.", kind="text")
PAPER_TEXT = "The boiler.\fThe pump."


def app_over(index: ScriptedIndex, tmp_path: Path, protocol: str) -> DocsearchApp:
    graphics = Graphics(protocol, (10, 20))
    return DocsearchApp(index, {}, tmp_path / "state", lambda: NOW, graphics=graphics)


def an_index(hit: object = PAPER) -> ScriptedIndex:
    documents = {
        PAPER.path: StoredText(PAPER.path, "pdf", "heat", PAPER_TEXT, (0, 12)),
        LEASE.path: StoredText(LEASE.path, "text", "lease", LEASE.text, ()),
    }
    return ScriptedIndex(always([hit]), documents)  # type: ignore[list-item]


def place(app: DocsearchApp) -> str:
    return rows_of(app.screen.query_one("#place", Static))[0].strip()


async def test_a_page_is_shown_and_turned_and_its_text_comes_back(tmp_path: Path) -> None:
    index = an_index()
    app, watch = app_over(index, tmp_path, "blocks"), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press(*"boiler")
        await watch.until(messages.DocumentRead, lambda report: report.sheet.whole)
        assert not app.screen.query(PictureView)
        await pilot.press("alt+i")
        await watch.until(messages.PictureDrawn)
        await pilot.pause()
        view, text = app.screen.query_one(PictureView), app.screen.query_one(DocumentView)
        assert (view.display, text.display) == (True, False)
        assert [row.strip() for row in rows_of(view)[:3]] == ["▀▀▀▀", "▀▀▀▀", ""]
        assert index.drawn == [(PAPER.path, 1, (view.size.width * 10, view.size.height * 20))]
        assert place(app) == "page 1 of 2 · heat.pdf"
        # Pages are turned, but not beyond the last one.
        await pilot.press("pagedown", "pagedown")
        await watch.until(messages.PictureDrawn)
        await pilot.pause()
        assert [page for _, page, _ in index.drawn] == [1, 2]
        assert place(app) == "page 2 of 2 · heat.pdf"
        assert view.render_line(0)._segments[0].style.color.triplet.rgb == "rgb(0,0,255)"
        # Under a dialog there is no picture.
        await pilot.press("f1")
        await pilot.pause()
        assert not view.is_drawable
        await pilot.press("escape", "alt+i")
        await pilot.pause()
        assert (view.display, text.display) == (False, True)
        assert "The boiler." in rows_of(text)[0]


async def test_a_picture_that_cannot_be_drawn_says_why(tmp_path: Path) -> None:
    hit = a_hit("heat.pdf", "The boiler.", page=3, kind="pdf")
    app, watch = app_over(an_index(hit), tmp_path, "blocks"), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press(*"boiler")
        await watch.until(messages.DocumentRead, lambda report: report.sheet.whole)
        await pilot.press("alt+i")
        await watch.until(messages.PictureDrawn)
        await pilot.pause()
        first = rows_of(app.screen.query_one(PictureView))[0].strip()
        assert first == "page 3 cannot be drawn; Alt+I shows the text"


@pytest.mark.parametrize(
    ("protocol", "hit", "said"),
    [
        ("", PAPER, "This terminal shows no pictures"),
        ("blocks", LEASE, "Only pages of a PDF"),
    ],
)
async def test_where_there_is_no_picture_the_text_stays(
    tmp_path: Path, protocol: str, hit: object, said: str
) -> None:
    app, watch = app_over(an_index(hit), tmp_path, protocol), Watch()
    async with app.run_test(size=(120, 30), notifications=True, message_hook=watch) as pilot:
        await pilot.press(*"boiler")
        await watch.until(messages.Answered, lambda answer: answer.final)
        await pilot.press("alt+i")
        await until(lambda: bool(app.screen.query(Toast)))
        await pilot.pause()
        assert said in " ".join(" ".join(rows_of(app.screen.query_one(Toast))).split())
        assert app.screen.query_one(DocumentView).display
        assert not app.screen.query(PictureView)


async def test_sixels_are_written_over_the_cells_and_not_under_a_dialog(tmp_path: Path) -> None:
    app, watch = app_over(an_index(), tmp_path, "sixel"), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press(*"boiler")
        await watch.until(messages.DocumentRead, lambda report: report.sheet.whole)
        await pilot.press("alt+i")
        await watch.until(messages.PictureDrawn)
        await pilot.pause()
        view = app.screen.query_one(PictureView)
        last = view.render_lines(view.size.region)[-1]
        sequence = last._segments[-1].text
        assert sequence.startswith(f"\x1b7\x1b[{view.region.y + 1};{view.region.x + 1}H\x1bP0;1q")
        assert sequence.endswith("\x1b\\\x1b8")
        assert last.cell_length == view.size.width
        await pilot.press("f1")
        await pilot.pause()
        assert all("\x1bP" not in s.text for s in view.render_lines(view.size.region)[-1])


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a PDF, and an index of it."""
    home = tmp_path_factory.mktemp("papers")
    (home / "papers").mkdir()
    (home / "papers" / "boiler.pdf").write_bytes(pdf(["The radiators of the boiler stay cold."]))
    subprocess.run(
        [COMMAND, "--index", home / "index", "--quiet", "ingest", home / "papers"],
        env={"HOME": str(home)},
        check=True,
        timeout=120,
    )
    return home


@pytest.mark.parametrize(
    ("kind", "answer", "wanted"),
    [
        ("xterm-kitty", "", b"\x1b_Ga=T,U=1,q=2,i="),
        ("xterm-256color", "\x1b[6;20;10t\x1b[?62;4c", b'\x1bP0;1q"1;1;'),
    ],
    ids=["kitty", "sixel"],
)
def test_a_terminal_gets_the_page_in_its_protocol(
    papers: Path, tmp_path: Path, kind: str, answer: str, wanted: bytes
) -> None:
    environment = {
        "HOME": str(papers),
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "COLORTERM": "truecolor",
        "TERM": kind,
        "XDG_STATE_HOME": str(tmp_path),
    }
    with Pty([str(COMMAND), "--index", str(papers / "index")], environment) as app:
        app.wait_for_bytes(PICTURE_QUESTION)
        if answer:
            app.keys(answer)
        app.wait("1 document")
        app.keys("radiators")
        app.wait("boiler.pdf", "hybrid")
        app.keys("\x1bi")
        app.wait_for_bytes(wanted)
        app.keys("\x1bi")
        app.keys("\x11")
        assert app.wait_for_end() == 0
        assert b"Traceback" not in app.bytes
