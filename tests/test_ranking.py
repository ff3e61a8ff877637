"""Reranking: the final order, its budget, its watchers, and the blended score."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from search.config import CANDIDATES
from search.documents import Judgement
from search.errors import ModelError
from search.index import Index
from search.query.calibration import Blend
from search.query.fusion import Fused
from search.query.ranking import Ranked, reordered
from search.query.request import Request, Reranking, Watchers
from search.query.rerank import Readable, rerank
from search.results import QueryResult
from search.supply.model_choice import ModelChoice
from search.text.passages import PassageRules

from .toys import ToyEmbedder

if TYPE_CHECKING:
    from search.documents import Vectors


class LengthReranker:
    """A reranker that gives a passage of n letters the score n/1000."""

    name = "length"
    revision = "1"

    def __init__(self) -> None:
        self.read: list[int] = []

    def score(self, query: str, passages: Sequence[str]) -> Vectors:
        self.read.append(len(passages))
        return np.array([len(passage) / 1000 for passage in passages], np.float32)

    def judge(
        self, query: str, passages: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Judgement]:
        return [Judgement(float(each)) for each in self.score(query, passages)]


def readable(*lengths: int) -> list[Readable]:
    return [Readable("x" * length, ((0, length),)) for length in lengths]


def judgements(*probabilities: float) -> list[Judgement]:
    return [Judgement(each) for each in probabilities]


def ranked(key: str, score: float) -> Ranked:
    return Ranked(Fused(key, score, 0.0, score), score)


def test_the_rerankers_order_is_final_and_unread_passages_follow_it() -> None:
    items = [ranked("a", 0.9), ranked("b", 0.8), ranked("c", 0.7), ranked("d", 0.6)]
    got = reordered(items, judgements(0.2, 0.5, 0.2))
    assert [(item.row.key, item.score, item.rerank) for item in got] == [
        ("b", 0.5, 0.5),
        ("a", 0.2, 0.2),
        ("c", 0.2, 0.2),
        ("d", 0.6, None),
    ]


def test_without_a_budget_all_passages_are_read_at_once() -> None:
    reranker = LengthReranker()
    assert rerank(reranker, "query", readable(500, 250)) == judgements(0.5, 0.25)
    assert rerank(reranker, "query", []) == []
    assert reranker.read == [2]


@pytest.mark.parametrize(("budget", "read"), [(0.0, []), (2.5, [8, 8]), (60.0, [8, 8, 4])])
def test_a_budget_is_checked_between_slices(budget: float, read: list[int]) -> None:
    # The clock moves on by a second each time that it is read.
    ticks = iter(range(100))
    reranker = LengthReranker()
    judged = rerank(
        reranker, "query", readable(*[100] * 20), budget, clock=lambda: float(next(ticks))
    )
    assert (reranker.read, len(judged)) == (read, sum(read))


def test_hits_are_ordered_by_the_reranker(index: Index, notes: object) -> None:
    index.ingest([str(notes)])
    reranker = LengthReranker()
    result = index.engine.query(Request("tide", limit=4, candidates=2), Reranking(reranker))
    assert (result.reranked, result.reranker) == (True, "length")
    assert [hit.score for hit in result.hits[:2]] == sorted(
        (hit.scores.rerank or 0.0 for hit in result.hits[:2]), reverse=True
    )
    assert all(hit.scores.rerank is None for hit in result.hits[2:])
    assert reranker.read == [2]


def test_the_profiles_reranker_is_used_where_it_is_present(tmp_path: Path, notes: Path) -> None:
    reranker = LengthReranker()
    with Index(
        str(tmp_path / "i"),
        ModelChoice("fast"),
        lambda name: ToyEmbedder(),
        PassageRules(),
        None,
        lambda name: reranker,
    ) as index:
        index.ingest([notes])
        result = index.query("tide")
        assert (result.reranked, result.reranker, result.warnings) == (True, "length", ())
        for options in ({"rerank": False}, {"mode": "text"}):
            plain = index.query("tide", **options)
            assert (plain.reranked, plain.reranker, plain.warnings) == (False, None, ())
        assert index.query("tide", mode="text", rerank=True).reranked


def test_a_missing_reranker_is_one_warning_and_the_fused_order(tmp_path: Path, notes: Path) -> None:
    def missing(name: str) -> LengthReranker:
        raise ModelError(f"{name} is not here", f"get it: docsearch models pull {name}")

    with Index(
        str(tmp_path / "i"),
        ModelChoice("fast"),
        lambda name: ToyEmbedder(),
        PassageRules(),
        None,
        missing,
    ) as index:
        index.ingest([notes])
        result = index.query("tide")
        assert (result.reranked, result.hits[0].title) == (False, "Tides")
        assert result.warnings == (
            "not reranked: Qwen/Qwen3-Reranker-0.6B is not here; "
            "get it: docsearch models pull Qwen/Qwen3-Reranker-0.6B",
        )


def test_an_index_without_a_reranker_says_so_only_when_asked(index: Index, notes: Path) -> None:
    index.ingest([notes])
    assert index.query("tide").warnings == ()
    assert index.query("tide", rerank=True).warnings == (
        "the profile starter has no reranker: this is the fused order",
    )


def test_a_watcher_sees_the_order_between_slices_and_can_end_the_work(
    index: Index, tmp_path: Path
) -> None:
    for number in range(20):
        (tmp_path / "many").mkdir(exist_ok=True)
        (tmp_path / "many" / f"{number:02}.txt").write_text(
            f"The tide turns. {' '.join(f'Ebb {number}.{step}.' for step in range(number))}"
        )
    index.ingest([tmp_path / "many"])
    reranker, orders = LengthReranker(), list[list[float | None]]()
    final = index.engine.query(
        Request("tide", limit=20),
        Reranking(reranker),
        Watchers(lambda order: orders.append([hit.scores.rerank for hit in order.hits])),
    )
    assert (reranker.read, [len(order) - order.count(None) for order in orders]) == (
        [8, 8, 4],
        [8, 16],
    )
    assert all(
        order[: -order.count(None)] == sorted(filter(None, order), reverse=True) for order in orders
    )
    assert [hit.scores.rerank for hit in final.hits] == sorted(
        (hit.score for hit in final.hits), reverse=True
    )

    def stale(order: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        index.engine.query(Request("tide", limit=20), Reranking(reranker), Watchers(stale))
    assert reranker.read == [8, 8, 4, 8]


def test_the_fused_hits_are_told_before_the_reranker_reads(index: Index, notes: Path) -> None:
    index.ingest([notes])
    reranker, told = LengthReranker(), list[tuple[QueryResult, list[int]]]()
    request = Request("tide rent", limit=20)
    watchers = Watchers(on_fused=lambda fused: told.append((fused, list(reranker.read))))
    final = index.engine.query(request, Reranking(reranker), watchers)
    ((fused, read),) = told
    assert read == []
    assert (fused.reranked, final.reranked) == (False, True)
    assert fused.hits == index.engine.query(request).hits
    # Without a reranker there is only one order.
    index.engine.query(request, watchers=watchers)
    assert len(told) == 1

    def gone(fused: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        index.engine.query(request, Reranking(reranker), Watchers(on_fused=gone))
    assert len(reranker.read) == 1


def test_a_step_can_end_a_query(index: Index, notes: Path) -> None:
    index.ingest([notes])
    steps = list[int]()
    index.query("tide", on_step=lambda: steps.append(len(steps)))
    assert steps == [0, 1]

    def stale() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        index.query("tide", on_step=stale)


def test_queries_go_on_while_the_reranker_is_loaded(tmp_path: Path, notes: Path) -> None:
    requested, loaded = threading.Event(), threading.Event()

    def slow(name: str) -> LengthReranker:
        requested.set()
        assert loaded.wait(30)
        return LengthReranker()

    with Index(
        str(tmp_path / "i"),
        ModelChoice("fast"),
        lambda name: ToyEmbedder(),
        PassageRules(),
        None,
        slow,
    ) as index:
        index.ingest([notes])
        assert index.query("tide", rerank=False).hits
        with ThreadPoolExecutor(1) as pool:
            reranked = pool.submit(index.query, "tide")
            assert requested.wait(30)
            assert not index.query("tide", rerank=False).reranked
            loaded.set()
            assert reranked.result(30).reranked


def test_a_small_reranker_is_blended_with_the_fused_score() -> None:
    a, b, c = (
        Ranked(Fused(key, 0.0, 0.0, fused), 0.5)
        for key, fused in (("a", 0.8), ("b", 0.7), ("c", 0.6))
    )
    blend = Blend(weight=0.1, neutral=0.0)

    def score(item: Ranked, probability: float) -> float:
        return round(blend.fused(item.row.fused, probability), 4)

    # The log-odds are ln 0.25 = -1.3863 and ln 4 = 1.3863.
    got = reordered([a, b, c], judgements(0.2, 0.8), score)
    assert [(item.row.key, item.score, item.rerank) for item in got] == [
        ("b", 0.8386, 0.8),
        ("a", 0.6614, 0.2),
        ("c", 0.5, None),
    ]
    assert [score(a, certain) for certain in (0.0, 1.0)] == [-0.5816, 2.1816]
    # Beside an embedder whose cosines lie half as far apart, it counts half: 0.8 - 0.05 * 1.3863.
    assert round(blend.fused(0.8, 0.2, unit=0.5), 4) == 0.7307


def test_a_blended_score_keeps_the_scale_of_the_fused_score(index: Index, notes: Path) -> None:
    class Undecided(LengthReranker):
        name = "docsearch starter reranker (8-bit)"

        def score(self, query: str, passages: Sequence[str]) -> Vectors:
            # This is the probability of the neutral log-odds.
            return np.full(len(passages), 1 / (1 + np.exp(2.8)), np.float32)

    index.ingest([notes])
    plain = index.engine.query(Request("tide", min_score=0.0))
    blended = index.engine.query(Request("tide", min_score=0.0), Reranking(Undecided()))
    assert [(hit.id, round(hit.score, 5)) for hit in blended.hits] == [
        (hit.id, round(hit.score, 5)) for hit in plain.hits
    ]
    assert {hit.scores.rerank and round(hit.scores.rerank, 4) for hit in blended.hits} == {0.0573}


@pytest.mark.parametrize(("profile", "read"), [("starter", 12), ("fast", 50)])
def test_a_profile_says_how_many_passages_are_read(tmp_path: Path, profile: str, read: int) -> None:
    reranker = LengthReranker()
    with Index(
        str(tmp_path / "i"),
        ModelChoice(profile),
        lambda name: ToyEmbedder(),
        PassageRules(),
        None,
        lambda name: reranker,
    ) as index:
        index.ingest([many_documents(tmp_path)])
        index.query("tide")
        index.query("tide", candidates=3)
    assert reranker.read == [read, 3]


def many_documents(folder: Path) -> Path:
    """A folder of 60 documents that have few words in common."""
    (folder / "many").mkdir(exist_ok=True)
    for number in range(60):
        (folder / "many" / f"{number}.txt").write_text(
            f"Tide {number}: mooring {number} on pier {number} of the harbour "
            f"until bell {number} of day {number}."
        )
    return folder / "many"


def test_the_text_of_copies_is_read_once(index: Index, tmp_path: Path) -> None:
    folder, text = (
        many_documents(tmp_path),
        "The tide turns at noon and all the boats wait for it in the shelter of the long pier",
    )
    for number in range(5):
        (folder / f"copy{number}.txt").write_text(text)
        (folder / f"version{number}.md").write_text(text + ".\n")
    index.ingest([folder])
    reranker, orders = LengthReranker(), list[tuple[str, ...]]()
    result = index.engine.query(
        Request("tide", limit=100, min_score=0.0),
        Reranking(reranker),
        Watchers(
            lambda order: orders.extend(hit.copies for hit in order.hits if len(hit.copies) == 9)
        ),
    )
    assert sum(reranker.read) == CANDIDATES
    assert [len(hit.copies) for hit in result.hits if hit.text.startswith(text)] == [9]
    assert len(orders) == len(reranker.read) - 1
    assert len(result.hits) == 61


def test_other_weights_of_a_reranker_are_told(tmp_path: Path, notes: Path) -> None:
    def index(revision: str) -> Index:
        reranker = LengthReranker()
        reranker.revision = revision
        return Index(
            str(tmp_path / "i"),
            ModelChoice("fast"),
            lambda name: ToyEmbedder(),
            PassageRules(),
            None,
            lambda name: reranker,
            lambda name: revision,
        )

    with index("first") as before:
        assert before.ingest([notes]).warnings == ()
        assert before.query("tide").warnings == ()
    name = "Qwen/Qwen3-Reranker-0.6B"
    with index("second") as after:
        assert after.query("tide").warnings == (
            f"the reranker {name} has other weights than at the last ingest (first, now second); "
            "docsearch ingest takes note of them",
        )
        assert after.ingest().warnings == (
            f"the reranker {name} has other weights now (first before, now second)",
        )
        assert after.query("tide").warnings == ()
