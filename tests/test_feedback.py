"""Feedback moves candidates that are like the best ones up."""

import math

import numpy as np
import pytest

from search.query.feedback import with_feedback
from search.query.fusion import Fused


def rows(*scores: float) -> list[Fused]:
    return [Fused(chr(97 + place), score, 0.0, score) for place, score in enumerate(scores)]


def test_a_passage_like_a_clear_winner_moves_up() -> None:
    # Only a gives feedback. Its cosine to b is 0, to c 0.8: 0.3 * (0 - 1) and 0.3 * (0.8 - 1).
    got = with_feedback(
        rows(0.9, 0.5, 0.45), np.array([[1, 0], [0, 1], [0.8, 0.6]], np.float32), [1, 2, 3]
    )
    assert [(row.key, round(row.fused, 4), round(row.feedback, 4)) for row in got] == [
        ("a", 0.9, 0.0),
        ("c", 0.39, -0.06),
        ("b", 0.2, -0.3),
    ]
    assert [row.vector for row in got] == [0.9, 0.45, 0.5]


def test_a_document_gives_feedback_once_and_by_its_lead() -> None:
    # a and c give feedback with the weights 1 and 1/e; b belongs to a's document.
    first_share, second_share = 1 / (1 + 1 / math.e), 1 / (1 + math.e)
    got = with_feedback(rows(0.60, 0.59, 0.58), np.eye(3, dtype=np.float32), [1, 1, 2])
    assert {row.key: row.feedback for row in got} == {
        "a": pytest.approx(0.0, abs=1e-6),
        "b": pytest.approx(-0.3 * first_share, abs=1e-6),
        "c": pytest.approx(0.3 * (second_share - first_share), abs=1e-6),
    }


def test_the_lead_is_on_the_scale_of_the_embedders_cosines() -> None:
    # With cosines that lie half as far apart, half the lead gives the same weights.
    vectors = np.eye(3, dtype=np.float32)
    whole = with_feedback(rows(0.60, 0.59, 0.58), vectors, [1, 1, 2])
    half = with_feedback(rows(0.60, 0.595, 0.59), vectors, [1, 1, 2], unit=0.5)
    assert [(row.key, row.feedback) for row in half] == [
        (row.key, pytest.approx(row.feedback, abs=1e-6)) for row in whole
    ]


def test_five_documents_give_feedback() -> None:
    got = with_feedback(rows(*[0.5] * 6), np.eye(6, dtype=np.float32), list(range(6)))
    assert [(row.key, round(row.feedback, 6)) for row in got] == [(key, 0.0) for key in "abcde"] + [
        ("f", -0.06)
    ]


def test_no_candidates_give_no_feedback() -> None:
    assert with_feedback([], np.zeros((0,), np.float32), []) == []
