"""The benchmarks of whole calls and of vectors alone measure what they say."""

import os
import time
from itertools import cycle, islice

import numpy as np

from benchmarks import throughput, vectors
from benchmarks.made_passages import DIMENSIONS, TOPICS


def test_processes_share_the_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {7, 5, 3, 1, 9}, raising=False)
    assert [throughput.core_set(number, 2, 4) for number in range(2)] == [[1, 3], [5, 7]]
    assert throughput.core_set(0, 1, 3) == [1, 3, 5]


def test_every_run_has_the_same_calls():
    texts = [str(number) for number in range(100)]
    first, again = (list(islice(throughput.drawn(texts, 3), 4)) for _ in range(2))
    assert first == again
    assert [len(call) for call in first] == [3, 3, 3, 3]
    assert first[0] != first[1]


def test_calls_are_counted_until_the_time_is_over():
    class Embedder:
        def embed_counted(self, texts):
            time.sleep(0.05)
            return None, list(map(len, texts))

    calls = cycle([["one", "three"]])
    passages, tokens, seconds = throughput.repeat(Embedder(), calls, 2, 0.2)
    assert tokens == 4 * passages
    assert 4 <= passages <= 20
    assert seconds >= 0.2


def test_the_exact_answers_are_those_of_all_vectors():
    centres = vectors.unit(np.random.default_rng(1).standard_normal((TOPICS, DIMENSIONS)))
    batches = list(vectors.made(50_000, centres))
    assert [len(batch) for batch in batches] == [20_000, 20_000, 10_000]
    queries, nearest = vectors.asked(centres), vectors.Nearest()
    for number, batch in enumerate(batches):
        nearest.see(queries @ batch.T, 20_000 * number)
    order = np.argsort(-(queries @ np.concatenate(batches).T), axis=1)[:, :10]
    assert [[row for _, row in best] for best in nearest.best] == order.tolist()
    assert nearest.share(order.tolist()) == 1.0
    assert nearest.share([[*rows[:5], -1, -2, -3, -4, -5] for rows in order.tolist()]) == 0.5
