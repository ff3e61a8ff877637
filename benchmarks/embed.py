"""Embedding speed on a processor by cores: docsearch, onnxruntime and torch, on equal weights.

    python -m benchmarks.embed [--rounds 5] [--cores 1 2 4]

The benchmark needs the packages of the `bench` group (onnx, and sentence-transformers, which brings
torch). It prints Markdown tables and writes benchmarks/results/embed.json. All engines get the same
tokens, and tokenising is not measured. `docsearch` is the engine of new indexes, in 8 bits where
the processor can; `docsearch in float32` is what other processors and other models get.
`onnxruntime` runs the graph of its own BERT optimiser on padded batches, in float32. The engines
take turns in each round, so that a machine which slows down slows all of them. Each number of cores
is measured in a process of its own. Figures are medians over the rounds; the last column is the
median of each round's ratio to onnxruntime.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from search.models.batches import by_length
from search.models.checkpoint import Checkpoint
from search.models.cpu_threads import cores
from search.models.embedder import load_embedder

from .onnx_bert import bert_graph

STARTER = Path(__file__).parent.parent / "search" / "models" / "starter"
RESULT = Path(__file__).parent / "results" / "embed.json"
Encode = Callable[[list[list[int]]], np.ndarray]
# A load's name → the number of texts, and the fewest and most tokens of a text.
LOADS = {"long": (128, 200, 250), "short": (128, 30, 60), "query": (1, 12, 12)}
BATCH_TOKENS = 1024
TORCH_BATCH = 32
# The idle threads of torch and onnxruntime spin for this long.
REST_SECONDS = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare embedding engines on a processor.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", type=int, nargs="+", default=powers_of_two(cores()))
    parser.add_argument("--within", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.within:
        print(json.dumps(measured_on(arguments.within, arguments.rounds)))
        return
    command = [sys.executable, "-m", "benchmarks.embed", "--rounds", str(arguments.rounds)]
    results = []
    for count in arguments.cores:
        child = subprocess.run(
            [*command, "--within", str(count)], stdout=subprocess.PIPE, check=True
        )
        results.append(json.loads(child.stdout.splitlines()[-1]))
        print(table(results[-1]), flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(results, indent=1) + "\n")


def powers_of_two(most: int) -> list[int]:
    """1, 2, 4 … up to `most`, which is always the last.

    >>> powers_of_two(12)
    [1, 2, 4, 8, 12]
    """
    return sorted({most, *(1 << i for i in range(most.bit_length()) if 1 << i <= most)})


def measured_on(count: int, rounds: int) -> dict[str, Any]:
    """The machine, and the seconds by load, engine and round, on the first `count` cores."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])
    weights = float32_weights(Checkpoint(STARTER))
    embedder = load_embedder("starter", "cpu")
    engines: dict[str, Encode] = {
        "docsearch": embedder.encoder.encode,
        "docsearch in float32": embedder.at("float32").encoder.encode,
        "onnxruntime": onnxruntime_engine(weights, count),
        "torch": torch_engine(weights, count),
    }
    loads = {name: token_ids(*load) for name, load in LOADS.items()}
    check(engines, loads)
    return {
        "machine": machine(count) | {"precision": embedder.precision},
        "tokens": tokens(loads),
        "seconds": measure(engines, loads, rounds),
    }


def token_ids(count: int, least: int, most: int) -> list[list[int]]:
    """`count` texts of whole words drawn from the vocabulary, with [CLS] and [SEP].

    Every run draws the same texts.
    """
    vocabulary = json.loads((STARTER / "tokenizer.json").read_bytes())["model"]["vocab"]
    words = sorted(
        i for word, i in vocabulary.items() if word.isascii() and word.isalpha() and len(word) > 2
    )
    draw = random.Random(1)
    lengths = [draw.randint(least, most) for _ in range(count)]
    return [[101, *draw.choices(words, k=length - 2), 102] for length in lengths]


def float32_weights(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """All weights as float32 under the checkpoint's names."""
    weights: dict[str, np.ndarray] = {}
    for name, stored in checkpoint.tensors():
        module = name.removesuffix(".weight")
        if f"{module}.scales" in checkpoint:
            quantization = checkpoint.quantization(module)
            columns = stored.shape[1] * 32 // quantization.bits
            weights[name] = checkpoint.matrix(module, len(stored), columns).rows(
                np.arange(len(stored))
            )
        elif not name.endswith((".scales", ".biases")):
            weights[name] = stored.astype(np.float32)
    return weights


def onnxruntime_engine(weights: dict[str, np.ndarray], threads: int) -> Encode:
    """The fused graph of onnxruntime's own BERT optimiser, on batches sorted by length."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    graph = bert_graph(weights, heads=12, eps=1e-12)
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(padded: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return session.run(None, {"ids": padded, "mask": mask})[0]

    return lambda ids: in_batches(
        ids, by_length(list(map(len, ids)), BATCH_TOKENS, padded=True), run
    )


def torch_engine(weights: dict[str, np.ndarray], threads: int) -> Encode:
    """The BERT of transformers as sentence-transformers runs it: 32 texts at a time, by length."""
    import torch
    from transformers import BertConfig, BertModel

    torch.set_num_threads(threads)
    config = {
        key: value for key, value in Checkpoint(STARTER).config.items() if key != "quantization"
    }
    # The model with the given weights.
    model = BertModel(
        BertConfig.from_dict(config | {"torch_dtype": "float32"}), add_pooling_layer=False
    ).eval()
    missing, _ = model.load_state_dict(
        {name: torch.from_numpy(value) for name, value in weights.items()}, strict=False
    )
    assert not [name for name in missing if "position_ids" not in name], missing

    def run(padded: np.ndarray, mask: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            arguments = {
                "input_ids": torch.from_numpy(padded).long(),
                "attention_mask": torch.from_numpy(mask).long(),
            }
            return model(**arguments).last_hidden_state[:, 0].numpy()

    def encode(ids: list[list[int]]) -> np.ndarray:
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
        return in_batches(
            ids, [order[i : i + TORCH_BATCH] for i in range(0, len(order), TORCH_BATCH)], run
        )

    return encode


def in_batches(
    ids: list[list[int]],
    batches: list[list[int]],
    run: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray:
    """The vectors of `ids` from a model that takes padded batches and a mask."""
    out: list[Any] = [None] * len(ids)
    for batch in batches:
        longest = max(len(ids[i]) for i in batch)
        padded, mask = np.zeros((2, len(batch), longest), np.int32)
        for row, i in enumerate(batch):
            padded[row, : len(ids[i])] = ids[i]
            mask[row, : len(ids[i])] = 1
        for i, vector in zip(batch, run(padded, mask), strict=True):
            out[i] = vector
    return np.stack(out)


def check(engines: dict[str, Encode], loads: dict[str, list[list[int]]]) -> None:
    """Stop if the engines do not compute the same vectors."""
    for load, ids in loads.items():
        vectors = {name: unit(encode(ids)) for name, encode in engines.items()}
        for name, other in vectors.items():
            cosine = np.vecdot(vectors["onnxruntime"], other).min()
            # The loads are words at random, which 8 bits compute less closely than sentences.
            least = 0.985 if name == "docsearch" else 0.99999
            assert cosine > least, f"{name} differs on {load}: cosine {cosine}"


def unit(x: np.ndarray) -> np.ndarray:
    """Rows of length 1."""
    return x / np.sqrt(np.vecdot(x, x))[:, None]


def measure(
    engines: dict[str, Encode], loads: dict[str, list[list[int]]], rounds: int
) -> dict[str, dict[str, list[float]]]:
    """Seconds by load, engine and round; a query is the mean of ten in a row."""
    seconds: dict[str, dict[str, list[float]]] = {
        load: {name: [] for name in engines} for load in loads
    }
    for _ in range(rounds):
        for load, ids in loads.items():
            repeats = 10 if len(ids) == 1 else 1
            for name, encode in engines.items():
                time.sleep(REST_SECONDS)
                encode(ids[:8])
                start = time.perf_counter()
                for _ in range(repeats):
                    encode(ids)
                seconds[load][name].append((time.perf_counter() - start) / repeats)
    return seconds


def table(result: dict[str, Any]) -> str:
    """The medians on one number of cores as Markdown."""
    count = result["machine"]["threads"]
    lines = [f"\n| {count} cores | engine | tokens/s | ms | times onnxruntime |"]
    lines.append("|---|---|---:|---:|---:|")
    for load, engines in result["seconds"].items():
        for name, times in engines.items():
            typical = median(times)
            ratio = median(
                other / seconds
                for seconds, other in zip(times, engines["onnxruntime"], strict=True)
            )
            rate = result["tokens"][load] / typical
            cells = (f"{rate:,.0f}", f"{typical * 1e3:,.1f}", f"{ratio:.2f}")
            lines.append(f"| {load} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def tokens(loads: dict[str, Sequence[Sequence[int]]]) -> dict[str, int]:
    """The number of tokens of each load."""
    return {load: sum(map(len, ids)) for load, ids in loads.items()}


def machine(threads: int) -> dict[str, Any]:
    """The platform, threads and versions with which the figures were measured."""
    import onnxruntime
    import torch

    versions = {
        "numpy": np.__version__,
        "onnxruntime": onnxruntime.__version__,
        "torch": torch.__version__,
    }
    return {
        "platform": platform.platform(),
        "threads": threads,
        "versions": versions,
    }


if __name__ == "__main__":
    main()
