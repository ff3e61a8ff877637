"""Qwen3-Embedding-0.6B on a processor: docsearch, and torch if the `bench` group is installed.

    python -m benchmarks.qwen3 [--rounds 5]

docsearch runs with weights in bfloat16 and with those of 4 bits, torch with bfloat16 widened to
float32. Each engine runs in a process of its own, and its first query loads the weights. The
processes take turns, so that a machine which slows down slows all of them. Figures are medians: of
the wall time, and of the processor time that a token takes, which other programs change less. The
weights are random, which takes as long as with real ones.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from .measure import Row, write_results

# The sizes of the published model.
CONFIG = {
    "model_type": "qwen3",
    "hidden_act": "silu",
    "hidden_size": 1024,
    "intermediate_size": 3072,
    "head_dim": 128,
    "num_hidden_layers": 28,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "max_position_embeddings": 32768,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1000000,
    "vocab_size": 151669,
    "attention_bias": False,
    "tie_word_embeddings": True,
}
# The quantisation of the 4-bit checkpoints that the profiles name.
FOUR_BITS = {"group_size": 64, "bits": 4}
# A load's name → the number of texts, and the tokens of a text. The first one loads the weights.
QUERY = "a query of 40 tokens"
LOADS = {QUERY: (1, 40), "8 × 128 tokens": (8, 128)}

# The idle threads of torch spin for this long.
REST_SECONDS = 0.3
# Engine and figure → the target.
TARGETS = {
    "docsearch, 8 × 128 tokens": "150 or more",
    "docsearch, peak memory": "4 or less",
    "docsearch, 4 bits, 8 × 128 tokens": "150 or more",
    "docsearch, 4 bits, peak memory": "1.5 or less",
}

COMMAND = [sys.executable, "-m", "benchmarks.qwen3", "--engine"]
# It stands in the place of an engine and writes the checkpoints.
WRITER = "writer"

Encode = Callable[[list[list[int]]], object]


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine: the package that it needs, the form of its weights, and how it opens a folder."""

    package: str
    form: str
    open: Callable[[Path], Encode]


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Measure Qwen3-Embedding-0.6B's forward pass on a processor."
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engine", choices=(*ENGINES, WRITER), help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.engine == WRITER:
        write_models(arguments.folder)
        return
    if arguments.engine:
        serve(ENGINES[arguments.engine], arguments.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        # A process inherits its parent's peak memory, so the parent must stay small.
        subprocess.run([*COMMAND, WRITER, folder], check=True)
        names = [name for name in ENGINES if importlib.util.find_spec(ENGINES[name].package)]
        results = measured(names, Path(folder), arguments.rounds)
    figures = []
    for name in names:
        for load, (texts, tokens) in LOADS.items():
            _, *rounds = results[name, load]
            seconds, processor = (median(each[i] for each in rounds) for i in (0, 1))
            rate = (texts * tokens / seconds, "tokens/s")
            figures.append((f"{name}, {load}", *(rate if texts > 1 else (1000 * seconds, "ms"))))
            work = 1000 * processor / texts / tokens
            figures.append((f"{name}, {load}, processor time", work, "ms a token"))
        peak = max(each[2] for load in LOADS for each in results[name, load])
        figures.append((f"{name}, peak memory", peak, "GB"))
        loading = results[name, QUERY][0][1]
        figures.append((f"{name}, the first query, processor time", loading, "s"))
    rows = [Row(what, value, unit, TARGETS.get(what, "")) for what, value, unit in figures]
    write_results("qwen3", rows)


def measured(
    names: list[str], folder: Path, rounds: int
) -> dict[tuple[str, str], list[list[float]]]:
    """By engine and load: the wall and processor seconds of each round, and the peak in GB."""
    processes = {
        name: subprocess.Popen(
            [*COMMAND, name, folder / ENGINES[name].form],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    }
    results: dict[tuple[str, str], list[list[float]]] = {}
    for _ in range(rounds + 1):
        for load in LOADS:
            for name, process in processes.items():
                assert process.stdin is not None and process.stdout is not None
                print(load, file=process.stdin, flush=True)
                figures = json.loads(process.stdout.readline())
                results.setdefault((name, load), []).append(figures)
    for process in processes.values():
        process.communicate()
    return results


def serve(engine: Engine, folder: Path) -> None:
    """For each load named on stdin, print its wall and processor seconds and the peak memory."""
    draw = random.Random(1)
    ids = {
        load: [[draw.randrange(CONFIG["vocab_size"]) for _ in range(tokens)] for _ in range(texts)]
        for load, (texts, tokens) in LOADS.items()
    }
    encode = engine.open(folder)
    unit = 1 if sys.platform == "darwin" else 1024
    for line in sys.stdin:
        time.sleep(REST_SECONDS)
        started, began = time.perf_counter(), time.process_time()
        encode(ids[line.strip()])
        seconds, processor = time.perf_counter() - started, time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
        print(json.dumps([seconds, processor, peak]), flush=True)


def write_models(folder: Path) -> None:
    """Write checkpoints with the published model's sizes and random weights, a form a folder."""
    import mlx.core as mx

    weights = random_weights()
    packed = {}
    for name, value in weights.items():
        if value.ndim == 2:
            codes, scales, biases = mx.quantize(value, **FOUR_BITS)
            module = name.removesuffix(".weight")
            packed |= {name: codes, f"{module}.scales": scales, f"{module}.biases": biases}
        else:
            packed[name] = value
    for form, tensors, rules in (
        ("bfloat16", weights, {}),
        ("4 bits", packed, {"quantization": FOUR_BITS}),
    ):
        (folder / form).mkdir()
        file = folder / form / "model.safetensors"
        mx.save_safetensors(str(file), tensors, metadata={"format": "pt"})
        (folder / form / "config.json").write_text(json.dumps(CONFIG | rules))


def random_weights() -> dict[str, Any]:
    """Weights of the published sizes and type: matrices are random, norms are one."""
    import mlx.core as mx

    # The shapes of a layer.
    width, inner, head = CONFIG["hidden_size"], CONFIG["intermediate_size"], CONFIG["head_dim"]
    query_width = CONFIG["num_attention_heads"] * head
    key_width = CONFIG["num_key_value_heads"] * head
    matrices = {
        "self_attn.q_proj": (query_width, width),
        "self_attn.k_proj": (key_width, width),
        "self_attn.v_proj": (key_width, width),
        "self_attn.o_proj": (width, query_width),
        "mlp.gate_proj": (inner, width),
        "mlp.up_proj": (inner, width),
        "mlp.down_proj": (width, inner),
    }
    norms = {
        "self_attn.q_norm": head,
        "self_attn.k_norm": head,
        "input_layernorm": width,
        "post_attention_layernorm": width,
    }
    weights = {
        "norm.weight": mx.ones((width,), mx.bfloat16),
        "embed_tokens.weight": drawn((CONFIG["vocab_size"], width)),
    }
    for i in range(CONFIG["num_hidden_layers"]):
        weights |= {f"layers.{i}.{name}.weight": drawn(shape) for name, shape in matrices.items()}
        weights |= {
            f"layers.{i}.{name}.weight": mx.ones((size,), mx.bfloat16)
            for name, size in norms.items()
        }
    return weights


def drawn(shape: Any) -> Any:
    """Random numbers with the standard deviation of fresh weights, 0.02."""
    import mlx.core as mx

    return mx.random.normal(shape, mx.bfloat16, scale=0.02)


def open_docsearch(folder: Path) -> Encode:
    """The package's own engine."""
    from search.models.checkpoint import Checkpoint
    from search.models.engines import open_encoder

    return open_encoder(Checkpoint(folder), "cpu", "lasttoken").encode


def open_torch(folder: Path) -> Encode:
    """The Qwen3 of transformers in float32."""
    import torch
    from transformers import Qwen3Model

    model = Qwen3Model.from_pretrained(folder, dtype=torch.float32).eval()

    def encode(ids: list[list[int]]) -> object:
        with torch.inference_mode():
            return model(input_ids=torch.tensor(ids)).last_hidden_state[:, -1].numpy()

    return encode


ENGINES = {
    "docsearch": Engine("numpy", "bfloat16", open_docsearch),
    "docsearch, 4 bits": Engine("numpy", "4 bits", open_docsearch),
    "torch": Engine("torch", "bfloat16", open_torch),
}

if __name__ == "__main__":
    main()
