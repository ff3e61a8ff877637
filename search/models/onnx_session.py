"""Opens onnxruntime, which is imported here only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from ..errors import ModelError
from ..telemetry import keep_onnxruntime_silent
from .onnx_graph import MICROSOFT, Graph

# onnxruntime's level of messages that end the process. What it calls errors is raised as well.
FATAL = 4
Shapes = Mapping[str, Sequence[int | str]]


def session_of(graph: Graph, inputs: Shapes, outputs: Shapes) -> Any:
    """An `InferenceSession` of the graph that computes in its caller's thread alone.

    `inputs` and `outputs` are as in `Graph.serialized`. Several threads may run it at a time. The
    session has a copy of the constants. Raises ModelError where onnxruntime cannot be loaded.
    """
    keep_onnxruntime_silent()
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(
            f"onnxruntime cannot be loaded: {error}",
            "install onnxruntime again, or choose the backend mlx",
        ) from error
    # Messages, such as one that there is no GPU, would appear on the user's terminal.
    onnxruntime.set_default_logger_severity(FATAL)
    options = onnxruntime.SessionOptions()
    # Whole texts are shared out among threads, so an operator has none of its own.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = FATAL
    options.add_external_initializers(
        list(graph.constants),
        [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in graph.constants.values()],
    )
    return onnxruntime.InferenceSession(
        graph.serialized(inputs, outputs), options, providers=["CPUExecutionProvider"]
    )


@cache
def multiplies_bytes_exactly() -> bool:
    """Whether products of bytes are exact on this processor.

    On x86 without VNNI, two products are added in 16 bits, and large sums are cut off.
    """
    graph, ones = Graph(), np.ones(4, np.float32)
    graph.constant("codes", np.full((4, 1), 127, np.int8))
    graph.constant("scale", np.ones(1, np.float32))
    graph.constant("zero", np.zeros(1, np.int8))
    inputs = ["x", "codes", "scale", "zero"]
    graph.node("DynamicQuantizeMatMul", inputs, "y", domain=MICROSOFT)
    session = session_of(graph, {"x": (1, 4)}, {"y": (1, 1)})
    total = float(session.run(None, {"x": ones[None]})[0][0, 0])
    return abs(total - 4 * 127) < 1
