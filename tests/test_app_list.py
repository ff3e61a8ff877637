"""The list of hits by file: its rows at each size, folds, mouse, and what is remembered of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from search.results import Hit
from tui import messages
from tui.app import DocsearchApp
from tui.app.widgets.divider import Divider
from tui.app.widgets.found import Found, Shares
from tui.app.widgets.hit_list import HitList
from tui.app.widgets.query_input import QueryInput

from .app_driver import NOW, ROOT, ScriptedIndex, Watch, a_hit, shown


def passage(name: str, line: int, score: float, text: str, sentence: str, *headings: str) -> Hit:
    start = text.index(sentence)
    kind = {"md": "markdown", "pdf": "pdf", "html": "html"}[name.rsplit(".")[-1]]
    return a_hit(
        name,
        text,
        line,
        line * 100,
        score,
        ["radiator"] * ("radiator" in text),
        headings=headings,
        kind=kind,
        page=line if kind == "pdf" else None,
        sentence=(start, start + len(sentence)),
    )


AIR = passage(
    "house/boiler.md",
    15,
    0.97,
    "## Letting air out\n\nA radiator that is **hot below** and cold above has trapped air. Switch "
    "the `pump` off, wait twenty minutes, and turn the square pin a quarter.",
    "A radiator that is **hot below** and cold above has trapped air.",
    "Boiler",
    "Letting air out",
)
PRESSURE = passage(
    "house/boiler.md",
    8,
    0.88,
    "Fill between 1.0 and 1.5 bar while the radiators are cold.",
    "Fill between 1.0 and 1.5 bar while the radiators are cold.",
    "Boiler",
    "Topping up pressure",
)
FAULTS = [
    passage("house/boiler.md", 30 + n, 0.03, f"| F2{n} | water [low](a.md) |", "water", "Faults")
    for n in range(4)
]
PUMP = passage(
    "papers/heat-pumps.pdf", 2, 0.3, "Several missed a hot radiator.", "Several", "Talks"
)
LESSON = passage("papers/heat-pumps.pdf", 3, 0.13, "Lukewarm is right.", "Lukewarm", "Lessons")
CAMERA = passage("hobby/camera.html", 37, 0.12, "Grey dots are dust.", "Grey", "Specks")
BREAD = passage("hobby/bread.md", 5, 0.02, "Keep the dough warm.", "Keep", "Dough")
HITS = (AIR, PRESSURE, *FAULTS, PUMP, LESSON, CAMERA, BREAD)


@asynccontextmanager
async def listed(
    tmp_path: Path,
    size: tuple[int, int] = (80, 24),
    hits: Sequence[Hit] = HITS,
    gone: frozenset[str] = frozenset(),
    unplugged: frozenset[str] = frozenset(),
    plain: bool = False,
    **environment: str,
) -> AsyncIterator[tuple[Pilot[None], HitList, Watch]]:
    """The app over these hits with the question `cold` in its input."""
    index = ScriptedIndex({"text": hits, "hybrid": hits})
    index.gone, index.unplugged = gone, unplugged
    app = DocsearchApp(index, environment, tmp_path / "state", lambda: NOW, plain=plain)
    watch = Watch()
    async with app.run_test(size=size, message_hook=watch) as pilot:
        await pilot.press(*"cold")
        await watch.until(
            messages.Answered, lambda message: message.final and message.result.query == "cold"
        )
        await watch.until(messages.FilesGone)
        await pilot.pause()
        yield pilot, app.screen.query_one(HitList), watch


SMALL = [
    " # boiler.md  notes/house                                       ████▉ .97    2d",
    "▌  17  Letting air out      A radiator that is hot below and cold above has tr…",
    "    8  Topping up pressure  Fill between 1.0 and 1.5 bar while the radiators a…",
    "       + 4 weaker",
    " ▤ heat-pumps.pdf  notes/papers                                 █▌    .30    2d",
    "  p.2  Talks                Several missed a hot radiator.",
    "  p.3  Lessons              Lukewarm is right.",
    " ◇ camera.html  notes/hobby                                     ▋     .12    2d",
    "   37  Specks               Grey dots are dust.",
]
WIDE = [
    " # boiler.md  notes/house            ████▉ .97    2d",
    "▌  17  Letting air…   A radiator that is hot below…",
    "    8  Topping up p…  Fill between 1.0 and 1.5 bar…",
    "       + 4 weaker",
    " ▤ heat-pumps.pdf  notes/papers      █▌    .30    2d",
    "  p.2  Talks          Several missed a hot radiator.",
    "  p.3  Lessons        Lukewarm is right.",
    " ◇ camera.html  notes/hobby          ▋     .12    2d",
    "   37  Specks         Grey dots are dust.",
    " + 1 weaker in 1 other file",
    *[""] * 24,
]
LOW = [
    " # boiler.md  notes/house                   ████▉ .97    2d",
    "▌  17  Letting air o…  A radiator that is hot below and co…",
    "    8  Topping up pr…  Fill between 1.0 and 1.5 bar while…",
    "       + 4 weaker",
    " ▤ heat-pumps.pdf  notes/papers             █▌    .30    2d",
]
PLAIN = [
    " boiler.md  notes/house                                               0.97    2d",
    "> line 17  Letting air out      A radiator that is hot below and cold above has…",
    "   line 8  Topping up pressure  Fill between 1.0 and 1.5 bar while the radiator…",
    "           + 4 weaker",
    " heat-pumps.pdf  notes/papers                                         0.30    2d",
    "   page 2  Talks                Several missed a hot radiator.",
    "   page 3  Lessons              Lukewarm is right.",
    " camera.html  notes/hobby                                             0.12    2d",
    "  line 37  Specks               Grey dots are dust.",
    " + 1 weaker in 1 other file",
]
COMFORTABLE = [
    " # boiler.md  notes/house                                       ████▉ .97    2d",
    "▌  17  Boiler › Letting air out                                       .97",
    "▌    A radiator that is hot below and cold above has trapped air. Switch",
    "▌    the pump off, wait twenty minutes, and turn the square pin a quarter.",
    "    8  Boiler › Topping up pressure                                   .88",
    "     Fill between 1.0 and 1.5 bar while the radiators are cold.",
    "       + 4 weaker",
    " ▤ heat-pumps.pdf  notes/papers                                 █▌    .30    2d",
    "  p.2  Talks                                                          .30",
]


@pytest.mark.parametrize(
    ("size", "plain", "expected"),
    [
        ((80, 24), False, SMALL),
        ((120, 40), False, WIDE),
        ((60, 15), False, LOW),
        ((80, 24), True, PLAIN),
    ],
)
async def test_hits_stand_under_the_headers_of_their_files(
    tmp_path: Path, size: tuple[int, int], plain: bool, expected: list[str]
) -> None:
    async with listed(tmp_path, size, plain=plain) as (_, hits, _):
        assert shown(hits) == expected


@pytest.mark.parametrize("keys", [("shift+tab", "z"), ("ctrl+l",)])
async def test_the_comfortable_list_is_remembered(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with listed(tmp_path) as (pilot, hits, _):
        await pilot.press(*keys)
        await pilot.pause()
        assert shown(hits) == COMFORTABLE
    async with listed(tmp_path) as (pilot, hits, _):
        assert shown(hits) == COMFORTABLE
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert shown(hits) == SMALL


async def test_the_selection_stops_at_passages_and_folds_only(tmp_path: Path) -> None:
    async with listed(tmp_path) as (pilot, hits, _):
        await pilot.press("shift+tab")
        stops = [hits.hit]
        for _ in range(7):
            await pilot.press("j")
            stops.append(hits.hit)
        # A fold stands for the best of its hits.
        assert stops == [AIR, PRESSURE, FAULTS[0], PUMP, LESSON, CAMERA, BREAD, BREAD]


async def test_enter_opens_a_fold_and_selects_its_first_hit(tmp_path: Path) -> None:
    async with listed(tmp_path) as (pilot, hits, watch):
        await pilot.press("shift+tab", "j", "j", "enter")
        await pilot.pause()
        assert shown(hits)[3:7] == [
            "▌  30  Faults               F20; water low",
            "   31  Faults               F21; water low",
            "   32  Faults               F22; water low",
            "   33  Faults               F23; water low",
        ]
        assert hits.hit == FAULTS[0]
        assert not [message for message in watch.seen if isinstance(message, HitList.Opened)]
        await pilot.press("G", "enter")
        await pilot.pause()
        assert shown(hits)[-2:] == [
            " # bread.md  notes/hobby                                        ▏     .02    2d",
            "▌   5  Dough                Keep the dough warm.",
        ]


async def test_n_opens_the_fold_of_the_next_hit(tmp_path: Path) -> None:
    async with listed(tmp_path) as (pilot, hits, _):
        await pilot.press("shift+tab", "n")
        # After line 15 comes line 30 of the same file.
        assert hits.hit == FAULTS[0]
        assert shown(hits)[3] == "▌  30  Faults               F20; water low"
        await pilot.press("N", "N")
        assert hits.hit == PRESSURE


async def test_a_selected_hit_stays_selected_where_another_order_folds_it(tmp_path: Path) -> None:
    async with listed(tmp_path) as (pilot, hits, _):
        await pilot.press("shift+tab", "j")
        assert hits.hit == PRESSURE
        weaker = a_hit("house/boiler.md", PRESSURE.text, 8, 800, 0.01, id=PRESSURE.id)
        hits.show((AIR, weaker), same_query=True)
        assert hits.hit == weaker
        assert shown(hits)[2] == "▌     + 1 weaker"
        hits.show((AIR, PRESSURE), same_query=False)
        assert hits.hit == AIR


async def test_the_selected_row_stands_out(tmp_path: Path) -> None:
    async with listed(tmp_path) as (pilot, hits, _):
        await pilot.press("shift+tab", "j")
        await pilot.pause()
        backgrounds = [
            {segment.style.bgcolor for segment in hits.render_line(y) if segment.style}
            for y in range(4)
        ]
        assert [len(colours) for colours in backgrounds] == [1, 1, 1, 1]
        assert backgrounds[0] == backgrounds[1] == backgrounds[3] != backgrounds[2]


async def test_a_deleted_file_is_marked(tmp_path: Path) -> None:
    async with listed(tmp_path, gone=frozenset({PUMP.path})) as (_, hits, _):
        assert [row for row in shown(hits) if "gone" in row] == [
            " ▤ heat-pumps.pdf  notes/papers                            gone █▌    .30    2d"
        ]


async def test_a_file_on_a_disk_that_is_not_mounted_is_not_here(tmp_path: Path) -> None:
    paths = frozenset({PUMP.path})
    async with listed(tmp_path, gone=paths, unplugged=paths) as (pilot, hits, watch):
        assert [row for row in shown(hits) if "gone" in row or "not here" in row] == [
            " ▤ heat-pumps.pdf  notes/papers                        not here █▌    .30    2d"
        ]
        hits.select(PUMP)
        await pilot.press("enter")
        failed = await watch.until(messages.Failed, lambda report: "mounted" in str(report.error))
        assert str(failed.error) == (
            f"{PUMP.path} is on a disk that is not mounted; mount it, and try again"
        )


async def test_a_hit_without_a_sentence_shows_the_line_of_its_first_match(tmp_path: Path) -> None:
    code = a_hit("a.py", "RETRIES = 5\n\n\ndef notice():\n    pass", words=["notice"], kind="code")
    prose = a_hit("b.md", "Nothing here. " * 9 + "\n\nA notice is due.", words=["notice"])
    long = a_hit("c.md", "x " + "and so on, " * 40 + "by notice", words=["notice"])
    async with listed(tmp_path, hits=[code, prose, long]) as (_, hits, _):
        assert [row for row in shown(hits) if "notes" not in row and row] == [
            "▌ 4  def notice():",
            "  3  A notice is due.",
            "  1  on, and so on, and so on, and so on, by notice",
        ]


async def test_copies_are_counted_in_the_header(tmp_path: Path) -> None:
    copied = a_hit("a.md", "Cold.", copies=("/b/a.md", "/c/a.md"))
    async with listed(tmp_path, hits=[copied]) as (_, hits, _):
        assert shown(hits)[0].startswith(" # a.md and 2 more  notes ")


# The mouse


def opened(watch: Watch) -> int:
    """How often a hit was opened; a message is seen once at each widget that it passes."""
    return len({id(message) for message in watch.seen if isinstance(message, HitList.Opened)})


async def test_a_click_selects_and_a_second_one_opens(tmp_path: Path) -> None:
    async with listed(tmp_path) as (pilot, hits, watch):
        for offset, hit in (((30, 1), AIR), ((30, 5), PUMP), ((5, 7), CAMERA)):
            await pilot.click(hits, offset=offset)
            await pilot.pause()
            assert (hits.hit, opened(watch)) == (hit, 0)
        assert isinstance(pilot.app.focused, QueryInput)


async def test_a_double_click_opens_the_editor_once(tmp_path: Path) -> None:
    pipe_path, editor = tmp_path / "told", tmp_path / "code"
    editor.write_text(f'#!/bin/sh\nprintf "%s %s\\n" "$@" >> {pipe_path}\n')
    editor.chmod(0o755)
    async with listed(tmp_path, EDITOR=str(editor)) as (pilot, hits, watch):
        for times, y, expected in ((2, 2, 1), (2, 2, 2), (1, 2, 3), (2, 8, 4)):
            await pilot.click(hits, offset=(30, y), times=times)
            await pilot.pause()
            assert opened(watch) == expected


async def test_a_click_opens_a_fold(tmp_path: Path) -> None:
    async with listed(tmp_path) as (pilot, hits, _):
        await pilot.click(hits, offset=(10, 3))
        await pilot.pause()
        assert shown(hits)[3] == "▌  30  Faults               F20; water low"


async def test_a_click_on_a_folder_filters_by_it(tmp_path: Path) -> None:
    async with listed(tmp_path) as (pilot, hits, _):
        line = pilot.app.screen.query_one(QueryInput)
        row = shown(hits)[4]
        await pilot.click(hits, offset=(row.index("papers") + 1, 4))
        await pilot.pause()
        assert line.value == "cold path:papers/**"
        await pilot.click(hits, offset=(row.index("notes") + 1, 4))
        await pilot.pause()
        assert line.value == f"cold path:{ROOT}/**"


@pytest.mark.parametrize(
    ("size", "to", "shares"),
    [
        ((120, 40), (72, 10), Shares(beside=60, above=53)),
        ((120, 40), (2, 10), Shares(beside=20, above=53)),
        ((80, 24), (10, 10), Shares(beside=45, above=33)),
    ],
)
async def test_the_line_between_hits_and_document_can_be_dragged(
    tmp_path: Path, size: tuple[int, int], to: tuple[int, int], shares: Shares
) -> None:
    async with listed(tmp_path, size) as (pilot, hits, _):
        await pilot.mouse_down(Divider)
        await pilot.hover(offset=to)
        await pilot.mouse_up(offset=to)
        await pilot.pause()
        assert pilot.app.screen.query_one(Found).shares == shares
        dragged = hits.size
        saved = json.loads((tmp_path / "state" / "preferences.json").read_text())
        assert Shares(saved["beside"], saved["above"]) == shares
    async with listed(tmp_path, size) as (pilot, hits, _):
        assert hits.size == dragged


async def test_the_border_turns_with_the_terminal(tmp_path: Path) -> None:
    async with listed(tmp_path, (120, 40)) as (pilot, hits, _):
        assert (hits.size.width, hits.size.height) == (53, 34)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert shown(hits) == SMALL
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert shown(hits) == WIDE


# Whatever stands in documents


EVIL = [
    a_hit(
        "日本/" + "長" * 90 + ".md", "日本語のテキスト。" * 60, headings=("見出し" * 30,), score=0.9
    ),
    a_hit("rtl.md", "مرحبا بالعالم " * 40 + "\u202eevil", headings=("שלום",), score=0.9),
    a_hit("emoji.md", "👩‍👩‍👧 👍🏽 e\u0301 " * 50, headings=("👩‍👩‍👧",), score=0.9),
    a_hit(
        "e\x1b[31m.md", "\x1b[2J\x9b31m [bold]x[/bold] \t" * 9, headings=("[red]\x1b",), score=0.9
    ),
    a_hit("w.md", "w" * 20_000, words=["www"], score=0.9),
    a_hit("tab.py", "\t\tx\t= 1\n" * 20, kind="code", words=["x"], score=0.9),
    a_hit("empty.md", "", score=0.9),
    a_hit("n\nl.md", "a\r\nb\x00", score=0.9, page=12, page_label="xii\x1b" * 9, kind="pdf"),
]


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("width", [40, 60, 99, 100, 120, 200])
async def test_no_line_is_wider_than_the_list_or_controls_the_terminal(
    tmp_path: Path, width: int, plain: bool
) -> None:
    async with listed(tmp_path, (width, 60), EVIL, plain=plain) as (pilot, hits, _):
        await pilot.press("shift+tab")
        for key in ("", "z"):
            await pilot.press(*[key] * bool(key))
            await pilot.pause()
            lines = [hits.render_line(y) for y in range(hits.size.height)]
            assert {line.cell_length for line in lines} <= {hits.size.width, hits.size.width - 1}
            assert max(cell_len(line.text) for line in lines) <= hits.size.width
            text = "\n".join(line.text for line in lines)
            assert not set(text) & set("\x1b\x9b\x00\r\t\u202e")
            assert "[bold]x" in text or key
