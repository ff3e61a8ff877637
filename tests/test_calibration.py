"""Calibrated scores mean the same from query to query, whatever embedder an index has."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from search.documents import Candidate, Passage
from search.models.bundled import BUNDLED
from search.query.calibration import (
    MULTILINGUAL,
    STARTER,
    STARTER_BASELINE,
    UNKNOWN,
    Calibration,
    calibration_for,
    estimated,
    is_measured,
)
from search.query.legs import Legs
from search.query.ranking import rank

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


def rounded(curve: Calibration) -> tuple[float, ...]:
    numbers = (curve.middle, curve.width, curve.noise, curve.weak, curve.unit, curve.word_unit)
    return tuple(round(number, 4) for number in numbers)


@pytest.mark.parametrize(
    ("baseline", "curve"),
    [
        # That of the starter: the starter's curve.
        (STARTER_BASELINE, (0.69, 0.06, 0.03, 0.3, 1.0, 1.0)),
        # Cosines that lie half as far apart: 0.72 + 0.25 / 2.
        (0.72, (0.845, 0.03, 0.03, 0.3, 0.5, 0.7071)),
        # Cosines from 0 to 1: 0 + 0.25 / 0.56.
        (0.0, (0.4464, 0.1071, 0.03, 0.3, 1.7857, 1.3363)),
        # Vectors that are all alike: 0.99 + 0.25 * 0.01 / 0.56.
        (1.0, (0.9945, 0.0011, 0.03, 0.3, 0.0179, 0.1336)),
    ],
)
def test_an_unmeasured_embedder_has_the_starters_curve_on_its_own_scale(
    baseline: float, curve: tuple[float, ...]
) -> None:
    assert rounded(calibration_for("my-own", baseline)) == curve


def test_a_measured_embedder_keeps_its_curve_whatever_the_baseline() -> None:
    assert calibration_for("bge-small-en-v1.5 (8-bit)", 0.72) is STARTER
    assert [is_measured(name) for name in ("bge-small-en-v1.5-4bit", "my-own")] == [True, False]
    assert (STARTER.unit, STARTER.word_unit) == (1.0, 1.0)


def test_a_baseline_brings_qwen3s_published_answers_near_those_of_bge():
    # The published example: two answers and two other texts each, as in search/supply.
    published = {
        "Qwen3-Embedding-0.6B": (0.7646, 0.6000, 0.1414, 0.1355),
        "Qwen3-Embedding-4B": (0.7534, 0.6258, 0.1147, 0.0320),
        "Qwen3-Embedding-8B": (0.7493, 0.6318, 0.0751, 0.0880),
        "bge-small-en-v1.5": (0.8502, 0.8171, 0.4181, 0.4464),
    }
    scores = {
        name: [
            round(estimated(baseline=(cosines[2] + cosines[3]) / 2).score(cosine), 2)
            for cosine in cosines
        ]
        for name, cosines in published.items()
    }
    assert scores == {
        "Qwen3-Embedding-0.6B": [0.93, 0.7, 0.02, 0.01],
        "Qwen3-Embedding-4B": [0.94, 0.8, 0.02, 0.01],
        "Qwen3-Embedding-8B": [0.93, 0.81, 0.01, 0.02],
        "bge-small-en-v1.5": [0.94, 0.9, 0.01, 0.02],
    }


def test_words_of_a_foreign_query_keep_a_part_of_their_weight() -> None:
    near, named = (
        Candidate(doc, Passage(0, "text", (), None, 1, 1, 0, 4), np.array(vector, np.float32), 0.0)
        for doc, vector in ((1, [0.84, 0.5426]), (2, [0.74, 0.6726]))
    )
    legs = Legs(
        candidates={near.id: near, named.id: named},
        vector={near.id: 0.84, named.id: 0.74},
        text={named.id: 6.0},
        query_vector=np.array([1, 0], np.float32),
        word_count=1,
        passage_count=999,
    )
    foreign = replace(legs, is_foreign=True)
    orders = [
        [ranked.row.key for ranked in rank(each, "hybrid", calibration)]
        for calibration in (MULTILINGUAL, STARTER)
        for each in (legs, foreign)
    ]
    # The starter reads English alone, so that names in the query are all that it can go by.
    assert orders == [
        [named.id, near.id],
        [near.id, named.id],
        [named.id, near.id],
        [named.id, near.id],
    ]
