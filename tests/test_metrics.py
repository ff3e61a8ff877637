"""Measures of rankings against cases worked by hand, and the statistics against what they must do."""

import math

import pytest

from search.evaluation.metrics import Mean, difference, mean, metrics


def test_a_ranking_by_hand():
    found = metrics(["x", "b", "a", *"cdefghi", "late"], {"a": 2, "b": 1, "late": 1})
    gained = 1 / math.log2(3) + 3 / math.log2(4)
    ideal = 3 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert found == {
        "nDCG@10": pytest.approx(gained / ideal),
        "MRR@10": 0.5,
        "recall@10": pytest.approx(2 / 3),
        "hit@1": 0.0,
        "hit@5": 1.0,
    }


def test_nothing_found():
    assert metrics([], {"a": 1}) == {
        "nDCG@10": 0.0,
        "MRR@10": 0.0,
        "recall@10": 0.0,
        "hit@1": 0.0,
        "hit@5": 0.0,
    }


def test_the_first_place_is_perfect():
    assert set(metrics(["a"], {"a": 1}).values()) == {1.0}


def test_an_interval_holds_the_mean_and_narrows_with_more_questions():
    few, many = mean([0.0, 1.0] * 10), mean([0.0, 1.0] * 1000)
    assert few.value == many.value == 0.5
    assert few.low < many.low < 0.5 < many.high < few.high
    assert mean([1.0]) == Mean(1.0, 1.0, 1.0)


def test_differences_that_chance_makes_and_does_not_make():
    same = difference([0.2, 0.8], [0.2, 0.8])
    assert (same.value, same.p) == (0.0, 1.0)
    better = difference([0.1] * 40, [0.3] * 40)
    assert better.value == pytest.approx(0.2)
    assert better.p < 0.001
    mixed = difference([0.0, 1.0] * 20, [1.0, 0.0] * 20)
    assert (mixed.value, mixed.p) == (0.0, 1.0)
