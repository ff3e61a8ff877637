"""Qwen3-Embedding-0.6B on a processor: numpy, and torch if the `bench` group is installed.

    python -m benchmarks.qwen3

Each engine runs in a process of its own, and embeds 8 texts of 128 tokens. The weights are random,
which takes as long as with real ones.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .measure import Row, median_seconds, write_results

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
TEXTS, TOKENS = 8, 128
ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Measure Qwen3-Embedding-0.6B's forward pass on a processor."
    )
    parser.add_argument(
        "--engine", choices=ENGINES, help="measure only this engine, with the model in FOLDER"
    )
    parser.add_argument("folder", nargs="?", type=Path)
    arguments = parser.parse_args()
    if arguments.engine:
        print(json.dumps(measured(ENGINES[arguments.engine], arguments.folder)))
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        write_model(Path(folder))
        for name in ENGINES:
            if importlib.util.find_spec(name) is None:
                continue
            command = [sys.executable, "-m", "benchmarks.qwen3", "--engine", name, folder]
            process = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            figures = json.loads(process.stdout)
            rate = TEXTS * TOKENS / figures["seconds"]
            targets = ("150 or more", "4 or less") if name == "numpy" else ("", "")
            rows.append(Row(f"{name}, 8 × 128 tokens", rate, "tokens/s", targets[0]))
            rows.append(Row(f"{name}, peak memory", figures["peak_gb"], "GB", targets[1]))
    write_results("qwen3", rows)


def write_model(folder: Path) -> None:
    """Write a checkpoint with the published model's sizes and type, and random weights."""
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
    # The weights: matrices are random, norms are one.
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
    mx.save_safetensors(str(folder / "model.safetensors"), weights, metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(CONFIG))


def drawn(shape: Any) -> Any:
    """Random numbers with the standard deviation of fresh weights, 0.02."""
    import mlx.core as mx

    return mx.random.normal(shape, mx.bfloat16, scale=0.02)


def measured(
    open_engine: Callable[[Path], Callable[[list[list[int]]], object]], folder: Path
) -> dict[str, float]:
    """The median seconds for the texts, and the peak memory of the process."""
    draw = random.Random(1)
    ids = [[draw.randrange(CONFIG["vocab_size"]) for _ in range(TOKENS)] for _ in range(TEXTS)]
    encode = open_engine(folder)
    seconds = median_seconds(lambda: encode(ids), ROUNDS)
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "seconds": seconds,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9,
    }


def numpy_engine(folder: Path) -> Callable[[list[list[int]]], object]:
    """The package's own engine."""
    from search.models.checkpoint import Checkpoint
    from search.models.engines import open_encoder

    return open_encoder(Checkpoint(folder), "cpu", "lasttoken").encode


def torch_engine(folder: Path) -> Callable[[list[list[int]]], object]:
    """The Qwen3 of transformers in float32."""
    import torch
    from transformers import Qwen3Model

    model = Qwen3Model.from_pretrained(folder, dtype=torch.float32).eval()

    def encode(ids: list[list[int]]) -> object:
        with torch.inference_mode():
            return model(input_ids=torch.tensor(ids)).last_hidden_state[:, -1].numpy()

    return encode


ENGINES = {"numpy": numpy_engine, "torch": torch_engine}

if __name__ == "__main__":
    main()
