"""The reranker's order on the search screen, and the preferences that last between runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static
from textual.widgets._toast import Toast

from search import Index, ModelChoice
from search.errors import ConfigError, ModelError
from search.results import Explanation, Hit, QueryResult, Scores
from search.text.passages import PassageRules
from tui import messages
from tui.app import DocsearchApp
from tui.app.questions import Questions
from tui.app.screens.explain import ExplainScreen
from tui.app.widgets.filter_bar import Chip
from tui.app.widgets.hit_list import HitList
from tui.app.widgets.query_input import QueryInput
from tui.preferences import Preferences, load_preferences, save_preferences

from .app_driver import NOW, ScriptedIndex, Watch, a_hit, shown
from .test_ranking import LengthReranker
from .toys import ToyEmbedder

HITS = tuple(
    a_hit(f"{name}.md", f"Note {name} of the tide.", score=0.5) for name in "abcdefghijklmnopqrst"
)
READ = tuple(replace(hit, scores=replace(hit.scores, rerank=0.9)) for hit in HITS)


def index_with(*orders: Sequence[Hit], reranker: str = "judge") -> ScriptedIndex:
    index = ScriptedIndex({"text": HITS[:1], "hybrid": HITS, "vector": HITS})
    index.orders, index.reranker = orders, reranker
    return index


def app_over(index: ScriptedIndex, tmp_path: Path) -> DocsearchApp:
    return DocsearchApp(index, {}, tmp_path / "state", lambda: NOW)  # type: ignore[arg-type]


def names(app: App[None]) -> str:
    return "".join(hit.path[-4] for hit in app.screen.query_one(HitList).hits)


def narration(app: App[None]) -> str:
    return shown(app.screen.query_one("#narration", Static))[0].strip()


def chip(app: App[None]) -> str:
    return shown(next(chip for chip in app.screen.query(Chip) if chip.key == "rerank"))[0].strip()


async def started(pilot: Pilot[None], watch: Watch) -> None:
    await watch.until(messages.StatusRead)
    await pilot.pause()


def is_reranked(message: messages.Answered) -> bool:
    return message.result.reranked


async def test_the_order_streams_in_and_the_selected_hit_stays_where_it_is(tmp_path: Path) -> None:
    backwards = READ[::-1]
    index = index_with(READ[:2][::-1] + HITS[2:], (*READ[10:14], *READ[:10], *HITS[14:]), backwards)
    index.gates["rerank"] = threading.Event()
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await started(pilot, watch)
        await pilot.press("t")
        await watch.until(messages.Answered, is_reranked)
        await pilot.pause()
        assert names(app) == "bacdefghijklmnopqrst"
        assert narration(app) == "20 hits in 20 files · hybrid 9 ms · reranking …"
        hits = app.screen.query_one(HitList)
        assert hits.hit is READ[1]
        await pilot.press("shift+tab", *["j"] * 9)
        assert hits.hit is HITS[9]
        await pilot.pause()
        row = [text[:7] for text in shown(hits)].index(" # j.md")
        index.gates["rerank"].set()
        await watch.until(messages.Answered, is_reranked)
        await pilot.pause()
        assert names(app) == "klmnabcdefghijopqrst"
        assert hits.hit is READ[9]
        assert [text[:7] for text in shown(hits)].index(" # j.md") == row
        index.gates["rerank"].set()
        await watch.until(messages.Answered, lambda message: message.final)
        await pilot.pause()
        assert names(app) == "tsrqponmlkjihgfedcba"
        assert [text[:7] for text in shown(hits)].index(" # j.md") == row
        assert narration(app) == "20 hits in 20 files · reranked 9 ms"


async def test_a_stale_query_ends_the_running_rerank(tmp_path: Path) -> None:
    index = index_with(READ[:2] + HITS[2:], READ[:4] + HITS[4:], READ)
    index.gates["rerank"] = threading.Event()
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await started(pilot, watch)
        await pilot.press("t")
        await watch.until(
            messages.Answered, lambda message: is_reranked(message) and message.number == 1
        )
        await pilot.press("i")
        index.gates["rerank"].set()
        await watch.until(
            messages.Answered, lambda message: is_reranked(message) and message.number == 2
        )
        assert not [
            m
            for m in watch.seen
            if isinstance(m, messages.Answered) and m.number == 1 and is_reranked(m)
        ]
        index.gates["rerank"].set()
        await watch.until(
            messages.Answered, lambda message: message.result.hits == READ[:4] + HITS[4:]
        )
        index.gates["rerank"].set()
        await watch.until(messages.Answered, lambda message: message.final)
        # The index gave one order of the first question, and two of the second before its last.
        assert index.read == 3


async def test_an_index_with_a_reranker_reranks(notes: Path, tmp_path: Path) -> None:
    with Index(
        str(tmp_path / "i"),
        ModelChoice("fast"),
        lambda name: ToyEmbedder(),
        PassageRules(),
        None,
        lambda name: LengthReranker(),
    ) as index:
        index.ingest([notes])
        app, watch = DocsearchApp(index, {}, tmp_path / "state", lambda: NOW), Watch()
        async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
            await started(pilot, watch)
            await pilot.press(*"tide")
            answer = await watch.until(
                messages.Answered, lambda m: m.final and m.result.query == "tide"
            )
            await pilot.pause()
            assert (answer.result.reranked, answer.result.reranker) == (True, "length")
            assert chip(app) == "rerank: on"
            await pilot.press("shift+tab", "e", "d")
            await pilot.pause()
            assert (
                shown(app.screen.query_one("#explanation", Static))[-2]
                .strip()
                .startswith("rerank 0.0")
            )


async def test_a_reranker_that_fails_leaves_the_fused_order_and_says_so(tmp_path: Path) -> None:
    index = index_with(READ[:2] + HITS[2:], READ)
    index.rerank_fails = ModelError("judge gives scores that are not finite", "fetch it again")
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(160, 30), message_hook=watch) as pilot:
        await started(pilot, watch)
        await pilot.press("t")
        await watch.until(messages.Answered, lambda message: message.final)
        await pilot.pause()
        assert names(app) == "abcdefghijklmnopqrst"
        assert narration(app) == (
            "20 hits in 20 files · hybrid 4 ms · not reranked: judge gives scores that are "
            "not finite; fetch it again"
        )


async def test_the_switch_is_a_key_a_word_and_a_chip_and_is_remembered(tmp_path: Path) -> None:
    app, watch = app_over(index_with(READ[::-1]), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await started(pilot, watch)
        await pilot.press("t")
        await watch.until(messages.Answered, is_reranked)
        assert chip(app) == "rerank: on"
        await pilot.press("f6")
        await watch.until(
            messages.Answered, lambda message: message.final and not is_reranked(message)
        )
        await pilot.pause()
        assert (chip(app), names(app)[0]) == ("rerank: off", "a")
        await pilot.press(*" rerank:on")
        await watch.until(messages.Answered, is_reranked)
        await pilot.pause()
        assert (chip(app), names(app)[0]) == ("rerank: on", "t")
        await pilot.press("f6")
        await pilot.pause()
        assert (chip(app), app.screen.query_one(QueryInput).value) == ("rerank: off", "t")
        await pilot.press("f3", "f6")
        await pilot.pause()
        assert (chip(app), app.screen.query_one(QueryInput).value) == (
            "rerank: on",
            "t mode:vector rerank:on",
        )
        await pilot.click("#filter-rerank")
        await pilot.pause()
        assert app.screen.query_one(QueryInput).value == "t mode:vector"
        await pilot.press(*" rerank:maybe")
        await pilot.pause()
        assert narration(app).startswith("rerank:maybe is neither on nor off · ")
    restarted, watch = app_over(index_with(READ[::-1]), tmp_path), Watch()
    async with restarted.run_test(size=(120, 30), message_hook=watch) as pilot:
        await started(pilot, watch)
        assert chip(restarted) == "rerank: off"


async def test_without_a_reranker_the_key_says_so(tmp_path: Path) -> None:
    app, watch = app_over(index_with(reranker=""), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch, notifications=True) as pilot:
        await started(pilot, watch)
        await pilot.press("f6")
        await pilot.pause()
        assert chip(app) == "rerank"
        assert "This index's models have no reranker" in "\n".join(
            shown(app.screen.query_one(Toast))
        )


async def test_the_explanation_shows_how_a_hit_was_ranked(tmp_path: Path) -> None:
    hit = replace(
        HITS[0],
        score=0.93,
        scores=Scores(0.665, 8.25, 0.79, 0.93),
        explanation=Explanation(2, 1, 1.0, 0.2, 13.07, -0.001, False),
    )
    index = ScriptedIndex({"text": [hit], "hybrid": [hit]})
    app, watch = app_over(index, tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await pilot.press("t")
        await watch.until(messages.Answered, lambda message: message.final)
        await pilot.pause()
        await pilot.press("shift+tab", "e")
        assert isinstance(app.screen, ExplainScreen)
        await pilot.press("d")
        await pilot.pause()
        assert [row.strip() for row in shown(app.screen.query_one("#explanation", Static))] == [
            "vector 0.665 (rank 2)",
            "text 8.25 (rank 1)",
            "fused 0.790 = vector + 0.20 x text / 13.07 - 0.001 of feedback",
            "rerank 0.930",
            "score 0.930",
        ]
        await pilot.press("escape")
        assert app.focused is app.screen.query_one(HitList)


async def test_the_theme_is_remembered(tmp_path: Path) -> None:
    app = app_over(index_with(), tmp_path)
    async with app.run_test() as pilot:
        await pilot.press("f4")
        await pilot.pause()
        assert app.theme == "textual-light"
    assert json.loads((tmp_path / "state" / "preferences.json").read_text()) == {
        "theme": "textual-light",
        "rerank": True,
        "compact": True,
        "beside": 45,
        "above": 53,
        "preview": "right",
    }
    restarted = app_over(index_with(), tmp_path)
    async with restarted.run_test():
        assert restarted.theme == "textual-light"


async def test_damaged_preferences_are_a_toast(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    file = tmp_path / "state" / "preferences.json"
    file.write_text("{}")
    app = app_over(index_with(), tmp_path)
    async with app.run_test(notifications=True, size=(120, 30)) as pilot:
        await pilot.pause()
        assert "what the app remembers cannot be read" in "\n".join(
            shown(app.screen.query_one(Toast))
        )
        await pilot.press("f4")
        await pilot.pause()
    assert load_preferences(file) == Preferences("textual-light")


@pytest.mark.parametrize("text", ["", "[]", '{"theme": 1, "rerank": true}', "\x00"])
def test_damaged_preferences_are_an_error_until_they_are_saved_again(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "preferences.json"
    assert load_preferences(file) == Preferences()
    file.write_text(text)
    with pytest.raises(ConfigError, match="what the app remembers cannot be read"):
        load_preferences(file)
    save_preferences(file, Preferences("nord", rerank=False))
    assert load_preferences(file) == Preferences("nord", rerank=False)


def test_an_answer_that_takes_long_is_told_with_the_time_of_the_first_hits() -> None:
    def result(mode: str, took_ms: float, reranked: bool = False) -> QueryResult:
        return QueryResult("tide", mode, reranked, "toy", None, took_ms, (), False, (), HITS[:1])

    questions, lines = Questions(), []
    questions.put("tide")
    for answer in (result("text", 9), result("hybrid", 42), result("hybrid", 1093, reranked=True)):
        questions.show(answer.reranked, answer.took_ms)
        lines.append(questions.summary(answer, answer.reranked))
    assert lines == [
        "1 hit in 1 file · text 9 ms · the model is loading …",
        "1 hit in 1 file · hybrid 42 ms · reranking …",
        "1 hit in 1 file · first hits 9 ms · reranked 1093 ms",
    ]
    questions.put("tides")
    questions.show(True, 300)
    assert questions.summary(result("hybrid", 300), True) == "1 hit in 1 file · hybrid 300 ms"
