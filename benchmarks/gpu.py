"""Qwen3 on an NVIDIA GPU: MLX against torch, on the same random weights and token ids.

    python -m benchmarks.gpu [--rounds 9] [--large]

The benchmark needs torch and transformers with CUDA. It prints Markdown tables and writes
benchmarks/results/gpu.json. Times are of whole calls, from lists of token ids to vectors on the
host. Figures are medians, after two calls that do not count. `--large` adds reranking at the 4B
size.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten

from search.models.checkpoint import Checkpoint
from search.models.inference_thread import on_inference_thread
from search.models.qwen3 import Qwen3Config
from search.models.qwen3_mlx import Qwen3, Qwen3Mlx
from search.models.rotation import Rotation

from .measure import RESULTS

COMMON = {
    "model_type": "qwen3",
    "head_dim": 128,
    "num_key_value_heads": 8,
    "max_position_embeddings": 32768,
    "vocab_size": 151669,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1e6,
    "tie_word_embeddings": True,
}
SHAPES = {
    "0.6B": {
        "num_hidden_layers": 28,
        "hidden_size": 1024,
        "intermediate_size": 3072,
        "num_attention_heads": 16,
    },
    "4B": {
        "num_hidden_layers": 36,
        "hidden_size": 2560,
        "intermediate_size": 9728,
        "num_attention_heads": 32,
    },
}
# (texts, tokens of each) → the tokens a second that MLX should reach.
LOADS = {(64, 512): "400,000", (32, 256): "330,000"}
PREFIX, PASSAGES, PASSAGE_TOKENS = 90, 50, 200
# A size → the milliseconds that all passages may take.
RERANK_TARGETS = {"0.6B": 60, "4B": 250}
Encode = Callable[[list[list[int]]], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare Qwen3 on MLX with torch on a GPU.")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--large", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        results = {
            "embed": embedding(folder, arguments.rounds),
            "load": loading(folder, arguments.rounds),
        }
        sizes = ["0.6B", "4B"] if arguments.large else ["0.6B"]
        results["rerank"] = {
            size: reranking(made(folder, size, 4), size, arguments.rounds) for size in sizes
        }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "gpu.json").write_text(json.dumps(results, indent=1) + "\n")


def made(folder: Path, size: str, bits: int = 0) -> Checkpoint:
    """A checkpoint of that size with random bfloat16 weights, the same at each run.

    With `bits`, the weights are quantised to that many bits.
    """
    target = folder / f"{size}-{bits}"
    if target.exists():
        return Checkpoint(target)
    # The settings of a model of that size.
    target.mkdir()
    settings: dict[str, Any] = COMMON | SHAPES[size]
    rule = {"group_size": 64, "bits": bits, "mode": "affine"}
    (target / "config.json").write_text(
        json.dumps(settings | ({"quantization": rule} if bits else {}))
    )

    # The weights, computed one after the other.
    def save() -> None:
        mx.random.seed(1)
        model = Qwen3(Qwen3Config.of(_Sizes(target)), Rotation)
        weights: dict[str, mx.array] = {}
        for name, value in tree_flatten(model.parameters()):
            if value.ndim == 1:
                weights[name] = mx.ones(value.shape, mx.bfloat16)
                continue
            drawn = mx.random.normal(value.shape, mx.bfloat16, scale=value.shape[-1] ** -0.5)
            module = name.removesuffix(".weight")
            if bits:
                names = (name, f"{module}.scales", f"{module}.biases")
                weights |= dict(
                    zip(names, mx.quantize(drawn, group_size=64, bits=bits), strict=True)
                )
            else:
                weights[name] = drawn
            mx.eval(weights)
        mx.save_safetensors(str(target / "model.safetensors"), weights)

    on_inference_thread(save)
    return Checkpoint(target)


class _Sizes:
    """The part of a checkpoint that gives the sizes of a model, before there are weights."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = json.loads((folder / "config.json").read_text())

    def setting(self, name: str) -> Any:
        return self.config[name]

    def __contains__(self, name: str) -> bool:
        return False


def embedding(folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Tokens a second by load and engine."""
    checkpoint = made(folder, "0.6B")
    engines: dict[str, Encode] = {"MLX": Qwen3Mlx(checkpoint).encode} | torch_engines(checkpoint)
    print("| load | engine | tokens/s | ms | MLX's target | cosine to MLX |")
    print("|---|---|---:|---:|---:|---:|")
    speeds: dict[str, dict[str, float]] = {}
    for (texts, tokens), target in LOADS.items():
        ids = drawn(texts, tokens)
        first = engines["MLX"](ids)
        for name, encode in engines.items():
            seconds = typical(partial(encode, ids), rounds)
            speed, similarity = texts * tokens / seconds, cosine(first, encode(ids))
            speeds.setdefault(f"{texts}×{tokens}", {})[name] = speed
            row = (
                f"{texts}×{tokens}",
                name,
                f"{speed:,.0f}",
                f"{seconds * 1e3:.1f}",
                target,
                f"{similarity:.5f}",
            )
            print(f"| {' | '.join(row)} |", flush=True)
    return speeds


def torch_engines(checkpoint: Checkpoint) -> dict[str, Encode]:
    """The Qwen3 of transformers in bfloat16, plain and compiled for each shape."""
    import torch
    from safetensors.torch import load_file
    from transformers import Qwen3Config as TorchConfig
    from transformers import Qwen3Model

    torch.set_float32_matmul_precision("high")
    config = TorchConfig(
        **checkpoint.config, dtype="bfloat16", attn_implementation="sdpa", use_cache=False
    )
    with torch.device("cuda"):
        model = Qwen3Model(config).to(torch.bfloat16).eval()
    model.load_state_dict(load_file(checkpoint.files[0], device="cuda"))

    def run(network: Any) -> Encode:
        def encode(ids: list[list[int]]) -> np.ndarray:
            with torch.inference_mode():
                hidden = network(
                    input_ids=torch.tensor(ids, device="cuda"), use_cache=False
                ).last_hidden_state[:, -1]
                return hidden.float().cpu().numpy()

        return encode

    return {"torch": run(model), "torch.compile": run(torch.compile(model, dynamic=False))}


def loading(folder: Path, rounds: int) -> float:
    """Median seconds to load a 4-bit checkpoint."""
    checkpoint = made(folder, "0.6B", 4)
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        Qwen3Mlx(checkpoint)
        times.append(time.perf_counter() - started)
    print(f"\nload of a 4-bit 0.6B: {median(times):.2f} s (target: under 1)", flush=True)
    return median(times)


def reranking(checkpoint: Checkpoint, size: str, rounds: int) -> float:
    """Milliseconds to read all passages of one query; each round has another query."""
    model = Qwen3Mlx(checkpoint)
    queries = iter(drawn(rounds + 2, PREFIX))
    passages = drawn(PASSAGES, PASSAGE_TOKENS)
    seconds = typical(lambda: model.encode_after(next(queries), passages), rounds)
    load = f"reranking {PASSAGES}×{PASSAGE_TOKENS} after {PREFIX} tokens, {size}"
    print(f"{load}: {seconds * 1e3:.1f} ms (target: under {RERANK_TARGETS[size]})", flush=True)
    return seconds * 1e3


def drawn(count: int, tokens: int) -> list[list[int]]:
    """`count` texts of random ids, the same at each run."""
    draw = random.Random(count * tokens)
    return [[draw.randrange(150000) for _ in range(tokens)] for _ in range(count)]


def typical(call: Callable[[], object], rounds: int) -> float:
    """The median seconds of a call, after two calls that do not count."""
    times = []
    for _ in range(rounds + 2):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return median(times[2:])


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """The lowest cosine of the corresponding rows of `a` and `b`."""
    return float((np.vecdot(a, b) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).min())


if __name__ == "__main__":
    main()
