"""Passages that say the same."""

import numpy as np

from search.documents import Candidate, Passage
from search.query.copies import distinct, newest_shown

LONG = (
    "The landlord may raise the rent once a year and has to say so in writing three months before "
    "it is due to be paid"
)


def candidate(doc: int, text: str, vector: tuple[float, ...] | None, ordinal: int = 0) -> Candidate:
    passage = Passage(ordinal, text, (), None, 1, 1, 0, len(text))
    return Candidate(doc, passage, None if vector is None else np.array(vector, np.float32), 0.5)


def names(
    kept: dict[str, list[Candidate]], candidates: list[Candidate]
) -> list[tuple[int, int, list[int]]]:
    by_id = {one.id: one for one in candidates}
    return [
        (by_id[key].doc, by_id[key].passage.ordinal, [other.doc for other in others])
        for key, others in kept.items()
    ]


def test_identical_files_are_one() -> None:
    found = [
        candidate(1, "a", (1, 0)),
        candidate(2, "a", (1, 0)),
        candidate(3, "b", (0, 1)),
        candidate(2, "c", (0.6, 0.8), 1),
        candidate(1, "c", (0.6, 0.8), 1),
    ]
    kept = distinct(found, {1: "same", 2: "same", 3: "other"}.__getitem__)
    assert names(kept, found) == [(1, 0, [2]), (3, 0, []), (1, 1, [])]


def test_versions_that_hardly_differ_are_one() -> None:
    newer = LONG.replace("three", "two")  # 19 of 25 runs of three words are common
    found = [
        candidate(1, LONG, (1, 0)),
        candidate(2, LONG + ".", (1, 0)),
        candidate(3, newer, (1, 0)),
    ]
    assert names(distinct(found, str), found) == [(1, 0, [2]), (3, 0, [])]


def test_texts_that_only_mean_the_same_are_not() -> None:
    found = [
        candidate(1, "rent goes up yearly", (1, 0)),
        candidate(2, "each year the rent is raised", (1, 0)),
    ]
    assert names(distinct(found, str), found) == [(1, 0, []), (2, 0, [])]


def test_a_document_may_repeat_itself() -> None:
    found = [candidate(1, "again", (1, 0)), candidate(1, "again", (1, 0), 1)]
    assert names(distinct(found, str), found) == [(1, 0, []), (1, 1, [])]


def test_a_copy_of_a_version_is_listed_with_what_stands_for_it() -> None:
    found = [
        candidate(1, LONG, (1, 0)),
        candidate(2, LONG + ".", (1, 0)),
        candidate(3, LONG + ".", (1, 0)),
    ]
    assert names(distinct(found, {1: "x", 2: "y", 3: "y"}.__getitem__), found) == [(1, 0, [2, 3])]


def test_without_vectors_only_the_same_text_is_one() -> None:
    found = [candidate(1, LONG, None), candidate(2, LONG, None), candidate(3, LONG + ".", None)]
    assert names(distinct(found, lambda doc: ""), found) == [(1, 0, [2]), (3, 0, [])]


def test_nothing_of_nothing() -> None:
    assert distinct([], str) == {}


def test_the_newest_of_those_that_score_about_as_well_is_shown() -> None:
    found = [candidate(doc, LONG, (1, 0)) for doc in (1, 2, 3, 4)]
    ids = [one.id for one in found]
    modified = dict(zip(ids, (10, 20, 20, 90), strict=True)).__getitem__
    fused = dict(zip(ids, (0.9, 0.895, 0.893, 0.88), strict=True))
    kept = distinct(found, str)
    assert names(
        newest_shown(kept, dict(zip(ids, found, strict=True)), fused, modified, bool), found
    ) == [(2, 0, [1, 3, 4])]
    # The best one that is there stands for those that are not, whatever their scores.
    assert names(
        newest_shown(
            kept, dict(zip(ids, found, strict=True)), fused, modified, {ids[2], ids[3]}.__contains__
        ),
        found,
    ) == [(3, 0, [1, 2, 4])]
