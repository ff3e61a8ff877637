"""Calibrated scores mean the same from query to query, whatever embedder an index has."""

from itertools import pairwise

import pytest

from search.models.bundled import BUNDLED
from search.query.calibration import UNKNOWN, calibration_for

LEAST, MOST = 0.0, 1.2
"""The bounds of a fused score: a cosine, hardly ever negative, and 0.2 of the text leg."""


@pytest.mark.parametrize(
    "name",
    [
        "bge-small-en-v1.5",
        "bge-small-en-v1.5-bf16",
        "bge-small-en-v1.5-4bit",
        "bge-small-en-v1.5-8bit",
        "BGE-small-en-v1.5-MXFP4",
    ],
)
def test_the_starters_weights_in_any_number_of_bits_have_its_curve(name):
    assert calibration_for(name) is calibration_for(BUNDLED["starter"].title)
    assert calibration_for(name) is not UNKNOWN


@pytest.mark.parametrize(
    "name", ["Qwen3-Embedding-0.6B-4bit-DWQ", "bge-base-en-v1.5", "bge-m3", "my-own", ""]
)
def test_other_embedders_have_the_curve_that_judges_nothing(name):
    assert calibration_for(name) is UNKNOWN
    assert (UNKNOWN.noise, UNKNOWN.weak) == (0, 0)


def test_the_unknown_curve_keeps_every_order_at_the_digits_of_the_json():
    fused = [LEAST + step / 1000 for step in range(round((MOST - LEAST) * 1000) + 1)]
    scores = [round(UNKNOWN.score(value), 6) for value in fused]
    assert all(lower < higher for lower, higher in pairwise(scores))
    assert (scores[0] > 0, scores[-1] < 1) == (True, True)


def test_the_unknown_curve_parts_the_answers_of_qwen3s_published_example():
    answers, others = (0.7646, 0.6000), (0.1414, 0.1355)
    assert [round(UNKNOWN.score(cosine), 2) for cosine in (*answers, *others)] == [
        0.75,
        0.5,
        0.04,
        0.04,
    ]
