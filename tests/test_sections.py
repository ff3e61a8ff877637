"""The beginning of a section is shown before later passages of it."""

from search.documents import Candidate, Passage
from search.query.fusion import Fused
from search.query.ranking import Ranked
from search.query.sections import beginnings_first


def candidate(
    ordinal: int, section: int | None, doc: int = 1, page: int | None = None
) -> Candidate:
    return Candidate(doc, Passage(ordinal, "text", (), page, 1, 1, 0, 4, section), None, 0.0)


def order(
    *scored: tuple[Candidate, float], query: str = "boilers"
) -> list[tuple[int, int, float, bool]]:
    """The order of candidates that are given best first.

    Each is its document, its passage, its score, and whether it leads.
    """
    candidates = {found.id: found for found, _ in scored}
    ranked = [Ranked(Fused(found.id, 0.0, 0.0, 0.0), score) for found, score in scored]
    got = [(candidates[item.row.key], item) for item in beginnings_first(ranked, candidates, query)]
    return [(found.doc, found.passage.ordinal, item.score, item.leads) for found, item in got]


def test_a_beginning_that_scores_nearly_as_well_leads_with_the_passages_score() -> None:
    # The log-odds are 0.85 and -0.7: 1.55 apart.
    got = order((candidate(2, 0), 0.7), (candidate(5, 5, doc=2), 0.6), (candidate(0, 0), 0.332))
    assert got == [(1, 0, 0.7, True), (1, 2, 0.7, False), (2, 5, 0.6, False)]


def test_a_clearly_better_passage_is_shown_itself() -> None:
    # The log-odds are 0.85 and -0.8: 1.65 apart.
    got = order((candidate(2, 0), 0.7), (candidate(0, 0), 0.31))
    assert got == [(1, 2, 0.7, False), (1, 0, 0.31, False)]


def test_a_question_for_a_detail_shows_the_passage_that_has_it() -> None:
    # The log-odds are 0.85 and 0.41, 0.44 apart; then 0.85 and 0.49, 0.36 apart.
    passage = candidate(2, 0), 0.7
    for query in ("who repairs the boiler", "Wer repariert den Kessel?", "how old is the boiler"):
        assert order(passage, (candidate(0, 0), 0.6), query=query) == [
            (1, 2, 0.7, False),
            (1, 0, 0.6, False),
        ]
        assert order(passage, (candidate(0, 0), 0.62), query=query) == [
            (1, 0, 0.7, True),
            (1, 2, 0.7, False),
        ]
    for query in ("how do I repair it?", "repairing boilers", "is it repaired?"):
        assert order(passage, (candidate(0, 0), 0.6), query=query) == [
            (1, 0, 0.7, True),
            (1, 2, 0.7, False),
        ]


def test_a_beginning_leads_on_its_own_page() -> None:
    got = order(
        (candidate(2, 0, page=2), 0.7),
        (candidate(1, 0, page=1), 0.65),
        (candidate(0, 0, page=1), 0.6),
    )
    assert got == [(1, 2, 0.7, False), (1, 0, 0.65, True), (1, 1, 0.65, False)]


def test_nothing_moves_without_a_beginning() -> None:
    alone = [
        (candidate(3, 1), 0.7),
        (candidate(2, None), 0.69),
        (candidate(0, 0), 0.68),
        (candidate(1, 1, doc=2), 0.6),
    ]
    assert order(*alone) == [
        (found.doc, found.passage.ordinal, score, False) for found, score in alone
    ]


def test_the_best_passage_of_a_section_counts_and_scores_of_0_and_1_are_possible() -> None:
    got = order(
        (candidate(4, 1), 1.0),
        (candidate(3, 1), 1.0),
        (candidate(1, 1), 1.0),
        (candidate(2, 1), 0.0),
    )
    assert got == [(1, 1, 1.0, True), (1, 4, 1.0, False), (1, 3, 1.0, False), (1, 2, 0.0, False)]
    assert order() == []
