"""Passages with the same text become one hit."""

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
    copies_by_id: dict[str, list[Candidate]], candidates: list[Candidate]
) -> list[tuple[int, int, list[int]]]:
    by_id = {found.id: found for found in candidates}
    return [
        (by_id[key].doc, by_id[key].passage.ordinal, [copy.doc for copy in copies])
        for key, copies in copies_by_id.items()
    ]


def test_identical_files_are_one_hit() -> None:
    found = [
        candidate(1, "a", (1, 0)),
        candidate(2, "a", (1, 0)),
        candidate(3, "b", (0, 1)),
        candidate(2, "c", (0.6, 0.8), 1),
        candidate(1, "c", (0.6, 0.8), 1),
    ]
    copies_by_id = distinct(found, {1: "same", 2: "same", 3: "other"}.__getitem__)
    assert names(copies_by_id, found) == [(1, 0, [2]), (3, 0, []), (1, 1, [2])]


def test_versions_that_hardly_differ_are_one_hit() -> None:
    # The two texts have 25 different runs of three words and share 19 of them.
    newer = LONG.replace("three", "two")
    found = [
        candidate(1, LONG, (1, 0)),
        candidate(2, LONG + ".", (1, 0)),
        candidate(3, newer, (1, 0)),
    ]
    assert names(distinct(found, str), found) == [(1, 0, [2]), (3, 0, [])]


def test_texts_that_only_mean_the_same_are_two_hits() -> None:
    found = [
        candidate(1, "rent goes up yearly", (1, 0)),
        candidate(2, "each year the rent is raised", (1, 0)),
    ]
    assert names(distinct(found, str), found) == [(1, 0, []), (2, 0, [])]


def test_a_document_may_repeat_itself() -> None:
    found = [candidate(1, "again", (1, 0)), candidate(1, "again", (1, 0), 1)]
    assert names(distinct(found, str), found) == [(1, 0, []), (1, 1, [])]


def test_a_copy_of_a_version_is_listed_with_the_version_shown() -> None:
    found = [
        candidate(1, LONG, (1, 0)),
        candidate(2, LONG + ".", (1, 0)),
        candidate(3, LONG + ".", (1, 0)),
    ]
    assert names(distinct(found, {1: "x", 2: "y", 3: "y"}.__getitem__), found) == [(1, 0, [2, 3])]


def test_without_vectors_only_the_same_text_is_one_hit() -> None:
    found = [candidate(1, LONG, None), candidate(2, LONG, None), candidate(3, LONG + ".", None)]
    assert names(distinct(found, lambda doc: ""), found) == [(1, 0, [2]), (3, 0, [])]


def test_no_candidates_give_no_hits() -> None:
    assert distinct([], str) == {}


def test_the_newest_of_the_copies_with_about_the_same_score_is_shown() -> None:
    found = [candidate(doc, LONG, (1, 0)) for doc in (1, 2, 3, 4)]
    ids = [passage.id for passage in found]
    modified = dict(zip(ids, (10, 20, 20, 90), strict=True)).__getitem__
    fused = dict(zip(ids, (0.9, 0.895, 0.893, 0.88), strict=True))
    copies_by_id = distinct(found, str)
    assert names(
        newest_shown(copies_by_id, dict(zip(ids, found, strict=True)), fused, modified, bool), found
    ) == [(2, 0, [1, 3, 4])]
    # The best copy that is there is shown for those that are not, whatever their scores.
    assert names(
        newest_shown(
            copies_by_id,
            dict(zip(ids, found, strict=True)),
            fused,
            modified,
            {ids[2], ids[3]}.__contains__,
        ),
        found,
    ) == [(3, 0, [1, 2, 4])]


def test_a_passage_without_a_vector_is_compared_by_its_text_alone() -> None:
    found = [
        candidate(1, LONG, (1, 0)),
        candidate(2, LONG, None),
        candidate(3, LONG + ".", None),
        candidate(4, LONG + ".", (1, 0)),
    ]
    assert names(distinct(found, lambda doc: ""), found) == [(1, 0, [2, 4]), (3, 0, [])]


def test_one_of_two_identical_files_is_shown_with_all_its_passages() -> None:
    """The words of the file's name are in its passages' scores, so these differ."""
    first, second = (
        [candidate(doc, text, None, ordinal) for ordinal, text in enumerate(("a", "b"))]
        for doc in (1, 2)
    )
    content = {1: "same", 2: "same"}.__getitem__
    for order, scores in (
        ((first[0], second[0], second[1], first[1]), (0.9, 0.895, 0.8, 0.795)),
        ((first[0], second[0], first[1], second[1]), (0.9, 0.895, 0.8, 0.7)),
    ):
        found = list(order)
        by_id = {passage.id: passage for passage in found}
        fused = dict(zip(by_id, scores, strict=True))
        newer = {passage.id: passage.doc for passage in found}.__getitem__
        kept = distinct(found, content)
        assert names(newest_shown(kept, by_id, fused, newer, bool, content), found) == [
            (2, 0, [1]),
            (2, 1, [1]),
        ]
    # A passage of the second file that was not found cannot be shown.
    found = [first[0], second[0], first[1]]
    by_id = {passage.id: passage for passage in found}
    fused = dict(zip(by_id, (0.9, 0.895, 0.8), strict=True))
    newer = {passage.id: passage.doc for passage in found}.__getitem__
    kept = distinct(found, content)
    assert names(newest_shown(kept, by_id, fused, newer, bool, content), found) == [
        (1, 0, [2]),
        (1, 1, []),
    ]
