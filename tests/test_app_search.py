"""The search screen, driven by keys."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, Static
from textual.widgets._toast import Toast
from textual.worker import Worker, WorkerState

from search import Filter, Index, StoredText
from search.errors import ModelMismatch
from search.results import Hit
from tui import messages
from tui.app import DocsearchApp
from tui.app.editor import SKIM
from tui.app.history import History
from tui.app.screens.help import HelpScreen
from tui.app.widgets.document_view import DocumentView
from tui.app.widgets.filter_bar import Chip
from tui.app.widgets.hit_list import HitList
from tui.app.widgets.preview import Preview
from tui.app.widgets.query_input import QueryInput

from .app_driver import NOW, ROOT, Pipe, ScriptedIndex, Watch, a_hit, shown

BOILER = a_hit(
    "house/boiler.md", "The boiler stays cold.", 3, 10, 0.9, ["boiler"], headings=("Boiler",)
)
LEASE = a_hit("lease.txt", "The landlord pays the boiler.", 7, 40, 0.6, ["boiler"], kind="text")
ANNEX = a_hit("lease.txt", "Annex: boiler inspection.", 90, 800, 0.4, ["boiler"], kind="text")
LEASE_TEXT = (
    "\n" * 6
    + "." * 34
    + LEASE.text
    + "\n" * 83
    + "." * (800 - 40 - len(LEASE.text) - 83)
    + ANNEX.text
    + "\n"
)
DOCUMENTS = {LEASE.path: StoredText(LEASE.path, "text", "lease.txt", LEASE_TEXT, ())}


def app_over(index: object, tmp_path: Path, **environment: str) -> DocsearchApp:
    return DocsearchApp(index, environment, tmp_path / "state", lambda: NOW)


def hits_of(app: App[None]) -> HitList:
    return app.screen.query_one(HitList)


def narration(app: App[None]) -> str:
    return shown(app.screen.query_one("#narration", Static))[0].strip()


def always(hits: Sequence[Hit]) -> dict[str, Sequence[Hit]]:
    return {"text": hits, "hybrid": hits, "vector": hits}


def on_disk(hit: Hit, folder: Path) -> Hit:
    """The same hit, in a file that is there."""
    file = folder / Path(hit.path).name
    file.write_text(hit.text)
    return replace(hit, path=str(file))


async def ask(pilot: Pilot[None], watch: Watch, line: str) -> messages.Answered:
    """Type a line and wait for its last answer."""
    await pilot.press(*line)
    is_current = pilot.app.screen.questions.is_current  # type: ignore[attr-defined]
    answer = await watch.until(
        messages.Answered, lambda message: message.final and is_current(message.number)
    )
    await pilot.pause()
    return answer


async def test_typing_finds_and_shows_the_document(
    index: Index, notes: Path, tmp_path: Path
) -> None:
    index.ingest([notes])
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        answer = await ask(pilot, watch, "boiler pressure")
        assert answer.result.mode == "hybrid"
        assert [os.path.basename(hit.path) for hit in hits_of(app).hits][0] == "boiler.md"
        assert hits_of(app).highlighted == 0
        await watch.until(
            messages.DocumentRead,
            lambda message: message.sheet.path == str(notes / "house/boiler.md"),
        )
        await pilot.pause()
        view = app.screen.query_one(DocumentView)
        assert shown(view)[:3] == [
            "▌   1 Boiler",
            "▌   2",
            "▌   3 The radiators stay cold when the boiler loses pressure.",
        ]
        assert narration(app).startswith(f"{len(answer.result.hits)} hit")


async def test_an_empty_result_says_why(index: Index, notes: Path, tmp_path: Path) -> None:
    index.ingest([notes])
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(200, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "tide type:nosuch")
        assert narration(app).startswith("no passage answers that · ")
        assert narration(app).endswith(
            " · no document of the index has such a path, type or date · take off type:nosuch"
        )


async def test_filter_words_reach_the_index_and_the_bar(tmp_path: Path) -> None:
    index = ScriptedIndex({"text": [BOILER], "hybrid": [BOILER], "vector": [LEASE]})
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler type:md mode:vector")
        assert index.asked[-1] == ("boiler", "vector", Filter(types=("md",)))
        bar = {
            chip.key: (shown(chip)[0].strip(), chip.has_class("-set"))
            for chip in app.screen.query(Chip)
        }
        assert bar == {
            "mode": ("mode: vector", True),
            "path": ("path", False),
            "type": ("type: md", True),
            "after": ("after", False),
            "before": ("before", False),
            "rerank": ("rerank", False),
        }
        await pilot.press(*" after:soon")
        await pilot.pause()
        assert narration(app).startswith("'soon' is no date; write it like")
        await pilot.click("#filter-path")
        assert (
            app.screen.query_one(QueryInput).value == "boiler type:md mode:vector after:soon path:"
        )


async def test_the_text_leg_is_shown_first_and_late_answers_are_dropped(tmp_path: Path) -> None:
    index = ScriptedIndex({"text": [LEASE], "hybrid": [BOILER]})
    index.gates["hybrid"] = threading.Event()
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await watch.until(messages.ModelReady)
        await pilot.press("b")
        await watch.until(
            messages.Answered, lambda message: message.number == 1 and not message.final
        )
        await pilot.pause()
        assert hits_of(app).hits == (LEASE,)
        assert narration(app) == "1 hit in 1 file · text 4 ms · by meaning …"
        assert await asyncio.to_thread(index.waiting.wait, 30)
        await pilot.press("o")
        await watch.until(
            messages.Answered, lambda message: message.number == 2 and not message.final
        )
        index.gates["hybrid"].set()
        await watch.until(messages.Answered, lambda message: message.number == 2 and message.final)
        await pilot.pause()
        assert hits_of(app).hits == (BOILER,)
        assert narration(app) == "1 hit in 1 file · hybrid 4 ms"
        # The first question was stale after its first step, and ended there.
        assert index.finished == [("b", "text"), ("bo", "text"), ("bo", "hybrid")]
        app.screen.post_message(messages.Answered(1, index.query("b", limit=1, mode="text"), True))
        await pilot.pause()
        assert hits_of(app).hits == (BOILER,)


async def test_sixty_quick_keys_are_all_typed_and_only_the_last_question_is_answered_in_full(
    tmp_path: Path,
) -> None:
    index = ScriptedIndex({"text": [LEASE], "hybrid": [BOILER]})
    index.gates["hybrid"] = threading.Event()
    app, watch = app_over(index, tmp_path), Watch()
    line = "the quick brown fox jumps over the lazy dog and then sleeps"
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press(*line)
        assert app.screen.query_one(QueryInput).value == line
        index.gates["hybrid"].set()
        await watch.until(
            messages.Answered, lambda message: message.final and message.result.query == line
        )
        hybrid = [text for text, mode, _ in index.asked if mode == "hybrid"]
        assert hybrid[-1] == line
        assert len(hybrid) <= 2


async def test_the_selection_stays_with_its_hit(tmp_path: Path) -> None:
    index = ScriptedIndex(
        {"text": [BOILER, LEASE, ANNEX], "hybrid": [ANNEX, BOILER, LEASE]}, DOCUMENTS
    )
    index.gates["hybrid"] = threading.Event()
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press("b")
        await watch.until(messages.Answered)
        await pilot.press("shift+tab", "j")
        assert hits_of(app).hit == LEASE
        index.gates["hybrid"].set()
        await watch.until(messages.Answered, lambda message: message.final)
        await pilot.pause()
        assert hits_of(app).hits == (ANNEX, BOILER, LEASE)
        assert hits_of(app).hit == LEASE
        assert hits_of(app).highlighted == 1


async def test_keys_move_through_the_list(tmp_path: Path) -> None:
    index = ScriptedIndex(always([BOILER, LEASE, ANNEX]), DOCUMENTS)
    app, watch = app_over(index, tmp_path), Watch()
    moved: list[Hit | None] = []
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        for key in ("shift+tab", "j", "down", "down", "k", "g", "G", "up"):
            await pilot.press(key)
            moved.append(hits_of(app).hit)
        assert moved == [BOILER, LEASE, ANNEX, ANNEX, LEASE, BOILER, ANNEX, LEASE]
        await pilot.press("n")
        assert hits_of(app).hit == ANNEX
        await pilot.press("n")
        assert hits_of(app).hit == LEASE
        await pilot.press("N")
        assert hits_of(app).hit == ANNEX
        await pilot.press("g", "up")
        assert app.focused is app.screen.query_one(QueryInput)


async def test_next_hit_scrolls_its_document(tmp_path: Path) -> None:
    index = ScriptedIndex(always([LEASE, ANNEX]), DOCUMENTS)
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await watch.until(messages.DocumentRead)
        await pilot.press("shift+tab", "n")
        await pilot.pause()
        view = app.screen.query_one(DocumentView)
        assert any(
            "Annex: boiler inspection." in row and row.startswith("▌") for row in shown(view)
        )
        await pilot.press("shift+tab", "g")
        await pilot.pause()
        assert view.scroll_offset.y == 0
        assert (
            shown(app.screen.query_one(Preview).query_one("#place", Static))[0].strip()
            == "line 1 of 91 · lease.txt"
        )


async def test_y_copies_the_place_or_the_passage(tmp_path: Path) -> None:
    index = ScriptedIndex(always([BOILER]))
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("shift+tab", "y")
        assert app.clipboard == f"{ROOT}/house/boiler.md:3"
        await pilot.press("Y")
        assert app.clipboard == f"> The boiler stays cold.\n\n— {ROOT}/house/boiler.md:3"


async def test_enter_opens_the_editor_at_the_line(tmp_path: Path) -> None:
    pipe_path = tmp_path / "told"
    os.mkfifo(pipe_path)
    editor = tmp_path / "code"
    editor.write_text(f'#!/bin/sh\nprintf "%s %s\\n" "$@" > {pipe_path}\n')
    editor.chmod(0o755)
    hit = on_disk(LEASE, tmp_path)
    app, watch = app_over(ScriptedIndex(always([hit])), tmp_path, EDITOR=str(editor)), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        with Pipe(pipe_path) as pipe:
            await pilot.press("enter")
            assert await pipe.line() == f"--goto {hit.path}:7\n"
        assert History(tmp_path / "state" / "history").lines == ["boiler"]


@pytest.mark.skipif(os.path.exists(SKIM), reason="Skim is asked before viewers on the path")
async def test_o_opens_a_pdf_at_its_page_or_says_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe_path = tmp_path / "told"
    os.mkfifo(pipe_path)
    for name in ("evince", "xdg-open", "open"):
        (tmp_path / name).write_text(f'#!/bin/sh\nprintf "{name} $*\\n" > {pipe_path}\n')
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    hit = on_disk(a_hit("heat.pdf", "The boiler.", page=12, kind="pdf"), tmp_path)
    document = StoredText(hit.path, "pdf", "heat", hit.text, (0,))
    app, watch = app_over(ScriptedIndex(always([hit]), {hit.path: document}), tmp_path), Watch()
    async with app.run_test(size=(120, 30), notifications=True, message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        with Pipe(pipe_path) as pipe:
            await pilot.press("shift+tab", "o")
            assert await pipe.line() == f"evince --page-index=12 {hit.path}\n"
            assert not app.screen.query(Toast)
            (tmp_path / "evince").unlink()
            await pilot.press("o")
            assert (await pipe.line()).endswith(f"open {hit.path}\n")
        await pilot.pause()
        assert "The passage is on page 12" in " ".join(shown(app.screen.query_one(Toast)))


async def test_a_missing_editor_is_a_toast(tmp_path: Path) -> None:
    hit = on_disk(LEASE, tmp_path)
    document = StoredText(hit.path, "text", "lease", hit.text, ())
    index = ScriptedIndex(always([hit]), {hit.path: document})
    app, watch = app_over(index, tmp_path, EDITOR=str(tmp_path / "subl")), Watch()
    async with app.run_test(size=(120, 30), notifications=True, message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("enter")
        failed = await watch.until(messages.Failed)
        assert failed.error.message == f"the editor {tmp_path}/subl is not installed here"
        await pilot.pause()
        assert len(app.screen.query(Toast)) == 1


async def test_the_history_is_recalled(tmp_path: Path) -> None:
    index = ScriptedIndex(always([LEASE]), DOCUMENTS)
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        line = app.screen.query_one(QueryInput)
        await pilot.press(*"rent", "escape", *"tide", "escape", *"sea")
        lines = []
        for key in ("up", "up", "up", "down", "down", "down"):
            key = f"ctrl+{key}"
            await pilot.press(key)
            lines.append(line.value)
        assert lines == ["tide", "rent", "rent", "tide", "sea", "sea"]
        assert app.focused is line


async def test_keys_change_the_mode_and_show_the_help(tmp_path: Path) -> None:
    index = ScriptedIndex(always([LEASE]), DOCUMENTS)
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        line = app.screen.query_one(QueryInput)
        await pilot.press("x", "f3")
        assert line.value == "x mode:vector"
        await pilot.press("f3")
        assert line.value == "x mode:text"
        await pilot.press("f3")
        assert line.value == "x"
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("escape")
        assert app.focused is line
        await pilot.press("x", "shift+tab", "question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("q", "f4")
        assert app.theme == "textual-light"


async def test_an_error_is_shown_in_place_and_a_crash_does_not_end_the_app(tmp_path: Path) -> None:
    index = ScriptedIndex({"text": [LEASE]}, DOCUMENTS)
    index.fails = ModelMismatch("this index was made with another model", "make a new index")
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), notifications=True, message_hook=watch) as pilot:
        await pilot.press("x")
        await watch.until(messages.AskFailed)
        await pilot.pause()
        assert narration(app) == "this index was made with another model; make a new index"
        index.fails = RuntimeError("[red]\x1b[31mboom")
        await pilot.press("y")
        await watch.until(Worker.StateChanged, lambda message: message.state is WorkerState.ERROR)
        await pilot.pause()
        assert "RuntimeError: [red]␛[31mboom" in "\n".join(shown(app.screen.query_one(Toast)))
        index.fails = None
        await ask(pilot, watch, "z")
        assert app.screen.query_one(Input).value == "xyz"


async def test_documents_can_inject_neither_escapes_nor_markup(tmp_path: Path) -> None:
    evil = a_hit(
        "[bold]a\x1b]0;x\x07\u202e.md",
        "[red]text[/red]\x1b[2J\x9b31m boiler",
        1,
        0,
        0.9,
        ["boiler"],
        title="[b]t\x1b[0m",
        headings=("[u]h\x1b",),
    )
    document = StoredText(evil.path, "markdown", evil.title, evil.text, ())
    app, watch = (
        app_over(
            ScriptedIndex({"text": [evil], "hybrid": [evil]}, {evil.path: document}), tmp_path
        ),
        Watch(),
    )
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await watch.until(messages.DocumentRead)
        await pilot.press("shift+tab", "Y")
        await pilot.pause()
        rows = (
            shown(hits_of(app))
            + shown(app.screen.query_one(DocumentView))
            + shown(app.screen.query_one("#place", Static))
        )
        text = "\n".join(rows)
        assert not set(text) & {"\x1b", "\x9b", "\x07", "\u202e"}
        assert "[red]text[/red]␛[2J\ufffd31m boiler" in text
        assert " # [bold]a␛]0;x␇\ufffd.md  notes" in text


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (200, 50)])
async def test_every_size_shows_hits_and_passage(tmp_path: Path, size: tuple[int, int]) -> None:
    index = ScriptedIndex(always([LEASE, ANNEX, BOILER]), DOCUMENTS)
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=size, message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await watch.until(messages.DocumentRead)
        await pilot.pause()
        rows = shown(hits_of(app))
        assert rows[0].startswith(" ≡ lease.txt  notes ")
        assert rows[1].split(maxsplit=2) == ["▌", "7", "The landlord pays the boiler."]
        assert any(
            "boiler" in row and row[0] == "▌" for row in shown(app.screen.query_one(DocumentView))
        )
        await pilot.resize_terminal(size[0] + 7, size[1])
        await watch.until(messages.DocumentRead)
        await pilot.pause()
        assert any(
            "boiler" in row and row[0] == "▌" for row in shown(app.screen.query_one(DocumentView))
        )


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("answer", [0, 12, 60, 117])
async def test_the_sentence_that_answers_is_in_the_upper_third(
    tmp_path: Path, size: tuple[int, int], answer: int
) -> None:
    lines = [f"This is remark number {number} of the warden." for number in range(120)]
    lines[answer] = "The sluice opens at dawn."
    before = "".join(f"Older line {number}.\n" for number in range(300))
    text = "\n".join(lines)
    start = text.index("The sluice")
    sentence = (start, start + len("The sluice opens at dawn."))
    hit = a_hit("log.txt", text, 301, len(before), words=["remark"], sentence=sentence)
    stored = StoredText(hit.path, "text", "log.txt", before + text + "\nlater" * 100, ())
    app, watch = app_over(ScriptedIndex(always([hit]), {hit.path: stored}), tmp_path), Watch()
    async with app.run_test(size=size, message_hook=watch) as pilot:
        await ask(pilot, watch, "sluice")
        await watch.until(messages.DocumentRead)
        await pilot.pause()
        rows = shown(app.screen.query_one(DocumentView))
        place = next(number for number, row in enumerate(rows) if "The sluice" in row)
        assert place < max(len(rows) / 3, 1)
        assert f"line {301 + answer} of 520" in shown(app.screen.query_one("#place", Static))[0]
        assert shown(hits_of(app))[1].split()[1] == str(301 + answer)
        await pilot.press("ctrl+y")
        assert app.clipboard == f"{hit.path}:{301 + answer}"


async def test_a_document_of_a_hundred_thousand_lines_can_be_scrolled_to_its_end(
    tmp_path: Path,
) -> None:
    text = LEASE.text + "\n" + "".join(f"line {number}\n" for number in range(2, 100_001))
    hit = a_hit("lease.txt", LEASE.text, 1, 0, 0.6, ["boiler"], kind="text")
    documents = {hit.path: StoredText(hit.path, "text", "lease.txt", text, ())}
    app, watch = app_over(ScriptedIndex(always([hit]), documents), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await watch.until(messages.DocumentRead)
        await pilot.press("shift+tab", "shift+tab", "G")
        await watch.until(messages.DocumentRead, lambda message: message.scrolled)
        await pilot.pause()
        view = app.screen.query_one(DocumentView)
        assert shown(view)[-2:] == [" 100000 line 100000", " 100001"]
        assert shown(app.screen.query_one("#place", Static))[0].strip().startswith("line 99,9")
        await pilot.press("g")
        await watch.until(messages.DocumentRead, lambda message: message.scrolled)
        await pilot.pause()
        assert shown(view)[1] == "      2 line 2"


async def test_a_long_document_is_read_in_parts_as_it_scrolls(
    tmp_path: Path,
) -> None:
    text = "".join(
        f"line {number} {'of the great book ' * (number % 9)}\n" for number in range(1, 60_001)
    )
    start = text.index("line 30000 ")
    hit = a_hit(
        "book.txt", text[start : start + 200].strip(), 30_000, start, 0.6, ["great"], kind="text"
    )
    index = ScriptedIndex(always([hit]), {hit.path: StoredText(hit.path, "text", "book", text, ())})
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "great")
        await watch.until(messages.DocumentRead)
        await pilot.pause()
        view = app.screen.query_one(DocumentView)
        assert any(row.startswith("▌30000 line 30000 ") for row in shown(view))
        assert (
            shown(app.screen.query_one("#place", Static))[0].strip()
            == "line 30,000 of 60,001 · book.txt"
        )
        # The view stands about where the line is in the document, though most is not read yet.
        assert 0.45 < view.scroll_offset.y / view.virtual_size.height < 0.55
        first_shown = 29_996
        while len(index.parts) < 4:
            before = len(index.parts)
            view.scroll_relative(y=400, animate=False, immediate=True)
            await pilot.pause()
            numbers = [int(row[1:6]) for row in shown(view) if row[1:6].strip()]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            assert first_shown <= numbers[0] <= first_shown + 400
            first_shown = numbers[0]
            if len(index.parts) > before:
                await watch.until(messages.DocumentRead, lambda message: message.scrolled)
                await pilot.pause()
                numbers = [int(row[1:6]) for row in shown(view) if row[1:6].strip()]
                assert first_shown == numbers[0]
        assert max(end - begin for begin, end in index.parts) == 600_000


async def test_hits_follow_the_index_unless_the_user_moved_among_them(tmp_path: Path) -> None:
    index = ScriptedIndex(always([LEASE]), DOCUMENTS)
    app, watch = app_over(index, tmp_path), Watch()

    async def read(documents: int) -> None:
        """Another process, or a run of the app, has stored documents."""
        app.post_message(messages.StatusRead(replace(index.status(), documents=documents)))

    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await watch.until(messages.StatusRead)
        await ask(pilot, watch, "boiler")
        hits = app.screen.query_one(HitList)
        assert hits.hits == (LEASE,)
        asked = len(index.asked)
        # The hits of before stay until the whole answer is there.
        index.answers = always([LEASE, ANNEX])
        await read(7)
        answer = await watch.until(messages.Answered)
        assert (answer.final, answer.result.mode) == (True, "hybrid")
        await pilot.pause()
        assert hits.hits == (LEASE, ANNEX)
        assert [mode for _, mode, _ in index.asked[asked:]] == ["hybrid"]
        # The same counts again are no news.
        await read(7)
        await pilot.press("down")
        index.answers = always([LEASE])
        await read(8)
        await watch.until(messages.StatusRead, lambda report: report.status.documents == 8)
        await pilot.pause()
        assert hits.hits == (LEASE, ANNEX)
        assert [mode for _, mode, _ in index.asked[asked:]] == ["hybrid"]
