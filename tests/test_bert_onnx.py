"""BERT in onnxruntime: what runs together, in which thread, and what that changes in a vector."""

from __future__ import annotations

import json
from pathlib import Path
from threading import current_thread

import numpy as np
import pytest

from search.models.batches import of_one_length
from search.models.bert_onnx import BertFloat32
from search.models.checkpoint import Checkpoint

TINY = Path(__file__).parent / "fixtures" / "bert" / "tiny"
TEXTS = [item["ids"] for item in json.loads((TINY / "expected.json").read_text())]


class Watched(BertFloat32):
    """An encoder that notes the lengths of the texts in each batch, and the threads."""

    def __init__(self) -> None:
        super().__init__(Checkpoint(TINY), "cls")
        self.batches: list[list[int]] = []
        self.threads: set[str] = set()

    def _forward(self, texts, first_segment, with_states):
        self.batches.append(list(map(len, texts)))
        self.threads.add(current_thread().name)
        return super()._forward(texts, first_segment, with_states)


def test_a_batch_has_texts_of_one_length_and_no_more_than_its_tokens() -> None:
    assert of_one_length([], 10) == []
    assert of_one_length([50, 1, 1], 10) == [[0], [1, 2]]
    assert of_one_length([2, 3, 2, 2, 3, 2], 6) == [[1, 4], [0, 2, 3], [5]]
    assert of_one_length([2, 2, 2], 1) == [[0], [1], [2]]


def test_short_texts_of_one_length_run_together() -> None:
    encoder = Watched()
    encoder.encode([[1, 2, 3, 4]] * 400 + [[1, 2, 3]] * 2)
    assert {length for batch in encoder.batches for length in batch} == {3, 4}
    assert all(len(set(batch)) == 1 and sum(batch) <= 256 for batch in encoder.batches)
    assert sum(map(len, encoder.batches)) == 402
    assert len(encoder.batches) < 60


def test_a_query_runs_in_its_callers_thread() -> None:
    encoder = Watched()
    encoder.encode([[1, 2, 3]])
    assert (encoder.batches, encoder.threads) == ([[3]], {current_thread().name})


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_neighbours_and_order_change_no_vector(pooling: str) -> None:
    encoder = BertFloat32(Checkpoint(TINY), pooling)
    alone = np.stack([encoder.encode([text])[0] for text in TEXTS])
    together = encoder.encode(TEXTS[::-1] * 40)
    np.testing.assert_allclose(together, np.tile(alone[::-1], (40, 1)), rtol=0, atol=1e-6)
    # What stands before the texts' second segments is the same for all.
    after = np.stack([encoder.encode_after(TEXTS[0], [text[1:]])[0] for text in TEXTS[:3]])
    together = encoder.encode_after(TEXTS[0], [text[1:] for text in TEXTS[:3]] * 9)
    np.testing.assert_allclose(together, np.tile(after, (9, 1)), rtol=0, atol=1e-6)
