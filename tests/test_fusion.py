"""The fused score of the vector leg and the text leg."""

import pytest

from search.query.fusion import Fused, full_match, fuse, text_weight


def test_fuse_adds_the_share_of_a_full_match() -> None:
    # b: 0.6 + 0.2 * 8/8 = 0.8; c: 0.5 + 0.2 * 4/8 = 0.6
    fused = fuse([("a", 0.75, 0.0), ("b", 0.6, 8.0), ("c", 0.5, 4.0)], full=8.0, weight=0.2)
    assert fused == [
        Fused("b", 0.6, 8.0, 0.8),
        Fused("a", 0.75, 0.0, 0.75),
        Fused("c", 0.5, 4.0, 0.6),
    ]


def test_words_that_are_hardly_matched_count_for_little() -> None:
    # 0.5 + 0.2 * 6/24 = 0.55
    assert fuse([("a", 0.6, 0.0), ("b", 0.5, 6.0)], full=24.0, weight=0.2) == [
        Fused("a", 0.6, 0.0, 0.6),
        Fused("b", 0.5, 6.0, 0.55),
    ]


def test_fuse_without_matching_words_is_the_vector_order() -> None:
    assert fuse([("a", 0.1, 0.0), ("b", 0.9, 0.0)], full=0.0, weight=0.2) == [
        Fused("b", 0.9, 0.0, 0.9),
        Fused("a", 0.1, 0.0, 0.1),
    ]


def test_fuse_keeps_the_given_order_of_ties() -> None:
    assert [row.key for row in fuse([("x", 0.5, 0.0), ("y", 0.5, 0.0)], full=8.0, weight=0.2)] == [
        "x",
        "y",
    ]


def test_no_candidates_are_fused_to_none() -> None:
    assert fuse([], full=0.0, weight=0.2, doubt=0.1) == []


def test_doubt_brings_full_matches_forward_and_leaves_the_best_score_as_it_is() -> None:
    rows = [("near", 0.625, 0.0), ("words", 0.5, 8.0), ("few words", 0.5, 4.0)]
    assert [(row.key, row.fused) for row in fuse(rows, full=8.0, weight=0.0625)] == [
        ("near", 0.625),
        ("words", 0.5625),
        ("few words", 0.53125),
    ]
    # "words" gains 0.2 and would lead with 0.7625, so all lose 0.1375. "few words" gains an eighth
    # of 0.2.
    doubted = fuse(rows, full=8.0, weight=0.0625, doubt=1.0)
    assert [row.key for row in doubted] == ["words", "near", "few words"]
    assert [row.fused for row in doubted] == pytest.approx([0.625, 0.4875, 0.41875])
    assert [row.doubt for row in doubted] == pytest.approx([0.0625, -0.1375, -0.1125])


def test_doubt_without_matching_words_changes_nothing() -> None:
    rows = [("a", 0.3, 0.0), ("b", 0.2, 0.0)]
    assert fuse(rows, full=0.0, weight=0.06, doubt=1.0) == fuse(rows, full=0.0, weight=0.06)


def test_words_weigh_more_the_more_they_single_out_a_few_documents() -> None:
    assert text_weight([], full=0.0) == 0.06
    # The weight is 0.06 + 0.2 * (8 - 2) / 10, and 0.06 + 0.2 where one document has all the words.
    assert text_weight([8.0, 2.0], full=10.0) == pytest.approx(0.18)
    assert text_weight([10.0], full=10.0) == pytest.approx(0.26)
    # The widest gap after one of the first five counts.
    assert text_weight([5.0, 5.0, 1.0, 1.0, 1.0, 1.0, 1.0], full=10.0) == pytest.approx(0.14)
    assert text_weight([5.0] * 5, full=10.0) == pytest.approx(0.16)
    assert text_weight([5.0] * 6 + [1.0], full=10.0) == 0.06


def test_a_full_match_grows_with_the_words_and_the_rarity_that_is_possible() -> None:
    # Each word counts for 0.8 * ln(1000) = 5.526.
    assert full_match(999, words=2, best=0.0) == pytest.approx(11.052, abs=1e-3)
    assert full_match(999, words=1, best=8.0) == 8.0
    assert full_match(0, words=0, best=0.0) == 0.0
