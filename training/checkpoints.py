"""A trained cross-encoder as a model folder, and its file in parts of limited size."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.numpy import save_file

if TYPE_CHECKING:
    from .cross_encoder import CrossEncoder

CONFIG = {
    "architectures": ["BertForSequenceClassification"],
    "id2label": {"0": "LABEL_0"},
    "label2id": {"LABEL_0": 0},
    "torch_dtype": "float16",
}
PART_BYTES = 15 << 20


def save(model: CrossEncoder, folder: Path, base: Path) -> None:
    """Write model.safetensors in float16, config.json and tokenizer.json.

    Sizes and tokenizer are those of `base`.
    """
    from .cross_encoder import tensors

    folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(tensors(model)), folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((base / "config.json").read_text())
    config.pop("quantization", None)
    config |= CONFIG | {"num_hidden_layers": len(model.layers)}
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    if base != folder:
        shutil.copyfile(base / "tokenizer.json", folder / "tokenizer.json")


def split(file: Path, out: Path) -> None:
    """Write the file's bytes to out/<folder>.<number>, in parts of at most 15 MiB."""
    data = file.read_bytes()
    for number, start in enumerate(range(0, len(data), PART_BYTES)):
        (out / f"{file.parent.name}.{number}").write_bytes(data[start : start + PART_BYTES])


def join(parts: Path, name: str, file: Path) -> None:
    """Write the file whose parts `split` made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    in_order = sorted(parts.glob(f"{name}.*"), key=lambda part: int(part.suffix[1:]))
    file.write_bytes(b"".join(part.read_bytes() for part in in_order))
