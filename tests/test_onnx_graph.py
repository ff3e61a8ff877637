"""Graphs that are written here run in onnxruntime, and give what their operators say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from search.errors import ModelError
from search.models.onnx_graph import MICROSOFT, Graph
from search.models.onnx_session import multiplies_bytes_exactly, session_of

CPU_INFO = Path("/proc/cpuinfo")


def test_a_graph_of_both_sets_of_operators_runs() -> None:
    graph = Graph()
    factors = graph.constant("factors", np.array([1, 2, 4], np.float32))
    scaled = graph.node("Mul", ["x", factors], "scaled")
    bias = graph.constant("bias", np.array([0, -20, 20], np.float32))
    gelu = graph.node("BiasGelu", [scaled, bias], "gelu", domain=MICROSOFT)
    picked = graph.node("Gather", [gelu, graph.integer("second", 1)], "picked", axis=1)
    graph.node("Squeeze", [picked, graph.integer("axis", 1)], "y")
    session = session_of(graph, {"x": (1, "length", 3)}, {"y": (1, 3)})
    x = np.array([[[9, 9, 9], [0, 2, 3], [7, 7, 7]]], np.float32)
    (y,) = session.run(None, {"x": x})
    # GELU of 0, 2·2 − 20 and 4·3 + 20.
    np.testing.assert_allclose(y, [[0, 0, 32]], rtol=0, atol=1e-6)


def test_numbers_of_any_size_and_fractions_are_attributes() -> None:
    graph = Graph()
    weight = graph.constant("weight", np.ones(300, np.float32))
    bias = graph.constant("bias", np.zeros(300, np.float32))
    graph.node("LayerNormalization", ["x", weight, bias], "norm", epsilon=3.0)
    graph.node("ReduceMean", ["norm", graph.integer("axis", 1)], "y", keepdims=0)
    session = session_of(graph, {"x": (1, "length", 300)}, {"y": (1, 300)})
    x = np.tile(np.float32([1, -1]), 150)[None, None]
    # The variance is 1, so values are divided by √(1 + 3).
    np.testing.assert_allclose(session.run(None, {"x": x})[0], x[0] / 2, rtol=0, atol=1e-6)


def test_a_missing_onnxruntime_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match=r"^onnxruntime cannot be loaded: .*; install onnxruntime"):
        session_of(Graph(), {}, {})


def test_a_number_that_two_operators_use_is_written_once() -> None:
    def written(times: int) -> bytes:
        graph = Graph()
        for _ in range(times):
            graph.integer("axis", 1)
        graph.node("Squeeze", ["x", "axis"], "y")
        return graph.serialized({"x": (1, 1, 3)}, {"y": (1, 3)})

    assert written(2) == written(1)


@pytest.mark.skipif(
    sys.platform != "linux" or "vnni" not in CPU_INFO.read_text(),
    reason="the processor is not known to multiply bytes exactly",
)
def test_a_processor_with_vnni_multiplies_bytes_exactly() -> None:
    assert multiplies_bytes_exactly() is True


# Each text needs 64 MB, and there are 400 MB for sixteen of them.
CROWDED = """
import resource
import numpy as np
from search.models.batches import in_halves
from search.models.onnx_graph import Graph
from search.models.onnx_session import session_of

graph = Graph()
wide = graph.node("MatMul", ["x", graph.constant("ones", np.ones((4, 1 << 12), np.float32))], "w")
graph.node("ReduceMean", [wide, graph.integer("axis", 1)], "y", keepdims=0)
session = session_of(graph, {"x": ("texts", "length", 4)}, {"y": ("texts", 1 << 12)})
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + (400 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
batches = []

def work(batch):
    x = np.ones((len(batch), 1 << 12, 4), np.float32) * np.array(batch)[:, None, None]
    y = session.run(None, {"x": x.astype(np.float32)})[0]
    assert y[:, 0].tolist() == [4 * i for i in batch]
    batches.append(batch)

in_halves(work, list(range(16)))
print(sum(batches, []) == list(range(16)), len(batches) > 1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_a_batch_that_is_larger_than_the_memory_is_halved_without_a_word() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CROWDED], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("True True\n", "")
