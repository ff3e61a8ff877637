"""On CUDA, batches get rows of padding, so that few shapes occur; no vector changes by that."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.models.batches import padded
from search.models.bert_mlx import BertMlx
from search.models.checkpoint import Checkpoint
from search.models.compute_plans import PLANS
from search.models.qwen3_mlx import Qwen3Mlx

FIXTURES = Path(__file__).parent / "fixtures"
TEXTS = [[*range(5, 5 + length)] for length in (3, 9, 7, 4, 2, 4, 5, 3, 4, 8, 11)]
# Two texts of twelve tokens fill a batch.
FEW = replace(PLANS["cpu"], batch_tokens=48, length_step=4, few_shapes=True)


class WatchedBert(BertMlx):
    """An encoder that notes the shapes of its batches."""

    def __init__(self, checkpoint, pooling, plan):
        super().__init__(checkpoint, pooling)
        self._plan, self.shapes = plan, []

    def _forward(self, rows, lengths, first_segment, with_states):
        self.shapes.append(rows.shape)
        return super()._forward(rows, lengths, first_segment, with_states)


class WatchedQwen3(Qwen3Mlx):
    """An encoder that notes the shapes of its batches."""

    def __init__(self, checkpoint, pooling, plan):
        super().__init__(checkpoint, pooling)
        self._plan, self.shapes = plan, []

    def _forward(self, prefix, rows, lengths):
        self.shapes.append(rows.shape)
        return super()._forward(prefix, rows, lengths)


@pytest.mark.parametrize(
    ("folder", "watched", "pooling"),
    [
        ("bert/tiny", WatchedBert, "cls"),
        ("bert/tiny", WatchedBert, "mean"),
        ("qwen3", WatchedQwen3, "lasttoken"),
    ],
)
def test_rows_of_padding_change_no_vector(folder, watched, pooling):
    checkpoint = Checkpoint(FIXTURES / folder)
    plain, filled = (watched(checkpoint, pooling, plan) for plan in (PLANS["cpu"], FEW))
    np.testing.assert_allclose(filled.encode(TEXTS), plain.encode(TEXTS), rtol=0, atol=2e-6)
    np.testing.assert_allclose(
        filled.encode_after([1, 2], TEXTS), plain.encode_after([1, 2], TEXTS), rtol=0, atol=2e-6
    )
    # The longest four, of 11, 9, 8 and 7 tokens, take 12 each, and the next six take 8 each.
    assert filled.shapes[:2] == [(4, 12), (6, 8)]
    assert plain.shapes[0] == (11, 11)


def test_a_rerankers_batch_gets_no_rows():
    texts = [[3, 4]] * 9
    bert = WatchedBert(Checkpoint(FIXTURES / "bert" / "tiny"), "cls", FEW)
    qwen3 = WatchedQwen3(Checkpoint(FIXTURES / "qwen3"), "lasttoken", FEW)
    for encoder in (bert, qwen3):
        encoder.encode(texts)
        encoder.encode_after([1], texts)
    # Nine texts get a tenth row, but not where a prefix stands before them.
    assert (bert.shapes, qwen3.shapes) == ([(10, 4), (9, 4)], [(10, 4), (9, 4)])


def test_states_are_those_of_the_texts_alone():
    checkpoint = Checkpoint(FIXTURES / "bert" / "tiny")
    plain, filled = (WatchedBert(checkpoint, "cls", plan) for plan in (PLANS["cpu"], FEW))
    (_, expected), (_, states) = (
        encoder.encode_with_states([1, 2], TEXTS) for encoder in (plain, filled)
    )
    assert [state.shape for state in states] == [state.shape for state in expected]
    for state, other in zip(states, expected, strict=True):
        np.testing.assert_allclose(state, other, rtol=0, atol=2e-6)


def test_rows_without_a_text_have_one_token():
    ids, lengths = padded([[1, 2, 3], [4]], 4, 8, lambda count, length: count + length // 4)
    assert ids.tolist() == [[1, 2, 3, 0], [4, 0, 0, 0], [0, 0, 0, 0]]
    assert lengths.tolist() == [3, 1, 1]


def test_a_batch_has_one_of_few_counts_of_rows():
    cuda = PLANS["cuda"]
    assert {cuda.rows(count, 256) for count in range(65, 129)} == {80, 96, 112, 128}
    assert [cuda.rows(count, 352) for count in (1, 64, 90, 93, 94)] == [1, 64, 93, 93, 94]
    assert [PLANS["cpu"].rows(count, 352) for count in (1, 90)] == [1, 90]
