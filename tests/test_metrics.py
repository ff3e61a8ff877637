"""The measures of a ranking are as worked by hand, and the statistics behave as they must."""

import math

import pytest

from search.evaluation.metrics import Mean, difference, mean, metrics


def test_a_ranking_is_measured_as_worked_by_hand():
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


def test_an_empty_ranking_measures_zero():
    assert metrics([], {"a": 1}) == {
        "nDCG@10": 0.0,
        "MRR@10": 0.0,
        "recall@10": 0.0,
        "hit@1": 0.0,
        "hit@5": 0.0,
    }


def test_a_ranking_with_the_answer_first_is_perfect():
    assert set(metrics(["a"], {"a": 1}).values()) == {1.0}


def test_an_interval_holds_the_mean_and_narrows_with_more_questions():
    of_20, of_2000 = mean([0.0, 1.0] * 10), mean([0.0, 1.0] * 1000)
    assert of_20.value == of_2000.value == 0.5
    assert of_20.low < of_2000.low < 0.5 < of_2000.high < of_20.high
    assert mean([1.0]) == Mean(1.0, 1.0, 1.0)


def test_chance_explains_equal_runs_and_not_better_ones():
    same = difference([0.2, 0.8], [0.2, 0.8])
    assert (same.value, same.p) == (0.0, 1.0)
    better = difference([0.1] * 40, [0.3] * 40)
    assert better.value == pytest.approx(0.2)
    assert better.p < 0.001
    mixed = difference([0.0, 1.0] * 20, [1.0, 0.0] * 20)
    assert (mixed.value, mixed.p) == (0.0, 1.0)
