"""The products of Qwen3-Embedding-0.6B on a processor: numpy beside onnxruntime's operators.

    python -m benchmarks.qwen3_products [--rows 128] [--rounds 9]

All cores multiply at once, each the states of `--rows` tokens by the matrices of a layer. The rate
is that of a model of 28 layers which does nothing else, by processor time. The kinds take turns.

`error` is the distance from the product in float64 with the same stored weights, relative to that
product; states are normally distributed. `with outliers` has four channels a hundred times as
large, as language models have, and is relative to the product without these channels.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import numpy as np

from search.models.cpu_threads import cores, single_threaded_blas
from search.models.int8 import Int8Matrix
from search.models.onnx_graph import MICROSOFT, Graph
from search.models.onnx_session import session_of

from .measure import Row, write_results

LAYERS = 28
# The matrices of a layer, (out, in); those that multiply the same states lie side by side.
SHAPES = {
    "query": (2048, 1024),
    "key and value": (2048, 1024),
    "output": (1024, 2048),
    "gate and up": (6144, 1024),
    "down": (1024, 3072),
}
GROUP = 64
OUTLIERS, OUTLIER_SIZE = 4, 100

Multiply = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the products of a Qwen3 layer.")
    parser.add_argument("--rows", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    draw = np.random.default_rng(1)
    codes = {name: draw.integers(0, 16, shape, np.uint8) for name, shape in SHAPES.items()}
    layers = {kind: [KINDS[kind](codes[name]) for name in SHAPES] for kind in KINDS}
    states = {
        name: draw.standard_normal((arguments.rows, inner), np.float32)
        for name, (_, inner) in SHAPES.items()
    }
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    threads = cores()
    with single_threaded_blas(), ThreadPoolExecutor(threads) as pool:
        for i in range(arguments.rounds + 1):
            for kind, layer in layers.items():
                started = time.process_time()
                jobs = [pool.submit(run, layer, states) for _ in range(threads)]
                for job in jobs:
                    job.result()
                if i:  # The first round wakes everything up.
                    seconds[kind].append((time.process_time() - started) / threads)
    rows = []
    for kind, layer in layers.items():
        rate = threads * arguments.rows / median(seconds[kind]) / LAYERS
        multiply = layer[list(SHAPES).index("gate and up")]
        matrix, x = values(codes["gate and up"]), states["gate and up"]
        large = x.copy()
        large[:, :OUTLIERS] *= OUTLIER_SIZE
        small = x.copy()
        small[:, :OUTLIERS] = 0
        rows += [
            Row(kind, rate, "tokens/s"),
            Row(f"{kind}, error", 100 * error(multiply, x, matrix, x), "%"),
            Row(f"{kind}, error with outliers", 100 * error(multiply, large, matrix, small), "%"),
        ]
    write_results("qwen3_products", rows)


def run(layer: list[Multiply], states: dict[str, np.ndarray]) -> None:
    for multiply, x in zip(layer, states.values(), strict=True):
        multiply(x)


def error(multiply: Multiply, x: np.ndarray, matrix: np.ndarray, basis: np.ndarray) -> float:
    distance = multiply(x) - x.astype(np.float64) @ matrix.T
    return float(np.linalg.norm(distance) / np.linalg.norm(basis @ matrix.T))


def values(codes: np.ndarray) -> np.ndarray:
    """The matrix of 4-bit codes, whose zero point is 8, in float64.

    The scales of the groups differ by up to a factor of two.
    """
    return (codes.astype(np.float64) - 8) * np.repeat(scales(codes.shape), GROUP, axis=1)


def scales(shape: tuple[int, ...]) -> np.ndarray:
    rows, columns = shape
    drawn = np.random.default_rng(rows).uniform(1, 2, (rows, columns // GROUP))
    return (0.1 * drawn / columns**0.5).astype(np.float32)


def in_numpy(codes: np.ndarray) -> Multiply:
    matrix = np.ascontiguousarray(values(codes).T, np.float32)
    return lambda x: x @ matrix


def in_float32(codes: np.ndarray) -> Multiply:
    graph = Graph()
    graph.constant("matrix", values(codes).T.astype(np.float32))
    graph.node("MatMul", ["x", "matrix"], "y")
    return opened(graph, codes)


def packed(accuracy_level: int) -> Callable[[np.ndarray], Multiply]:
    def multiply(codes: np.ndarray) -> Multiply:
        graph, (rows, columns) = Graph(), codes.shape
        halves = codes[:, ::2] | codes[:, 1::2] << 4
        graph.constant("codes", halves.reshape(rows, -1, GROUP // 2))
        graph.constant("scales", scales(codes.shape).reshape(-1))
        graph.node(
            "MatMulNBits",
            ["x", "codes", "scales"],
            "y",
            domain=MICROSOFT,
            K=columns,
            N=rows,
            bits=4,
            block_size=GROUP,
            accuracy_level=accuracy_level,
        )
        return opened(graph, codes)

    return multiply


def in_8_bits(codes: np.ndarray) -> Multiply:
    graph = Graph()
    inputs = put_8_bits(graph, codes)
    graph.node("DynamicQuantizeMatMul", ["x", *inputs], "y", domain=MICROSOFT)
    return opened(graph, codes)


def in_16_bits(codes: np.ndarray) -> Multiply:
    """The sum of the products with the states in 8 bits, and with what these leave out."""
    graph = Graph()
    inputs = put_8_bits(graph, codes)
    graph.node("DynamicQuantizeLinear", ["x"], "q", "q.scale", "q.zero")
    graph.node("DequantizeLinear", ["q", "q.scale", "q.zero"], "near")
    graph.node("Sub", ["x", "near"], "rest")
    first = ["q", inputs[0], "q.scale", inputs[1], "q.zero", inputs[2]]
    graph.node("MatMulIntegerToFloat", first, "high", domain=MICROSOFT)
    graph.node("DynamicQuantizeMatMul", ["rest", *inputs], "low", domain=MICROSOFT)
    graph.node("Add", ["high", "low"], "y")
    return opened(graph, codes)


def put_8_bits(graph: Graph, codes: np.ndarray) -> list[str]:
    matrix = Int8Matrix.of(values(codes).T.astype(np.float32))
    zeros = np.zeros(len(matrix.scales), np.int8)
    return [
        graph.constant("codes", matrix.codes),
        graph.constant("scales", matrix.scales),
        graph.constant("zeros", zeros),
    ]


def opened(graph: Graph, codes: np.ndarray) -> Multiply:
    rows, columns = codes.shape
    session = session_of(graph, {"x": ("n", columns)}, {"y": ("n", rows)})
    return lambda x: session.run(None, {"x": x})[0]


KINDS: dict[str, Callable[[np.ndarray], Multiply]] = {
    "numpy in float32": in_numpy,
    "MatMul in float32": in_float32,
    "MatMulNBits, 4 bits by float32": packed(1),
    "MatMulNBits, 4 bits by 8": packed(4),
    "DynamicQuantizeMatMul, 8 bits by 8": in_8_bits,
    "two products, 8 bits by 16": in_16_bits,
}

if __name__ == "__main__":
    main()
