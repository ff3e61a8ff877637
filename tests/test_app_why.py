"""The panel that says why a hit stands where it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Static

from search import Scores
from search.results import Explanation, Hit
from tui.app.screens.explain import ExplainScreen
from tui.app.why import parts, sentence

from .app_driver import a_hit, shown
from .test_app_list import listed


def explained(
    vector: float | None, text: float | None, rerank: float | None, words: tuple[str, ...] = ()
) -> Hit:
    explanation = Explanation(1, 2, 1.0, 0.2, 10.0, -0.001, False)
    hit = a_hit("a.md", "The boiler stays cold all winter.", words=words, score=0.9)
    return replace(
        hit, scores=Scores(vector, text, 0.5, rerank), explanation=explanation, id=f"{vector}{text}"
    )


CLOSE = explained(0.75, 8.0, 0.93, ("boiler", "cold"))
FAR = replace(explained(0.2, None, 0.1), path="/home/ann/notes/b.md")


def test_each_stage_gives_a_share() -> None:
    assert [(part.name, part.share) for part in parts(CLOSE)] == [
        ("meaning", 0.75),
        ("words", 0.8),
        ("reranker", 0.93),
    ]
    assert [part.share for part in parts(explained(None, 25.0, None))] == [None, 1.0, None]
    assert [part.share for part in parts(explained(-0.1, None, None))] == [0.0, None, None]
    assert [part.share for part in parts(a_hit("a.md", "x"))] == [0.5, None, None]


@pytest.mark.parametrize(
    ("hit", "expected"),
    [
        (
            CLOSE,
            "It is close to your question in meaning, and it has “boiler” and “cold”; "
            "and the reranker is sure that it answers.",
        ),
        (
            FAR,
            "Its meaning is a little like that of your question, though it has none of its words; "
            "but the reranker doubts that it answers.",
        ),
        (
            explained(0.65, 4.0, 0.5, ("winter",)),
            "It is close to your question in meaning, and it has “winter”; "
            "and the reranker holds it for a possible answer.",
        ),
        (
            explained(None, 4.0, None, ("The", "boiler", "cold", "all")),
            "It has words of your question: “the”, “boiler” and “cold”.",
        ),
        (explained(None, 4.0, None), "It has words of your question."),
        (
            explained(0.65, None, None),
            "It is close to your question in meaning, though it has none of its words.",
        ),
    ],
)
def test_a_sentence_says_why(hit: Hit, expected: str) -> None:
    assert sentence(hit) == expected


async def test_the_panel_follows_the_selection(tmp_path: Path) -> None:
    async with listed(tmp_path, (120, 30), [CLOSE, FAR]) as (pilot, hits, _):
        await pilot.press("shift+tab", "e")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, ExplainScreen)
        title, bars = screen.query_one(".dialog-title", Static), screen.query_one("#bars", Static)
        assert shown(title)[0].strip() == "Why hit 1: notes/a.md:1"
        assert [row.strip() for row in shown(bars)] == [
            "meaning  ███████████████       75%",
            "words    ████████████████      80%",
            "reranker ██████████████████▋   93%",
        ]
        assert not screen.query_one("#explanation").display
        await pilot.press("j")
        await pilot.pause()
        assert hits.hit == FAR
        assert shown(title)[0].strip() == "Why hit 1: notes/b.md:1"
        assert [row.strip() for row in shown(bars)] == [
            "meaning  ████                  20%",
            "words    none",
            "reranker ██                    10%",
        ]
        # Another answer moves the selection, too.
        hits.show([CLOSE], same_query=False)
        await pilot.pause()
        assert shown(title)[0].strip() == "Why hit 1: notes/a.md:1"
        await pilot.press("d")
        await pilot.pause()
        numbers = [row.strip() for row in shown(screen.query_one("#explanation", Static))]
        assert numbers == [
            "vector 0.750 (rank 1)",
            "text 8.00 (rank 2)",
            "fused 0.500 = vector + 0.20 x text / 10.00 - 0.001 of feedback",
            "rerank 0.930",
            "score 0.900",
        ]
        hits.show([], same_query=False)
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ExplainScreen)


async def test_the_panel_has_percentages_without_bars_in_plain_mode(tmp_path: Path) -> None:
    async with listed(tmp_path, (120, 30), [CLOSE], plain=True) as (pilot, _, _):
        await pilot.press("shift+tab", "e")
        await pilot.pause()
        bars = pilot.app.screen.query_one("#bars", Static)
        assert [row.strip() for row in shown(bars)] == [
            "meaning   75%",
            "words     80%",
            "reranker  93%",
        ]


@pytest.mark.parametrize("keys", [("e",), ("f1",), ("f2", "a"), ("f2", "f")])
async def test_dialogs_float_over_what_is_below_them(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with listed(tmp_path, (120, 30), [CLOSE]) as (pilot, _, _):
        await pilot.press("shift+tab", *keys)
        await pilot.pause()
        assert pilot.app.screen.is_modal
        assert pilot.app.screen.styles.background.a == 0.6
