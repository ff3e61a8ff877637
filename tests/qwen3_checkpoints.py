"""The small Qwen3 of the fixtures, written in every layout that checkpoints come in."""

import json
import shutil
from pathlib import Path

import mlx.core as mx

TINY = Path(__file__).parent / "fixtures" / "qwen3"
EXPECTED = json.loads((TINY / "expected.json").read_text(encoding="utf-8"))
TOKENS = json.loads((TINY / "tokens.json").read_text(encoding="utf-8"))
FILES = ("config.json", "model.safetensors", "tokenizer.json")


def tensors():
    return mx.load(str(TINY / "model.safetensors"))


def checkpoint(folder, weights, **config):
    """Copy the small model into `folder` with other tensors and settings.

    A setting of None is left out. Returns the folder.
    """
    folder.mkdir(parents=True)
    for name in FILES:
        shutil.copy(TINY / name, folder / name)
    mx.save_safetensors(str(folder / "model.safetensors"), weights)
    settings = json.loads((folder / "config.json").read_text()) | config
    present = {key: value for key, value in settings.items() if value is not None}
    (folder / "config.json").write_text(json.dumps(present))
    return folder


def embedder_folder(tmp_path):
    return tmp_path / "models--mlx-community--Qwen3-Embedding-tiny" / "snapshots" / "1"


def body(weights):
    return {name: value for name, value in weights.items() if not name.startswith("lm_head")}


def quantised(weights, rule, special=None):
    """The tensors as MLX quantises them, their values dequantised, and config.json's rules.

    `rule` and the values of `special` (module → rule) are written as config.json has them.
    """
    special = special or {}
    packed, widened = {}, {}
    for name, value in weights.items():
        module = name.removesuffix(".weight")
        if value.ndim != 2:
            packed[name] = widened[name] = value
            continue
        module_rule = special.get(module, rule)
        keys = {
            "group_size": module_rule["group_size"],
            "bits": module_rule["bits"],
            "mode": module_rule.get("mode", "affine"),
        }
        weight, *scales = mx.quantize(value.astype(mx.float32), **keys)
        packed[name] = weight
        packed |= {
            f"{module}.{part}": array
            for part, array in zip(("scales", "biases"), scales, strict=False)
        }
        widened[name] = mx.dequantize(weight, *scales, **keys, dtype=mx.float32)
    rules = rule | special
    return packed, widened, {"quantization": rules, "quantization_config": rules}


SPECIAL = {
    "model.layers.1.self_attn.v_proj": {"group_size": 32, "bits": 8},
    "model.embed_tokens": {"group_size": 64, "bits": 8},
    "lm_head": {"group_size": 32, "bits": 8},
}
QUANTISATIONS = {
    "4 bits": ({"group_size": 64, "bits": 4}, {}),
    "8 bits": ({"group_size": 64, "bits": 8, "mode": "affine"}, {}),
    "4 bits in small groups": ({"group_size": 32, "bits": 4}, {}),
    "mixed": ({"group_size": 64, "bits": 4, "mode": "affine"}, SPECIAL),
    "mxfp4": ({"group_size": 32, "bits": 4, "mode": "mxfp4"}, {}),
    "mxfp8": ({"group_size": 32, "bits": 8, "mode": "mxfp8"}, {}),
    "nvfp4": ({"group_size": 16, "bits": 4, "mode": "nvfp4"}, {}),
}
